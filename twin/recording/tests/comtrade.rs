//! COMTRADE as the standard lays it out, worked out by hand: editions, data formats and the oddities
//! of real files. No byte here comes from this crate's own writer.

use recording::{
    DataFormat, Recording, RecordingError, Revision, Section, Side, read_cff, read_comtrade,
};

/// Two channels and one digital, edition 1991: no year, 10 and 3 fields, no time multiplier.
const CFG_1991: &str = "Station,7\r\n3,2A,1D\r\n\
    1,Va,A,bay,kV,0.1,0.5,0,-2048,2047\r\n2,Ia,A,,A,-0.02,0,1.5,-2048,2047\r\n\
    1,Trip,0\r\n50\r\n1\r\n1000,3\r\n\
    02/01/91,10:00:00.000000\r\n02/01/91,10:00:00.001000\r\nASCII\r\n";

/// One analogue channel with a = 0.5 and b = 1, and 17 digital: two words of 16 bits.
fn cfg_1999(format: &str) -> String {
    let digital: String = (1..=17).map(|n| format!("{n},D{n},,,0\n")).collect();
    format!(
        "S,D,1999\n18,1A,17D\n1,Ia,A,,A,0.5,1,0,-32767,32767,200,5,S\n{digital}\
         60\n1\n1200,3\n01/02/2003,04:05:06.000000\n01/02/2003,04:05:06.000000\n{format}\n1\n"
    )
}

/// One analogue channel, no digital; `rates` is nrates and its lines, `dates` sets the time base.
fn cfg_2013(format: &str, rates: &str, fraction: &str, multiplier: &str) -> String {
    format!(
        "S,D,2013\n1,1A,0D\n1,Ia,A,,A,2,0,0,-99999,99998,1,1,P\n\n{rates}\n\
         01/02/2013,04:05:06.{fraction}\n01/02/2013,04:05:06.{fraction}\n{format}\n{multiplier}\n\
         0,0\n0,0\n"
    )
}

fn read(cfg: &str, dat: &[u8]) -> Recording {
    read_comtrade(cfg.as_bytes(), dat).unwrap()
}

fn refused(cfg: &str, dat: &[u8]) -> String {
    read_comtrade(cfg.as_bytes(), dat).unwrap_err().to_string()
}

/// Rows of number, stamp and four value bytes.
fn rows(rows: &[(u32, u32, [u8; 4])]) -> Vec<u8> {
    let row = |(n, t, v): &(u32, u32, [u8; 4])| [n.to_le_bytes(), t.to_le_bytes(), *v].concat();
    rows.iter().flat_map(row).collect()
}

fn only(recording: &Recording) -> &Section {
    assert_eq!(recording.sections.len(), 1);
    &recording.sections[0]
}

#[test]
fn ascii_1991() {
    let got = read(CFG_1991, b"1,0,10,100,0\r\n2,1000,-10,-50,1\r\n3,2000,999999,99999,1\r\n\x1A");
    assert_eq!((got.station.as_str(), got.device.as_str()), ("Station", "7"));
    assert_eq!((got.revision, got.format), (Some(Revision::R1991), DataFormat::Ascii));
    assert_eq!((got.line_frequency_hz, got.digital_channels), (Some(50.0), 1));
    assert_eq!(got.start.as_deref(), Some("02/01/91,10:00:00.000000"));
    let (va, ia) = (&got.channels[0], &got.channels[1]);
    assert_eq!((va.number, va.name.as_str(), va.circuit.as_str()), (1, "Va", "bay"));
    assert_eq!((va.primary, va.secondary, va.side), (1.0, 1.0, None));
    assert_eq!((ia.a, ia.b, ia.skew_us), (-0.02, 0.0, 1.5));
    let section = only(&got);
    assert_eq!((section.rate_hz, section.start_s), (Some(1000.0), Some(0.0)));
    assert_eq!(section.samples[0][..2], [1.5, -0.5]);
    assert_eq!(section.samples[1], [-2.0, 1.0, -0.02 * 99_999.0]);
    assert_eq!(section.missing, [(0, 2)]);
    assert_eq!(got.notes, [""; 0]);
}

