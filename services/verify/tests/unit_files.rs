//! Files of units: what they mean and what is refused.

use port::Role;
use sim::frontend::FrontEnd;
use verify::document::Arm;
use verify::unit::{Defects, Unit};

#[test]
fn what_is_not_stated_is_ideal_or_drawn_by_the_seed() {
    let ideal = Unit::parse("[ia]\ngain_ppm = 100", 4).unwrap();
    assert_eq!(ideal.front_end.channel(Role::Ib), Unit::ideal().front_end.channel(Role::Ib));
    assert_eq!(ideal.front_end.channel(Role::Ia).gain_ppm, 100.0);
    let typical = Unit::parse("base = \"typical\"\n[ia]\ngain_ppm = 100", 4).unwrap();
    let drawn = FrontEnd::typical(4);
    assert_eq!(typical.front_end.channel(Role::Ib), drawn.channel(Role::Ib));
    assert_eq!(typical.front_end.crosstalk, drawn.crosstalk);
    assert_eq!(typical.front_end.channel(Role::Ia).gain_ppm, 100.0);
    let own = typical.front_end.channel(Role::Ia);
    assert_eq!(own.offset_counts, drawn.channel(Role::Ia).offset_counts);
    assert_eq!(typical.later, typical.front_end);
}

/// Errors add up, design values are replaced; a channel's section stands over that of its kind.
#[test]
fn what_was_done_after_calibration_comes_on_top() {
    let unit = Unit::parse(
        "base = \"typical\"\n\
         [after_calibration]\n\
         clock_ppm = 2500\n\
         [after_calibration.voltage]\n\
         gain_ppm = 50\n\
         [after_calibration.va]\n\
         gain_ppm = 20000\n\
         full_scale = 900.0\n\
         [[after_calibration.crosstalk]]\n\
         from = \"va\"\n\
         into = \"ia\"\n\
         level_db = -60\n",
        7,
    )
    .unwrap();
    let drawn = FrontEnd::typical(7);
    assert_eq!(unit.front_end.channels, drawn.channels);
    assert_eq!(unit.later.clock_ppm, drawn.clock_ppm + 2500.0);
    let gain = |front_end: &FrontEnd, role| front_end.channel(role).gain_ppm;
    assert_eq!(gain(&unit.later, Role::Va), gain(&drawn, Role::Va) + 20_000.0);
    assert_eq!(gain(&unit.later, Role::Vb), gain(&drawn, Role::Vb) + 50.0);
    assert_eq!(unit.later.channel(Role::Va).full_scale, 900.0);
    assert_eq!(unit.later.crosstalk.len(), 4);
    let changes: Vec<&str> = unit.changes.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(
        changes,
        [
            "after calibration, clock_ppm",
            "after calibration, va full_scale",
            "after calibration, va gain_ppm",
            "after calibration, vb gain_ppm",
            "after calibration, vc gain_ppm",
            "after calibration, va into ia",
        ]
    );
}

#[test]
fn what_the_program_and_the_bench_do_wrong_is_read() {
    let unit = Unit::parse(
        "base = \"typical\"\n\
         [firmware]\n\
         impulses_per_kwh = 990\n\
         no_load_threshold = 0\n\
         dc_blocking = false\n\
         lost_sample_every_s = 1\n\
         reactive_by_delay = true\n\
         tariff_counted_twice = true\n\
         stale_window = true\n\
         module_ratio = 1.2\n\
         droop_correction = false\n\
         [procedure]\n\
         swapped = [\"ia\", \"ib\"]\n\
         [spoiled]\n\
         arm = \"exactness\"\n\
         clause = \"exact/samples\"\n\
         margin = 3\n\
         why = \"because\"\n",
        1,
    )
    .unwrap();
    let expected = Defects {
        impulses_per_kwh: Some(990),
        no_load_threshold: Some(0.0),
        dc_blocking_off: true,
        lost_sample_every_s: Some(1.0),
        reactive_by_delay: true,
        tariff_counted_twice: true,
        stale_window: true,
        module_ratio: Some(1.2),
        swapped_in_calibration: Some((Role::Ia, Role::Ib)),
        droop_correction_off: true,
    };
    assert_eq!(unit.defects, expected);
    assert_eq!(unit.changes.len(), 10);
    let claim = unit.claim.unwrap();
    assert_eq!(
        (claim.arm, claim.clause.as_str(), claim.margin),
        (Arm::Exactness, "exact/samples", 3.0)
    );
    // What is said to be right is no defect.
    let sound = "[firmware]\ndc_blocking = true\ndroop_correction = true\nstale_window = false";
    assert_eq!(Unit::parse(sound, 1).unwrap().defects, Defects::default());
}

