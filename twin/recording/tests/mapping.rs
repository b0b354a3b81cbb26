//! Mapping channels to roles, by hand and by phase and unit.

use recording::{MapError, Recording, Role, Selector, auto_map, map_channels, read_comtrade};

/// A recording with one sample and channels of (name, phase, unit).
fn recording(channels: &[(&str, &str, &str)]) -> Recording {
    let line = |(i, (name, phase, unit)): (usize, &(&str, &str, &str))| {
        format!("{},{name},{phase},,{unit},1,0,0,0,0,1,1,P\n", i + 1)
    };
    let lines: String = channels.iter().enumerate().map(line).collect();
    let count = channels.len();
    let stamp = "01/01/2000,00:00:00.000000";
    let cfg = format!(
        "S,D,1999\n{count},{count}A,0D\n{lines}50\n1\n1000,1\n{stamp}\n{stamp}\nASCII\n1\n"
    );
    let dat = format!("1,0{}\n", ",1".repeat(count));
    read_comtrade(cfg.as_bytes(), dat.as_bytes()).unwrap()
}

fn bay() -> Recording {
    recording(&[
        ("Ua", "A", "kV"),
        ("I", "A", "mA"),
        ("I", "B", "A"),
        ("x", "", ""),
        ("P", "", "W"),
    ])
}

fn by_hand(wanted: &[(&str, &str)]) -> Result<Vec<(Role, usize, f64)>, MapError> {
    let wanted: Vec<_> =
        wanted.iter().map(|(role, s)| (role.parse().unwrap(), s.parse().unwrap())).collect();
    let mapping = map_channels(&bay(), &wanted)?;
    Ok(mapping.entries.iter().map(|m| (m.role, m.channel, m.factor)).collect())
}

#[test]
fn by_name_and_number_in_the_order_of_roles() {
    let got = by_hand(&[("ia", "#2"), ("va", "Ua"), ("ib", "#3")]);
    assert_eq!(got, Ok(vec![(Role::Va, 0, 1e3), (Role::Ia, 1, 1e-3), (Role::Ib, 2, 1.0)]));
    assert_eq!(by_hand(&[("va", "uA")]), Ok(vec![(Role::Va, 0, 1e3)]));
    assert_eq!(by_hand(&[("vb", "x")]), Ok(vec![(Role::Vb, 3, 1.0)]));
}

#[test]
fn factors_and_doubtful_units_are_reported() {
    let wanted = [(Role::Va, Selector::Number(1)), (Role::Ia, Selector::Number(4))];
    let mapping = map_channels(&bay(), &wanted).unwrap();
    assert_eq!(mapping.get(Role::Va).map(|m| m.channel), Some(0));
    assert_eq!(mapping.get(Role::In), None);
    assert_eq!(
        mapping.notes,
        ["va: channel #1 `Ua` times 1000 to V", "ia: channel #4 `x` has the unit ``, taken as A"]
    );
}

#[test]
fn wishes_that_cannot_be_met() {
    for (wanted, want) in [
        (&[][..], "no channel is mapped"),
        (&[("va", "Uz")], "va: no channel `Uz`"),
        (&[("va", "#9")], "va: no channel `#9`"),
        (&[("ia", "I")], "ia: 2 channels are called `I`"),
        (&[("va", "#1"), ("va", "#4")], "va is mapped twice"),
        (&[("va", "#4"), ("vb", "x")], "channel #4 `x` is mapped to va and to vb"),
        (&[("va", "#2")], "va: channel #2 `I` is in A, not in V"),
    ] {
        let got = by_hand(wanted).unwrap_err().to_string();
        assert!(got.contains(want), "{got}");
    }
}

#[test]
fn an_unknown_name_lists_all_channels_and_a_double_one_its_candidates() {
    let unknown = by_hand(&[("va", "Uz")]).unwrap_err().to_string();
    assert_eq!(
        unknown,
        "va: no channel `Uz`; these are there:\n\
         \x20 #1    Ua                       phase A    unit kV\n\
         \x20 #2    I                        phase A    unit mA\n\
         \x20 #3    I                        phase B    unit A\n\
         \x20 #4    x                        phase -    unit -\n\
         \x20 #5    P                        phase -    unit W\n\
         choose with --map va=NAME,vb=... or by number with --map va=#3"
    );
    let double = by_hand(&[("ia", "I")]).unwrap_err().to_string();
    assert!(double.contains("#2") && double.contains("#3") && !double.contains("#1"), "{double}");
}

/// `want` lists the channel index of each role as text, or a piece of the refusal.
fn check_auto(channels: &[(&str, &str, &str)], want: &str) {
    let got = match auto_map(&recording(channels)) {
        Ok(mapping) => {
            let entry = |m: &recording::Mapped| format!("{}={}", m.role, m.channel);
            mapping.entries.iter().map(entry).collect::<Vec<_>>().join(" ")
        }
        Err(refused) => refused.to_string(),
    };
    assert!(got.contains(want), "{channels:?}: {got}");
}

#[test]
fn what_is_unambiguous_maps_itself() {
    check_auto(&[("x", "C", "V"), ("y", "A", "V"), ("z", "A", "A")], "va=1 vc=0 ia=2");
    check_auto(&[("HV IR", "", "A"), ("HV VR", "", "kV"), ("3I0", "", "A")], "va=1 ia=0");
    check_auto(&[("u", "L1", "V"), ("u", "2", "V"), ("in", "N", "A")], "va=0 vb=1 in=2");
    check_auto(&[("Va", "", ""), ("Ib", "", "")], "va=0 ib=1");
}

#[test]
fn what_is_ambiguous_is_refused() {
    check_auto(&[("x", "A", "V"), ("y", "A", "V")], "va could be #1 or #2\n  #1");
    check_auto(&[("x", "A", "A"); 5], "ia could be any of 5 channels");
    check_auto(&[("x", "R", "V"), ("y", "Y", "V"), ("z", "B", "V")], "more than one way");
    check_auto(&[("P", "", "W"), ("f", "", "Hz")], "no channel's phase, name and unit");
}