#[test]
fn binary_1999_with_two_words_of_digital_channels() {
    // Number, stamp, value, then 16 + 1 digital channels in two words.
    let dat = b"\x01\0\0\0\0\0\0\0\x0A\0\xFF\xFF\x01\0\
                \x02\0\0\0\x41\x03\0\0\xF6\xFF\0\0\0\0\
                \x03\0\0\0\x82\x06\0\0\x00\x80\0\0\x01\0";
    let got = read(&cfg_1999("BINARY"), dat);
    assert_eq!((got.revision, got.digital_channels), (Some(Revision::R1999), 17));
    let ia = &got.channels[0];
    assert_eq!((ia.primary, ia.secondary, ia.side), (200.0, 5.0, Some(Side::Secondary)));
    let section = only(&got);
    assert_eq!(section.samples[0][..2], [6.0, -4.0]);
    assert_eq!(section.missing, [(0, 2)]);
    assert!(section.samples[0][2].is_nan());
}

#[test]
fn a_missing_sample_is_refused_when_it_is_used() {
    let dat = b"1,0,10,100,0\n2,1000,,1,1\n3,2000,,1,1\n";
    let got = read(CFG_1991, dat);
    let section = only(&got);
    assert_eq!(section.complete(1), Ok(&[-2.0, -0.02, -0.02][..]));
    assert_eq!(
        section.complete(0),
        Err(RecordingError::MissingSample { index: 0, sample: 2, count: 2 })
    );
    assert!(section.complete(2).is_err());
}

#[test]
fn ascii_99999_is_missing_in_1999_and_a_value_in_1991() {
    let zeros = ",0".repeat(17);
    let dat = format!("1,,99999{zeros}\n2,,4{zeros}\n3,,{zeros}\n");
    let got = read(&cfg_1999("ascii"), dat.as_bytes());
    assert_eq!(only(&got).missing, [(0, 0), (0, 2)]);
    assert_eq!(only(&got).samples[0][1], 3.0);
    assert_eq!(only(&got).start_s, None);
}

#[test]
fn ascii_99999_in_2013_is_missing_only_above_the_declared_maximum() {
    let cfg = cfg_2013("ASCII", "1\n1000,2", "000000", "1");
    assert_eq!(only(&read(&cfg, b"1,0,99999\n2,1,-1.5e1\n")).missing, [(0, 0)]);
    let wide = cfg.replace("99998", "3.4E38");
    let got = read(&wide, b"1,0,99999\n2,1,-1.5e1\n");
    assert_eq!(only(&got).samples[0], [199_998.0, -30.0]);
}

#[test]
fn binary32_2013() {
    let cfg = cfg_2013("BINARY32", "1\n1000,3", "000000", "1");
    let dat = rows(&[
        (1, 0, *b"\x00\x00\x01\x00"),
        (2, 1000, *b"\xFF\xFF\xFF\xFF"),
        (3, 2000, *b"\0\0\0\x80"),
    ]);
    let got = read(&cfg, &dat);
    assert_eq!(got.line_frequency_hz, None);
    assert_eq!(only(&got).samples[0][..2], [131_072.0, -2.0]);
    assert_eq!(only(&got).missing, [(0, 2)]);
}

#[test]
fn float32_2013() {
    let cfg = cfg_2013("FLOAT32", "1\n1000,5", "000000", "1");
    // 1.0, -0.5, NaN, infinity, lowest value.
    let dat = rows(&[
        (1, 0, *b"\0\0\x80\x3F"),
        (2, 1000, *b"\0\0\0\xBF"),
        (3, 2000, *b"\0\0\xC0\x7F"),
        (4, 3000, *b"\0\0\x80\x7F"),
        (5, 4000, *b"\xFF\xFF\x7F\xFF"),
    ]);
    let got = read(&cfg, &dat);
    assert_eq!(only(&got).samples[0][..2], [2.0, -1.0]);
    assert_eq!(only(&got).missing, [(0, 2), (0, 3), (0, 4)]);
}

