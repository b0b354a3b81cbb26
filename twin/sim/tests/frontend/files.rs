//! Front-end files: what they mean and what is refused.

use std::path::Path;

use port::Role;
use sim::frontend::{Afe, Calibration, FrontEnd, FrontEndError};

use super::Formula;

#[test]
fn an_empty_file_is_ideal() {
    let found = FrontEnd::parse("").unwrap();
    assert_eq!(found, FrontEnd { name: "from a file".to_string(), ..FrontEnd::ideal() });
}

#[test]
fn a_channel_overrides_its_kind_which_overrides_the_default() {
    let found = FrontEnd::parse(
        "sinc_order = 3\n\
         calibration = \"nominal\"\n\
         [current]\n\
         gain_ppm = 100\n\
         rc_hz = 5000.0\n\
         [ib]\n\
         gain_ppm = -7.5\n\
         [[crosstalk]]\n\
         from = \"va\"\n\
         into = \"ib\"\n\
         level_db = -110\n",
    )
    .unwrap();
    assert_eq!(found.channel(Role::Ia).gain_ppm, 100.0);
    assert_eq!(found.channel(Role::Ib).gain_ppm, -7.5);
    assert_eq!(found.channel(Role::Ib).rc_hz, Some(5_000.0));
    assert_eq!(found.channel(Role::Va).gain_ppm, 0.0);
    assert_eq!(found.channel(Role::Va).full_scale, 1_000.0);
    assert_eq!(found.channel(Role::In).full_scale, 110.0);
    assert_eq!(found.calibration, Calibration::Nominal);
    assert_eq!(found.crosstalk[0].into, Role::Ib);
}

#[test]
fn a_unit_written_as_a_file_is_read_back_unchanged() {
    for front_end in [FrontEnd::ideal(), FrontEnd::typical(5), FrontEnd::typical(6).uncalibrated()]
    {
        assert_eq!(FrontEnd::parse(&front_end.to_toml()).unwrap(), front_end);
    }
}

#[test]
fn nonsense_is_refused_with_its_line_and_reason() {
    let cases = [
        ("[ia]\nnoise_uv_4ksps = -1", 2, "ia.noise_uv_4ksps is -1, but must lie in 0 to"),
        ("[current]\n\n\nnoise_uv_4ksps = -1", 4, "noise_uv_4ksps is -1"),
        ("clock_ppm = 3\ncolour = 1", 2, "unknown field `colour`"),
        ("[va]\ngain_ppm = 1\ngain = 0", 3, "unknown field `gain`"),
        ("[vd]\ngain_ppm = 1", 1, "unknown field `vd`"),
        ("\n[voltage]\ngain_ppm = -1e6", 3, "va.gain_ppm is -1000000"),
        ("[voltage]\nfull_scale = 0", 2, "va.full_scale is 0"),
        ("[current]\nfull_scale = 110\n[ic]\nfull_scale = -5", 4, "ic.full_scale is -5"),
        ("[ia]\n# lead\nphase_deg = nan", 3, "ia.phase_deg is NaN"),
        ("[ia]\nphase_deg = 4.5", 2, "-1 to 1"),
        ("[ia]\nrc_hz = inf", 2, "ia.rc_hz is inf"),
        ("[ia]\ngain_ppm = \"1\"", 2, "invalid type"),
        ("[ia]\ngain_ppm = ", 2, ""),
        ("temperature_degc = 400", 1, "temperature_degc is 400"),
        ("sinc_order = 9", 1, "sinc_order is 9"),
        ("sinc_order = -3", 1, ""),
        ("noise_seed = 1\ncalibration = \"perfect\"", 2, "perfect"),
        ("[[crosstalk]]\nfrom = \"va\"\ninto = \"x\"\nlevel_db = -90", 3, "no channel is called"),
        ("[[crosstalk]]\nfrom = \"va\"\ninto = \"va\"\nlevel_db = -90", 3, "cannot disturb itself"),
        ("[[crosstalk]]\nfrom = \"va\"\ninto = \"ia\"\nlevel_db = 3", 4, "level_db is 3"),
        ("[[crosstalk]]\nfrom = \"va\"\ninto = \"ia\"", 1, "missing field `level_db`"),
    ];
    for (text, line, reason) in cases {
        let error = FrontEnd::parse(text).expect_err(text).to_string();
        assert!(error.starts_with(&format!("line {line}: ")), "{text:?}: {error}");
        assert!(error.contains(reason), "{text:?}: {error}");
    }
}

/// Numbers set by code are held to the same ranges as those of a file.
#[test]
fn nonsense_by_code_is_refused_too() {
    let afe = |front_end: &FrontEnd, rate_hz: f64| {
        Afe::new(front_end, Formula::new(&[Role::Ia], 10, |_, _| 0.0), rate_hz).map(|_| ())
    };
    let mut front_end = FrontEnd::ideal();
    assert_eq!(afe(&front_end, 0.0), Err(FrontEndError::SampleRate(0.0)));
    assert_eq!(afe(&front_end, 8_000.0), Ok(()));
    front_end.channel_mut(Role::Ia).full_scale = f64::NAN;
    let error = afe(&front_end, 8_000.0).unwrap_err().to_string();
    assert!(error.starts_with("ia.full_scale is NaN"), "{error}");
    let mut slow = FrontEnd::ideal();
    slow.channel_mut(Role::Ia).delay_us = 100.0;
    assert!(matches!(afe(&slow, 1e6), Err(FrontEndError::Filter { role: Role::Ia, .. })));
}

#[expect(clippy::disallowed_methods, reason = "a test may open the files of its own folder")]
#[test]
fn shipped_files_are_front_ends() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("frontends");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        FrontEnd::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        files += 1;
    }
    assert!(files >= 3);
}

#[test]
fn the_description_says_what_is_wrong_with_a_unit() {
    let mut front_end = FrontEnd::ideal();
    front_end.channel_mut(Role::Ib).gain_ppm = 150.0;
    let text = front_end.describe();
    assert!(text.contains("va: full scale 1000.000000 V\n"), "{text}");
    assert!(text.contains("ib: full scale 110.000000 A, gain 150.0000 ppm"), "{text}");
}
