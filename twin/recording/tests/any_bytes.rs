//! No bytes make a reader panic, and whatever is read is whole.

use proptest::prelude::*;
use recording::{
    Recording, RecordingError, auto_map, read_cff, read_comtrade, read_csv, resample,
    write_comtrade, write_csv,
};

const CFG: &str = "S,D,2013\n4,2A,2D\n1,Ia,A,,A,2,0,0,-99999,99998,1,1,P\n\
    2,Va,A,,kV,-0.1,3,0,-99999,99998,1,1,S\n1,X,,,0\n2,Y,,,0\n50\n2\n1000,2\n0,4\n\
    01/02/2013,04:05:06.000000\n01/02/2013,04:05:06.000000\nASCII\n1\n0,0\n0,0\n";
const DAT: &str = "1,0,1,2,0,1\n2,1000,3,4,0,1\n3,2500,5,,0,1\n4,3000,7,99999,0,1\n";
const CSV: &str = "t,va,ia\n0,1,2\n0.001,3,4\n0.002,5,6\n0.003,7,8\n";

/// Bytes near a good file: pieces replaced, removed and put in.
fn mutated(good: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        any::<u8>(),
        prop::sample::select(&b",\n\r\x1A\0-+.eE0123456789#ADPS \xFF\x80"[..])
    ];
    let edit = (any::<prop::sample::Index>(), 0..4usize, prop::collection::vec(byte, 0..4));
    prop::collection::vec(edit, 0..6).prop_map(move |edits| {
        let mut bytes = good.clone();
        for (at, remove, insert) in edits {
            let at = at.index(bytes.len() + 1);
            let end = (at + remove).min(bytes.len());
            bytes.splice(at..end, insert);
        }
        bytes
    })
}

/// Uses everything a recording offers.
fn exercise(result: Result<Recording, RecordingError>) {
    let recording = match result {
        Ok(recording) => recording,
        Err(refused) => {
            assert!(refused.to_string().len() < 1_000, "{refused}");
            return;
        }
    };
    let mut first = 0;
    for section in &recording.sections {
        assert_eq!(section.first_sample, first);
        first += section.len();
        assert!(!section.is_empty() && section.samples.len() == recording.channels.len());
        assert!(section.samples.iter().all(|column| column.len() == section.len()));
        let holes = section.samples.iter().flatten().filter(|v| !v.is_finite()).count();
        assert_eq!(holes, section.missing.len());
        assert_ne!(section.rate_hz.is_some(), section.times_s.is_some());
        for channel in 0..recording.channels.len() {
            let _ = section.complete(channel);
        }
        for rate_hz in section.nominal_rate_hz().into_iter().chain([100.0]) {
            if section.duration_s() * rate_hz < 1e4 {
                let _ = resample(section, rate_hz);
            }
        }
    }
    let _ = auto_map(&recording).map_err(|refused| refused.to_string());
    let _ = write_csv(&recording);
    if let Ok((cfg, dat)) = write_comtrade(&recording) {
        let back = read_comtrade(&cfg, &dat);
        assert!(back.is_ok(), "{back:?} of {recording:?}");
    }
}

fn with_format(format: &str) -> Vec<u8> {
    CFG.replace("ASCII", format).into_bytes()
}

fn cff(format: &str, dat: &[u8]) -> Vec<u8> {
    let length = dat.len();
    let head = format!("--- file type: DAT {format}: {length} ---\n");
    [b"--- file type: CFG ---\n", &with_format(format)[..], head.as_bytes(), dat].concat()
}

/// Four rows whose sample numbers count up; the rest is as given.
fn binary(row_bytes: usize, fill: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = fill.iter().copied().cycle().take(4 * row_bytes).collect();
    for (row, bytes) in bytes.chunks_exact_mut(row_bytes).enumerate() {
        bytes[..4].copy_from_slice(&(row as u32 + 1).to_le_bytes());
        bytes[4..8].copy_from_slice(&(row as u32 * 900).to_le_bytes());
    }
    bytes
}

proptest! {
    #[test]
    fn random_bytes(a in prop::collection::vec(any::<u8>(), 0..300), b in prop::collection::vec(any::<u8>(), 0..300)) {
        exercise(read_csv(&a));
        exercise(read_cff(&a));
        exercise(read_comtrade(&a, &b));
        exercise(read_comtrade(CFG.as_bytes(), &b));
        exercise(read_comtrade(&with_format("BINARY"), &b));
    }

    #[test]
    fn mutated_ascii(cfg in mutated(CFG.into()), dat in mutated(DAT.into())) {
        exercise(read_comtrade(&cfg, DAT.as_bytes()));
        exercise(read_comtrade(CFG.as_bytes(), &dat));
        exercise(read_comtrade(&cfg, &dat));
    }

    #[test]
    fn mutated_binary(
        cfg in mutated(with_format("BINARY")),
        fill in prop::collection::vec(any::<u8>(), 1..90),
    ) {
        exercise(read_comtrade(&cfg, &binary(14, &fill)));
        exercise(read_comtrade(&with_format("BINARY32"), &binary(18, &fill)));
        exercise(read_comtrade(&with_format("FLOAT32"), &binary(18, &fill)));
    }

    #[test]
    fn mutated_single_files(
        ascii in mutated(cff("ASCII", DAT.as_bytes())),
        float in mutated(cff("FLOAT32", &binary(18, &[1, 2, 3]))),
    ) {
        exercise(read_cff(&ascii));
        exercise(read_cff(&float));
    }

    #[test]
    fn mutated_csv(csv in mutated(CSV.into())) {
        exercise(read_csv(&csv));
    }
}

#[test]
fn the_unmutated_files_are_good() {
    exercise(Ok(read_comtrade(CFG.as_bytes(), DAT.as_bytes()).unwrap()));
    exercise(Ok(read_comtrade(&with_format("BINARY"), &binary(14, &[0])).unwrap()));
    exercise(Ok(read_comtrade(&with_format("FLOAT32"), &binary(18, &[0])).unwrap()));
    exercise(Ok(read_cff(&cff("ASCII", DAT.as_bytes())).unwrap()));
    exercise(Ok(read_csv(CSV.as_bytes()).unwrap()));
}