#[test]
fn rate_zero_takes_the_times_from_the_data() {
    for rates in ["0\n0,3", "1\n0,3"] {
        let cfg = cfg_2013("ASCII", rates, "000000", "0.5");
        let got = read(&cfg, b"1,0,1\n2,2000,2\n3,5000,3\n");
        let section = only(&got);
        assert_eq!(section.rate_hz, None);
        let want = [0.0, 2000.0, 5000.0].map(|t| t * 0.5e-6);
        assert_eq!(section.times_s.as_deref(), Some(&want[..]));
    }
}

#[test]
fn dates_with_nanoseconds_make_stamps_nanoseconds_and_stamps_pass_32_bits() {
    let cfg = cfg_2013("FLOAT32", "0\n0,3", "000000000", "1");
    let dat =
        rows(&[(1, 2_000_000_000, [0; 4]), (2, 4_000_000_000, [0; 4]), (3, 1_705_032_704, [0; 4])]);
    let times_s = read(&cfg, &dat).sections[0].times_s.clone().unwrap();
    assert!(times_s.iter().zip([2.0, 4.0, 6.0]).all(|(t, want)| (t - want).abs() < 1e-9));
}

#[test]
fn rate_zero_at_an_even_rate_has_that_nominal_rate() {
    let cfg = cfg_2013("ASCII", "0\n0,61", "000000", "1");
    let line = |k: usize| format!("{},{},1\n", k + 1, (k as f64 * 1e6 / 1200.0).round());
    let dat: String = (0..61).map(line).collect();
    let got = read(&cfg, dat.as_bytes());
    assert_eq!(only(&got).nominal_rate_hz(), Some(1200.0));
}

#[test]
fn sections_are_kept_apart() {
    let cfg = cfg_2013("ASCII", "3\n1000,2\n0,4\n200,5", "000000", "1");
    let got = read(&cfg, b"1,0,1\n2,1000,2\n3,7000,\n4,7500,4\n5,90000,5\n");
    let seen: Vec<_> =
        got.sections.iter().map(|s| (s.rate_hz, s.first_sample, s.len(), s.start_s)).collect();
    let want = [
        (Some(1000.0), 0, 2, Some(0.0)),
        (None, 2, 2, Some(7000.0 * 1e-6)),
        (Some(200.0), 4, 1, Some(90_000.0 * 1e-6)),
    ];
    assert_eq!(seen, want);
    assert_eq!(got.sections[1].missing, [(0, 0)]);
    assert_eq!(got.sections[2].samples[0], [10.0]);
}

/// A single file; `dat` is the separator's words after DAT and the bytes.
fn cff(cfg: &str, dat: (&str, &[u8])) -> Vec<u8> {
    let mut file = format!(
        "--- file type: CFG ---\r\n{cfg}--- file type: INF ---\r\nnot, used\r\n\
         --- file type: HDR ---\r\n\r\n--- file type: DAT {} ---\r\n",
        dat.0
    )
    .into_bytes();
    file.extend(dat.1);
    file
}

#[test]
fn single_file_ascii() {
    let cfg = cfg_2013("ASCII", "1\n1000,2", "000000", "1");
    let got = read_cff(&cff(&cfg, ("ASCII", b"1,0,1\n2,1000,2\n"))).unwrap();
    assert_eq!(only(&got).samples[0], [2.0, 4.0]);
}

#[test]
fn single_file_binary_may_hold_line_ends_and_separators_as_values() {
    let cfg = cfg_2013("BINARY32", "1\n1000,3", "000000", "1");
    let dat = rows(&[(1, 0, *b"\n---"), (2, 0x0A0D_0A0D, *b"\x1A\n\r\n"), (3, 1, [1, 0, 0, 0])]);
    for words in ["BINARY32: 36", "BINARY32:36", "Binary32: 36", "BINARY32"] {
        let got = read_cff(&cff(&cfg, (words, &dat))).unwrap();
        assert_eq!(only(&got).samples[0][2], 2.0, "{words}");
    }
}

