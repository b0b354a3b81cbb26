//! CSV: what is read, at which rate, and what is refused where.

use recording::{Quantity, Recording, read_csv};

fn read(text: &str) -> Recording {
    read_csv(text.as_bytes()).unwrap()
}

#[test]
fn columns_in_any_order_case_and_line_end() {
    let got = read("\u{feff} IA , t,Vb\r\n1,0,-2.5e1\r\n2,0.000125,3\r\n");
    let names: Vec<_> = got.channels.iter().map(|c| (&c.name[..], &c.unit[..])).collect();
    assert_eq!(names, [("ia", Quantity::Current.symbol()), ("vb", Quantity::Voltage.symbol())]);
    assert_eq!(got.channels[1].phase, "B");
    assert_eq!((got.channels[0].number, got.channels[1].number), (1, 2));
    let section = &got.sections[0];
    assert_eq!((section.rate_hz, section.start_s), (Some(8000.0), Some(0.0)));
    assert_eq!(section.samples, [[1.0, 2.0], [-25.0, 3.0]]);
}

#[test]
fn the_neutral_is_a_column() {
    assert_eq!(read("t,in\n0,1\n1,2").channels[0].name, "in");
}

#[test]
fn rounded_times_give_the_exact_rate() {
    let text = |rate_hz: f64, decimals: usize, offset_s: f64| {
        let line = |k: u32| format!("{:.decimals$},{k}\n", offset_s + f64::from(k) / rate_hz);
        format!("t,va\n{}", (0..400).map(line).collect::<String>())
    };
    for (rate_hz, decimals, offset_s) in [
        (8_000.0, 6, 0.0),
        (16_000.0, 6, 0.0),
        (16_000.0, 5, 0.0),
        (12_800.0, 6, -0.02),
        (8_000.0, 6, 1_700_000_000.0),
        (50.0, 2, 0.0),
    ] {
        let rate = read(&text(rate_hz, decimals, offset_s)).sections[0].rate_hz;
        assert_eq!(rate, Some(rate_hz), "{decimals} decimals from {offset_s}");
    }
}

#[test]
fn uneven_times_are_kept() {
    let got = read("t,va\n0,1\n0.001,2\n0.003,3\n0.004,4\n");
    let section = &got.sections[0];
    assert_eq!(section.rate_hz, None);
    assert_eq!(section.times_s.as_deref(), Some(&[0.0, 0.001, 0.003, 0.004][..]));
    assert!(got.notes[0].contains("not evenly spaced"));
}

#[test]
fn refusals_name_the_line() {
    for (text, want) in [
        ("", "csv: the file is empty"),
        ("\r\n\r\n", "csv: the file is empty"),
        ("t,va\n", "0 sample(s)"),
        ("t,va\n0,1\n", "1 sample(s)"),
        ("va,ia\n0,1\n", "no column `t`"),
        ("t\n0\n", "no column besides `t`"),
        ("t,va,VA\n0,1,2\n", "`VA` stands there twice"),
        ("t,va,vx\n0,1,2\n", "unknown column `vx`"),
        ("t,va,\n0,1,2\n", "unknown column ``"),
        ("# x\nt,va\n0,1\n", "csv line 1: a comment"),
        ("\nt,va\n0,1\n", "csv line 1: an empty line"),
        ("t,va\n0,1\n# x\n1,1\n", "csv line 3: a comment"),
        ("t,va\n0,1\n\n1,1\n", "csv line 3: an empty line"),
        ("t,va\n0,1\n1,1\n\n", "csv line 4: an empty line"),
        ("t,va\n0,1\n1\n", "csv line 3: 1 fields where 2"),
        ("t,va\n0,1\n1,2,3\n", "csv line 3: 3 fields where 2"),
        ("t,va\n0,1\n1,\n", "csv line 3: ``"),
        ("t,va\n0,1\n1,1.2.3\n", "csv line 3: `1.2.3`"),
        ("t,va\n0,1\n1,NaN\n", "csv line 3: `NaN`"),
        ("t,va\n0,1\n1,inf\n", "csv line 3: `inf`"),
        ("t,va\n0,1\n1,1e999\n", "csv line 3: `1e999`"),
        ("t,va\n0,1\ninf,1\n", "csv line 3: `inf`"),
        ("t,va\n0,1\n0,1\n", "csv line 3: time 0 s follows 0 s"),
        ("t,va\n1,1\n0,1\n", "csv line 3: time 0 s follows 1 s"),
        ("t,va\n0,1\n1,\u{1a}\n", "csv line 3: `\\x1A`"),
    ] {
        let got = read_csv(text.as_bytes()).unwrap_err().to_string();
        assert!(got.contains(want), "{text:?}: `{got}` for `{want}`");
    }
}
