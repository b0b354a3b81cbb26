//! Recordings by real instruments, from the folder that `EMS_RECORDINGS` names (not in this
//! repository). Without it these tests are skipped, except in CI.
//!
//! The fingerprints and powers were taken with another reader, the Python package comtrade 0.2.0 in
//! double precision: equal fingerprints mean that every sample agrees to the last bit.

#![expect(clippy::disallowed_methods, reason = "a test may open the recordings it is given")]

use std::path::PathBuf;

use recording::{
    DataFormat, Mapping, Recording, Revision, Role, Section, Side, auto_map, map_channels,
    read_comtrade, resample,
};

#[expect(clippy::print_stdout, reason = "a skipped test says so")]
/// The recording of this name, or `None` when there is no folder.
fn recording(name: &str) -> Option<Recording> {
    let Some(folder) = std::env::var_os("EMS_RECORDINGS").map(PathBuf::from) else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "CI must set EMS_RECORDINGS");
        println!("skipped: {name}, EMS_RECORDINGS names no folder");
        return None;
    };
    let read = |extension: &str| {
        let path = folder.join(name).with_extension(extension);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    Some(read_comtrade(&read("cfg"), &read("dat")).unwrap())
}

/// FNV-1a over the samples as 64-bit words, channel by channel.
fn fingerprint(recording: &Recording) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for channel in 0..recording.channels.len() {
        for value in recording.sections.iter().flat_map(|section| &section.samples[channel]) {
            hash = (hash ^ value.to_bits()).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

/// Mean power of keating over its first three cycles: 59.97 Hz, 50 ms, 1536 of 2048 samples.
fn power_w(section: &Section, mapping: &Mapping) -> f64 {
    let column = |role| section.complete(mapping.get(role).unwrap().channel).unwrap();
    let length = section.len() / 4 * 3;
    [(Role::Va, Role::Ia), (Role::Vb, Role::Ib), (Role::Vc, Role::Ic)]
        .map(|(v, i)| column(v).iter().zip(column(i)).take(length).map(|(v, i)| v * i).sum::<f64>())
        .iter()
        .sum::<f64>()
        / length as f64
}

/// (rate, first sample, length) of each section.
fn sections(recording: &Recording) -> Vec<(Option<f64>, usize, usize)> {
    recording.sections.iter().map(|s| (s.rate_hz, s.first_sample, s.len())).collect()
}

#[test]
fn keating_low_voltage() {
    let Some(got) = recording("keating_lv_600v") else { return };
    assert_eq!(fingerprint(&got), 0x0164_f7d5_e083_7541);
    assert_eq!((got.revision, got.format), (Some(Revision::R1999), DataFormat::Ascii));
    assert_eq!(sections(&got), [(Some(30707.244140625), 0, 2048)]);
    assert_eq!((got.line_frequency_hz, got.digital_channels), (Some(60.0), 0));
    assert_eq!(got.start.as_deref(), Some("18/11/2015,05:33:03.765333"));
    assert_eq!(got.channels[0].a, -0.0197614394128323);
    assert_eq!(got.channels[0].side, Some(Side::Primary));
    assert_eq!(got.sections[0].start_s, None);
    assert_eq!((got.sections[0].missing.len(), got.notes.len()), (0, 0));
}

#[test]
fn keating_maps_itself_and_carries_141_kw() {
    let Some(got) = recording("keating_lv_600v") else { return };
    let mapping = auto_map(&got).unwrap();
    let names: Vec<_> = mapping
        .entries
        .iter()
        .map(|m| (m.role.slug(), got.channels[m.channel].name.as_str(), m.factor))
        .collect();
    let want = [
        ("va", "U1", 1.0),
        ("vb", "U2", 1.0),
        ("vc", "U3", 1.0),
        ("ia", "I1", 1.0),
        ("ib", "I2", 1.0),
        ("ic", "I3", 1.0),
        ("in", "I4", 1.0),
    ];
    assert_eq!(names, want);
    let power_w = power_w(&got.sections[0], &mapping);
    assert!((power_w - 141_254.558_634_620_54).abs() < 1e-6, "{power_w}");
}

#[test]
fn transformer_float32() {
    let Some(got) = recording("transformer_trip_float32") else { return };
    assert_eq!(fingerprint(&got), 0x201a_8e9a_3b21_9ca5);
    assert_eq!((got.revision, got.format), (Some(Revision::R2013), DataFormat::Float32));
    assert_eq!(sections(&got), [(Some(1200.0), 0, 7200)]);
    assert_eq!((got.channels.len(), got.digital_channels), (23, 140));
    // Its nanosecond stamps pass 32 bits once; unwrapped, they agree with the rate.
    assert_eq!(got.notes, [""; 0]);
}

#[test]
fn transformer_has_two_sides_and_must_be_told_which() {
    let Some(got) = recording("transformer_trip_float32") else { return };
    let refused = auto_map(&got).unwrap_err().to_string();
    assert!(refused.contains("ia could be #1 or #10"), "{refused}");
    assert!(refused.contains("#23   REF IN ") && refused.contains("--map va=#3"), "{refused}");
    let wanted = ["va=HV Bus VR", "vb=HV Bus VS", "vc=#8", "ia=HV IR", "ib=#2", "ic=HV IT"]
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(role, selector)| (role.parse().unwrap(), selector.parse().unwrap()));
    let mapping = map_channels(&got, &wanted).unwrap();
    let channels: Vec<_> = mapping.entries.iter().map(|entry| entry.channel).collect();
    assert_eq!(channels, [5, 6, 7, 0, 1, 2]);
}

#[test]
fn substation_multirate() {
    let Some(got) = recording("substation_multirate") else { return };
    assert_eq!(fingerprint(&got), 0x3293_8bdb_c3f7_5f11);
    assert_eq!((got.revision, got.format), (Some(Revision::R1999), DataFormat::Binary));
    let want = [
        (Some(4000.0), 0, 1120),
        (Some(200.0), 1120, 136),
        (Some(4000.0), 1256, 1120),
        (Some(200.0), 2376, 601),
    ];
    assert_eq!(sections(&got), want);
    assert_eq!((got.channels.len(), got.digital_channels), (80, 80));
    let bus = &got.channels[0];
    assert_eq!((bus.primary, bus.secondary, bus.side), (220_000.0, 100.0, Some(Side::Secondary)));
    assert_eq!((bus.circuit.as_str(), bus.unit.as_str()), ("kV", "V"));
    assert!(got.notes.len() == 1 && got.notes[0].contains("not UTF-8"), "{:?}", got.notes);
}

#[test]
fn substation_names_are_distinct_and_its_bays_are_a_choice() {
    let Some(got) = recording("substation_multirate") else { return };
    let mut names: Vec<_> = got.channels.iter().map(|channel| &channel.name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 80);
    assert!(names.iter().all(|name| !name.chars().any(char::is_control)));
    let refused = auto_map(&got).unwrap_err().to_string();
    assert!(refused.contains("va could be any of 10 channels"), "{refused}");
    assert!(refused.lines().count() > 80);
    // A name copied from the list finds its channel; the unit is V, whatever the circuit says.
    let name = got.channels[12].name.parse().unwrap();
    let mapping = map_channels(&got, &[(Role::Va, name)]).unwrap();
    assert_eq!((mapping.entries[0].channel, mapping.entries[0].factor), (12, 1.0));
}

#[test]
fn resampling_keeps_length_and_power() {
    let Some(got) = recording("keating_lv_600v") else { return };
    let mapping = auto_map(&got).unwrap();
    let finer = resample(&got.sections[0], 2.0 * 30707.244140625).unwrap();
    assert_eq!(finer.len(), 4096);
    let [before_w, after_w] = [&got.sections[0], &finer].map(|s| power_w(s, &mapping));
    assert!((after_w / before_w - 1.0).abs() < 1e-4, "{before_w} W, {after_w} W");
}