#[test]
fn single_files_that_contradict_themselves() {
    let cfg = cfg_2013("FLOAT32", "1\n1000,1", "000000", "1");
    let dat = rows(&[(1, 0, [0; 4])]);
    let refused = |file: &[u8]| read_cff(file).unwrap_err().to_string();
    let wrong = refused(&cff(&cfg, ("BINARY32: 12", &dat)));
    assert!(wrong.contains("line 18") && wrong.contains("FLOAT32"), "{wrong}");
    let short = refused(&cff(&cfg, ("FLOAT32: 12", &dat[..11])));
    assert!(short.contains("0 whole samples"), "{short}");
    assert!(refused(b"--- file type: DAT ASCII ---\n1,2,3\n").contains("CFG"));
    assert!(refused(b"no separator").contains("exactly one"));
    assert!(refused(b" \n").contains("empty"));
    let twice = [cff(&cfg, ("FLOAT32: 12", &dat)), cff(&cfg, ("FLOAT32: 12", &dat))].concat();
    assert!(refused(&twice).contains("2 section"));
    let broken = cff(&cfg.replace("A,2,0", "A,two,0"), ("FLOAT32: 12", &dat));
    assert!(refused(&broken).contains("cfg line 4: `two`"), "{}", refused(&broken));
}

#[test]
fn names_that_are_not_utf8_stay_apart() {
    let mut cfg = cfg_2013("ASCII", "1\n1000,1", "000000", "1").into_bytes();
    let at = cfg.windows(3).position(|w| w == b",Ia").unwrap();
    // GBK for "母线" and then "_Ia".
    cfg.splice(at + 1..at + 1, *b"\xC4\xB8\xCF\xDF_");
    let got = read_comtrade(&cfg, b"1,0,1\n").unwrap();
    assert_eq!(got.channels[0].name, "\u{c4}\u{b8}\u{cf}\u{df}_Ia");
    assert!(got.notes[0].contains("not UTF-8"));
}

#[test]
fn what_is_no_error_is_noted() {
    let cfg = cfg_2013("ASCII", "1\n1000,2", "000000", "1");
    let note = |cfg: &str, dat: &[u8], want: &str| {
        let notes = read(cfg, dat).notes;
        assert!(notes.len() == 1 && notes[0].contains(want), "{notes:?} for {want}");
    };
    note(&cfg, b"1,0,1\n2,1000,2\n\x1A\n0", "1 bytes after");
    note(&cfg, b"1,0,1\n2,1000,2\n3,2000,3\n", "bytes after the last announced");
    note(&cfg, b"1,0,1\n2,2000,2\n", "500.000 Hz");
    let fast = cfg.replace("1000,2", "3e6,2");
    assert_eq!(read(&fast, b"1,0,1\n2,1,2\n").notes, [""; 0]);
    note(&cfg, b"0,0,1\n0,1000,2\n", "every sample has the number 0");
    note(&cfg.replace("1,1A", "9,1A"), b"1,0,1\n2,1000,2\n", "total of channels");
    note(&cfg.replace("\n1,Ia", "\nx,Ia"), b"1,0,1\n2,1000,2\n", "numbered by position");
    note(&cfg.replace("2013\n1", "2017\n1"), b"1,0,1\n2,1000,2\n", "edition 2017");
    note(&format!("{cfg}\x1A0"), b"1,0,1\n2,1000,2\n", "1 stray bytes");
    let cfg_91 = CFG_1991.replace("ASCII", "BINARY").replace("1000,3", "1000,1");
    note(&cfg_91, b"\x01\0\0\0\0\0\0\0\xFF\xFF\x01\0\0\0", "1 values FFFF");
}

