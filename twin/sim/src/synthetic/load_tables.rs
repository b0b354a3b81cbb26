//! Current spectra of typical loads: order, rms in percent of the fundamental, angle in degrees.
//!
//! Angles are those of `cos(h x + angle)` where the voltage fundamental is `cos x`. The magnitudes
//! are round numbers in the middle of what is published for each kind, chosen by us; no row is a
//! measurement of a product.

use super::spectrum::Spectrum;

/// A row of a table.
type Row = (usize, f64, f64);

/// LED lamp or small power supply without power factor correction: a capacitor charged in pulses 40
/// degrees wide, whose middle leads the voltage peak by 5 degrees (analytic coefficients of a
/// half-cosine pulse, rounded). THD 136 %.
pub(crate) const RECTIFIER: [Row; 16] = [
    (1, 100.0, 5.0),
    (3, 91.0, 15.0),
    (5, 74.9, 25.0),
    (7, 54.6, 35.0),
    (9, 33.7, 45.0),
    (11, 15.6, 55.0),
    (13, 2.4, 65.0),
    (15, 5.0, 255.0),
    (17, 7.2, 265.0),
    (19, 5.6, 275.0),
    (21, 2.4, 285.0),
    (23, 0.7, 115.0),
    (25, 2.6, 125.0),
    (27, 2.9, 135.0),
    (29, 1.9, 145.0),
    (31, 0.4, 155.0),
];

/// Inverter heat pump: six-pulse rectifier with a choke. No triplens. THD 34 %, cos phi 0.97.
pub(crate) const SIX_PULSE: [Row; 11] = [
    (1, 100.0, -14.0),
    (5, 30.0, 165.0),
    (7, 12.0, 15.0),
    (11, 8.0, 170.0),
    (13, 5.0, 10.0),
    (17, 3.5, 180.0),
    (19, 2.5, 0.0),
    (23, 2.0, 180.0),
    (25, 1.5, 0.0),
    (29, 1.2, 180.0),
    (31, 1.0, 0.0),
];

/// On-board charger with power factor correction. THD 5 %, its filter slightly capacitive.
pub(crate) const CHARGER: [Row; 8] = [
    (1, 100.0, 4.0),
    (3, 3.5, 20.0),
    (5, 2.5, 150.0),
    (7, 2.0, 40.0),
    (9, 1.0, 10.0),
    (11, 1.0, 120.0),
    (13, 0.8, 60.0),
    (17, 0.4, 0.0),
];

/// Photovoltaic inverter at unity power factor. THD 2 %.
pub(crate) const PV: [Row; 6] = [
    (1, 100.0, 0.0),
    (3, 1.0, 30.0),
    (5, 1.3, 160.0),
    (7, 0.8, 45.0),
    (11, 0.5, 120.0),
    (13, 0.4, 60.0),
];

/// The standby of a house: small supplies, transformers and a little heat. THD 55 %, PF 0.86.
pub(crate) const STANDBY: [Row; 9] = [
    (1, 100.0, 8.0),
    (3, 38.0, 15.0),
    (5, 30.0, 25.0),
    (7, 21.0, 35.0),
    (9, 13.0, 45.0),
    (11, 6.0, 55.0),
    (15, 2.0, 255.0),
    (17, 2.8, 265.0),
    (19, 2.2, 275.0),
];

/// The spectrum of a table, with a fundamental of 1.
pub(crate) fn unit_spectrum(table: &[Row]) -> Spectrum {
    table.iter().fold(Spectrum::ZERO, |spectrum, (order, percent, angle_deg)| {
        spectrum.with(*order, percent / 100.0, *angle_deg)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// THD in percent and power factor on a sinusoidal voltage.
    fn check(table: &[Row], thd_percent: f64, power_factor: f64) {
        let current = unit_spectrum(table);
        let thd = current.thd().unwrap() * 100.0;
        let pf = Spectrum::sine(1.0, 0.0).active_power(&current) / current.true_rms();
        assert!((thd - thd_percent).abs() < 1.0, "THD {thd}");
        assert!((pf - power_factor).abs() < 0.005, "PF {pf}");
    }

    #[test]
    fn the_tables_have_the_thd_and_power_factor_they_claim() {
        check(&RECTIFIER, 136.0, 0.590);
        check(&SIX_PULSE, 34.0, 0.918);
        check(&CHARGER, 5.2, 0.996);
        check(&PV, 2.0, 1.0);
        check(&STANDBY, 55.0, 0.867);
    }

    #[test]
    fn rows_are_in_order() {
        for table in [&RECTIFIER[..], &SIX_PULSE, &CHARGER, &PV, &STANDBY] {
            assert!(table.is_sorted_by(|a, b| a.0 < b.0));
        }
    }
}
