//! Going forward to a sample without converting those before it.

use port::{Role, SampleBlock, SampleSource, SourceState};
use sim::frontend::{Afe, FULL_SCALE_COUNTS, FrontEnd};
use sim::synthetic::{Signal, Spectrum, Synthetic};

const RATE_HZ: f64 = 8_000.0;
const ROLES: [Role; 4] = [Role::Va, Role::Vb, Role::Ia, Role::Ib];
/// Samples read after a seek.
const READ: usize = 2_000;

/// Near full scale, with harmonics and DC, noise at the terminals and in the converter.
fn afe(frequency_hz: f64, end_s: Option<f64>) -> Afe<Synthetic> {
    let signal = ROLES.iter().fold(Signal::new(frequency_hz), |signal, role| {
        let rms = if role.is_voltage() { 600.0 } else { 60.0 };
        let spectrum = [3, 5, 31]
            .iter()
            .fold(Spectrum::ZERO.with(1, rms, 20.0).with_dc(0.02 * rms), |spectrum, order| {
                spectrum.with(*order, 0.1 * rms / *order as f64, 70.0)
            });
        signal.channel(*role, spectrum).noise(*role, 1e-4 * rms)
    });
    // An exact clock, so that the end lies where it is said to.
    let unit = FrontEnd { clock_ppm: 0.0, ..FrontEnd::typical(5) };
    Afe::new(&unit, signal.play(3, end_s), RATE_HZ).expect("it makes sense")
}

/// The next samples of all rows.
fn read(afe: &mut Afe<Synthetic>, samples: usize) -> Vec<Vec<i32>> {
    let mut block = SampleBlock::new(ROLES.len(), samples);
    let mut rows = vec![Vec::new(); ROLES.len()];
    while rows[0].len() < samples
        && afe.read(&mut block, samples - rows[0].len()) == Ok(SourceState::Samples)
    {
        for (number, row) in rows.iter_mut().enumerate() {
            row.extend_from_slice(block.row(number));
        }
    }
    rows
}

fn largest_difference(a: &[i32], b: &[i32]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max)
}

/// 2e-6 of full scale in the currents, whose transformers lead; not a bit in the voltages.
#[test]
fn counts_after_a_seek_are_those_of_a_run_without() {
    for frequency_hz in [45.0, 50.03, 65.0] {
        let whole = read(&mut afe(frequency_hz, None), 70_000);
        for index in [24_111, 61_440] {
            let mut sought = afe(frequency_hz, None);
            sought.seek(index as u64);
            let found = read(&mut sought, READ);
            for (row, role) in ROLES.iter().enumerate() {
                let difference = largest_difference(&found[row], &whole[row][index..index + READ]);
                let bound = if role.is_voltage() { 0.0 } else { 2e-6 * FULL_SCALE_COUNTS };
                assert!(difference <= bound, "{frequency_hz} Hz, {}: {difference}", role.slug());
            }
        }
    }
}

#[test]
fn a_short_way_changes_no_bit() {
    let whole = read(&mut afe(50.0, None), 6_000);
    let mut sought = afe(50.0, None);
    read(&mut sought, 10);
    for index in [10, 20, 300, 1_000] {
        sought.seek(index);
        let found = read(&mut sought, 5);
        for (found, whole) in found.iter().zip(&whole) {
            assert_eq!(found[..], whole[index as usize..index as usize + 5]);
        }
    }
}

/// Seeks are as good after seeks, and blocks are numbered by the sample.
#[test]
fn a_series_of_seeks_is_a_series_of_windows() {
    let mut one = afe(50.0, None);
    for index in [40_000_u64, 80_123, 1_000_000] {
        let mut other = afe(50.0, None);
        one.seek(index);
        other.seek(index);
        let mut block = SampleBlock::new(ROLES.len(), 10);
        one.read(&mut block, 10).unwrap();
        assert_eq!((block.first, block.samples), (index, 10));
        assert_eq!(block.row(3), &read(&mut other, 10)[3][..]);
        assert_eq!(read(&mut one, READ)[2].len(), READ);
    }
}

#[test]
fn the_end_is_where_it_was() {
    for (index, left) in [(79_990, 10), (79_999, 1), (80_000, 0), (80_001, 0), (90_000, 0)] {
        let mut sought = afe(50.0, Some(10.0));
        sought.seek(index);
        assert_eq!(read(&mut sought, READ)[0].len(), left, "after {index}");
    }
    let whole = read(&mut afe(50.0, Some(10.0)), 100_000);
    let mut sought = afe(50.0, Some(10.0));
    sought.seek(79_900);
    assert_eq!(read(&mut sought, READ)[0], whole[0][79_900..]);
}