#[test]
fn refusals_name_the_place_and_what_stands_there() {
    let cfg = cfg_2013("ASCII", "1\n1000,2", "000000", "1");
    let good = b"1,0,1\n2,1000,2\n";
    let check = |cfg: &str, dat: &[u8], want: &str| {
        let got = refused(cfg, dat);
        assert!(got.contains(want), "`{got}` for `{want}`");
    };
    let edit = |from: &str, to: &str, want: &str| {
        assert!(cfg.contains(from), "{from}");
        check(&cfg.replacen(from, to, 1), good, want);
    };
    check("", good, "cfg: the file is empty");
    check(&cfg, b"", "dat: the file is empty");
    edit("S,D,2013", "S,T,D,2013", "cfg line 1: 4 fields");
    edit("2013", "13", "cfg line 1: `13`");
    edit("1A", "A", "cfg line 2: `A`");
    edit("1,1A,0D", "1,1A", "cfg line 2: 2 fields");
    edit("1A", "0A", "at least one analogue channel");
    edit("1A", "10000A", "10000 channels, the limit is 9999");
    edit("0D", "99999999999999999999D", "cfg line 2");
    edit("Ia,", "Ia,,", "cfg line 3: 14 fields");
    edit("A,2,0", "A,nan,0", "cfg line 3: `nan`");
    edit("1A,0D", "2A,0D", "cfg line 4: 1 fields");
    edit("0D", "1D", "cfg line 4: 1 fields");
    edit("\n\n1\n", "\nfifty\n1\n", "cfg line 4: `fifty`");
    edit("1\n1000", "one\n1000", "cfg line 5: `one`");
    edit("1\n1000", "1000\n1000", "1000 rates");
    edit("1000,2", "-1000,2", "cfg line 6: `-1000`");
    edit("1000,2", "1000,0", "cfg line 6: `0`");
    edit("1000,2", "1000", "cfg line 6: 1 fields");
    edit("1\n1000,2", "2\n1000,2\n500,2", "cfg line 7: `2`");
    edit("ASCII", "ASCII7", "cfg line 9: `ASCII7`");
    edit("ASCII\n1\n", "ASCII\nx\n", "cfg line 10: `x`");
    let cut = cfg.find("01/02/2013").unwrap();
    check(&cfg[..cut], good, "cfg line 7: the text ends before the date and time");
    check(&cfg, b"1,0,1\n", "1 whole samples of 3 fields where the cfg announces 2");
    check(&cfg, b"1,0,1\n2,1000\n", "dat line 2: 2 fields where 3");
    check(&cfg, b"1,0,1\n2,1000,x\n", "dat line 2: `x`");
    check(&cfg, b"1,0,1\n2,1000,inf\n", "dat line 2: `inf`");
    check(&cfg, b"1,0,1\nb,1000,1\n", "dat line 2: `b`");
    check(&cfg, b"1,0,1\n2,t,1\n", "dat line 2: `t`");
    check(&cfg, b"1,0,1\n3,1000,1\n", "dat sample 2: its number is 3 where 2");
    let timed = cfg.replace("1\n1000,2", "0\n0,2");
    check(&timed, b"1,0,1\n2,,1\n", "dat sample 2: no time stamp");
    check(&timed, b"1,5,1\n2,5,1\n", "dat sample 2: time");
    let binary = cfg.replace("ASCII", "FLOAT32");
    check(&binary, &[0; 23], "1 whole samples of 12 bytes");
}

#[test]
fn claims_cost_no_memory() {
    let cfg = cfg_2013("FLOAT32", "1\n1000,18446744073709551615", "000000", "1");
    assert!(refused(&cfg, &[0; 12]).contains("announces 18446744073709551615"));
    let cfg = cfg_2013("ASCII", "1\n1000,18446744073709551615", "000000", "1");
    assert!(refused(&cfg, b"1,0,1\n").contains("1 whole samples"));
}

#[test]
fn sample_numbers_may_begin_anew_but_not_jump() {
    let cfg = cfg_2013("ASCII", "1\n1000,4", "000000", "1");
    let got = read(&cfg, b"1,,1\n2,,1\n1,,1\n2,,1\n");
    assert!(got.notes[0].contains("anew 1 times"));
    assert!(refused(&cfg, b"1,,1\n2,,1\n4,,1\n5,,1\n").contains("sample 3"));
    assert!(refused(&cfg, b"7,,1\n7,,1\n8,,1\n9,,1\n").contains("sample 3"));
}