#[test]
fn nonsense_is_refused_with_its_line_and_reason() {
    let spoiled = |lines: &str| format!("[ia]\ngain_ppm = 9\n[spoiled]\n{lines}");
    let claim = "arm = \"class\"\nclause = \"A1\"\nmargin = 2\nwhy = \"x\"";
    let cases = [
        // What a front-end file refuses, here and in what was done later.
        ("[ia]\nnoise_uv_4ksps = -1", 2, "ia.noise_uv_4ksps is -1, but must lie in 0 to"),
        ("[voltage]\nfull_scale = 0", 2, "va.full_scale is 0"),
        ("[voltage]\ngain_ppm = -1e6", 2, "va.gain_ppm is -1000000"),
        ("[after_calibration.ib]\n\nnoise_uv_4ksps = -1", 3, "ib.noise_uv_4ksps is -1"),
        ("[after_calibration.current]\ngain_ppm = -1e6", 2, "ia.gain_ppm is -1000000"),
        ("[after_calibration]\nclock_ppm = 20000", 2, "clock_ppm is 20000"),
        (
            "[[crosstalk]]\nfrom = \"va\"\ninto = \"ia\"\nlevel_db = -90\n\
             [[after_calibration.crosstalk]]\nfrom = \"va\"\ninto = \"ia\"\nlevel_db = 3",
            8,
            "level_db is 3",
        ),
        ("[after_calibration.ia]\ngain_pm = 1", 2, "did you mean `gain_ppm`?"),
        // What is unknown, or of another kind.
        ("\n[firmwear]\nstale_window = true", 2, "did you mean `firmware`?"),
        ("clock_pmm = 1", 1, "did you mean `clock_ppm`?"),
        ("colour_of_the_case = 1", 1, "there are base, after_calibration"),
        ("[firmware]\nstale_windows = true", 2, "did you mean `stale_window`?"),
        ("firmware = 3", 1, "write [firmware]"),
        ("base = \"usual\"", 1, "there are \"ideal\" and \"typical\""),
        ("base = 3", 1, "base is a text"),
        ("[after_calibration]\ncalibration = \"known\"", 2, "no calibration; put"),
        // What no program or bench can do.
        ("[firmware]\nimpulses_per_kwh = 0", 2, "impulses_per_kwh is 0"),
        ("[firmware]\nimpulses_per_kwh = -5", 2, ""),
        ("[firmware]\n\nno_load_threshold = -1", 3, "no_load_threshold is -1"),
        ("[firmware]\nlost_sample_every_s = 0", 2, "lost_sample_every_s is 0"),
        ("[firmware]\nmodule_ratio = nan", 2, "module_ratio is NaN"),
        ("[firmware]\ndroop_correction = false", 2, "has no droop"),
        ("[procedure]\nswapped = [\"ia\", \"id\"]", 2, "no channel is called \"id\""),
        ("[procedure]\nswapped = [\"ia\", \"va\"]", 2, "name two voltages or two currents"),
        ("[procedure]\nswapped = [\"ia\", \"ia\"]", 2, "name two voltages or two currents"),
        ("[procedure]\nswapped = [\"ia\"]", 2, ""),
        // Claims.
        (&spoiled("arm = \"class\"\nclause = \"A1\"\nmargin = 2"), 3, "missing field `why`"),
        (&spoiled(&claim.replace("class\"", "strong\"")), 4, "unknown variant `strong`"),
        (&spoiled(&claim.replace("= 2", "= 1.5")), 6, "margin is 1.5"),
        (&spoiled(&claim.replace("\"A1\"", "\" \"")), 5, "clause is empty"),
        (&format!("base = \"typical\"\n\n[spoiled]\n{claim}"), 3, "nothing is spoiled here"),
        ("a = ", 1, ""),
    ];
    for (text, line, reason) in cases {
        let error = Unit::parse(text, 1).expect_err(text).to_string();
        assert!(error.starts_with(&format!("line {line}: ")), "{text:?}: {error}");
        assert!(error.contains(reason), "{text:?}: {error}");
    }
}
