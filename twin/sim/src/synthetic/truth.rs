//! What an ideal meter would have read, in closed form.
//!
//! Within a piece a voltage and a current are sums of sinusoids of the grid angle with amplitudes
//! linear in time, so their product is a sum of sinusoids with quadratic amplitudes. Its integral is
//! exact at constant frequency. While the frequency moves at `r` Hz/s the integral is an asymptotic
//! series in `r / (2 pi f^2)`, cut after seven terms: below 1e-15 of the apparent energy of one
//! cycle at 10 Hz/s and 45 Hz.
//!
//! Integrals include the ripple at twice the grid frequency, so the ends of an interval count
//! exactly. Noise is not part of the truth.

use super::exact::Exact;
use super::spectrum::{HARMONICS, Phasor, Spectrum};
use super::timeline::{Piece, Pieces, Timeline};
use port::Role;
use std::f64::consts::{SQRT_2, TAU};

/// Terms of the asymptotic series. Three are exact at constant frequency.
const ORDERS: usize = 7;

/// Highest order in the product of two signals.
const PRODUCT_ORDERS: usize = 2 * HARMONICS + 1;

/// Integral of voltage times current of a phase (0 to 2) in watt-seconds, from one instant to another.
///
/// # Panics
/// If the timeline does not drive both channels, or `to_s < from_s`.
pub fn active_energy_ws(timeline: &dyn Timeline, phase: usize, from_s: f64, to_s: f64) -> f64 {
    let (voltage, current) = channels_of(timeline, phase);
    integral(timeline, from_s, to_s, &mut |piece, u| product_integral([voltage, current], piece, u))
}

/// Integral of the fundamental reactive power of a phase in var-seconds; positive is inductive.
///
/// # Panics
/// As [`active_energy_ws`].
pub fn reactive_energy_vars(timeline: &dyn Timeline, phase: usize, from_s: f64, to_s: f64) -> f64 {
    let (voltage, current) = channels_of(timeline, phase);
    integral(timeline, from_s, to_s, &mut |piece, [from, to]| {
        let v = line(piece, voltage, 1);
        let i = line(piece, current, 1).map(Phasor::conj);
        let area = |u: f64| {
            let square = (v[0] * i[0]) * u
                + (v[0] * i[1] + v[1] * i[0]) * (u * u / 2.0)
                + (v[1] * i[1]) * (u * u * u / 3.0);
            square.im
        };
        area(to) - area(from)
    })
}

/// True rms of a channel over an interval, in volts or amperes.
///
/// # Panics
/// If the timeline does not drive the channel, or the interval is empty.
pub fn true_rms(timeline: &dyn Timeline, role: Role, from_s: f64, to_s: f64) -> f64 {
    assert!(to_s > from_s, "an rms needs an interval");
    let channel = channel_of(timeline, role);
    let square = integral(timeline, from_s, to_s, &mut |piece, u| {
        product_integral([channel, channel], piece, u)
    });
    (square / (to_s - from_s)).max(0.0).sqrt()
}

/// Grid angle in cycles at an instant, without whole cycles: -0.5 to 0.5, exact to 1e-15.
pub fn grid_angle_cycles(timeline: &dyn Timeline, at_s: f64) -> f64 {
    let piece = piece_at(timeline, at_s);
    let elapsed = Exact::new(at_s).plus(Exact::new(-piece.start_s));
    piece.cycles_after(elapsed).value()
}

/// Spectrum of a channel at an instant (after a jump, if there is one).
///
/// # Panics
/// If the timeline does not drive the channel.
pub fn spectrum_at(timeline: &dyn Timeline, role: Role, at_s: f64) -> Spectrum {
    let channel = channel_of(timeline, role);
    let mut spectra = vec![Spectrum::ZERO; timeline.roles().len()];
    let within_s = at_s.midpoint(timeline.next_knot(at_s).min(at_s + 1.0));
    timeline.spectra(within_s, at_s, &mut spectra);
    spectra[channel]
}

fn channel_of(timeline: &dyn Timeline, role: Role) -> usize {
    let channel = timeline.roles().iter().position(|other| *other == role);
    channel.unwrap_or_else(|| panic!("the timeline does not drive {}", role.slug()))
}

fn channels_of(timeline: &dyn Timeline, phase: usize) -> (usize, usize) {
    (channel_of(timeline, Role::ALL[phase]), channel_of(timeline, Role::ALL[3 + phase]))
}

fn piece_at(timeline: &dyn Timeline, at_s: f64) -> Piece {
    let (mut pieces, mut piece) = (Pieces::new(), Piece::default());
    pieces.advance(timeline, &mut piece);
    while piece.end_s <= at_s {
        pieces.advance(timeline, &mut piece);
    }
    piece
}

/// Adds up what `part` makes of each piece and the seconds within it, `[from, to]`.
fn integral(
    timeline: &dyn Timeline,
    from_s: f64,
    to_s: f64,
    part: &mut dyn FnMut(&Piece, [f64; 2]) -> f64,
) -> f64 {
    assert!(to_s >= from_s, "an interval goes forward in time");
    let (mut pieces, mut piece) = (Pieces::new(), Piece::default());
    let mut sum = Exact::default();
    while piece.end_s < to_s {
        pieces.advance(timeline, &mut piece);
        let from = from_s.max(piece.start_s) - piece.start_s;
        let to = to_s.min(piece.end_s) - piece.start_s;
        if to > from {
            sum = sum.plus(Exact::new(part(&piece, [from, to])));
        }
    }
    sum.value()
}

/// Amplitude of an order of a channel: value at the start of the piece and slope a second.
/// Order 0 is DC.
fn line(piece: &Piece, channel: usize, order: usize) -> [Phasor; 2] {
    let of = |spectrum: &Spectrum| match order {
        0 => Phasor { re: spectrum.dc, im: 0.0 },
        h => spectrum.harmonic(h),
    };
    let (start, end) = (of(&piece.starts[channel]), of(&piece.ends[channel]));
    [start, (end + start * -1.0) * (1.0 / piece.length_s())]
}

/// Integral of the product of two channels over the seconds `u` of a piece.
fn product_integral(channels: [usize; 2], piece: &Piece, u: [f64; 2]) -> f64 {
    let product = product(channels, piece);
    let steady = |u: f64| {
        product[0][0].re * u
            + product[0][1].re * (u * u / 2.0)
            + product[0][2].re * (u * u * u / 3.0)
    };
    steady(u[1]) - steady(u[0]) + ripple(&product, piece, u[1]) - ripple(&product, piece, u[0])
}

/// The product of two channels by order: coefficients of 1, `u` and `u^2`.
fn product(channels: [usize; 2], piece: &Piece) -> [[Phasor; 3]; PRODUCT_ORDERS] {
    let peaks = channels.map(|channel| {
        let mut lines = [[Phasor::ZERO; 2]; HARMONICS + 1];
        for (order, entry) in lines.iter_mut().enumerate() {
            let peak = if order == 0 { 1.0 } else { SQRT_2 };
            *entry = line(piece, channel, order).map(|phasor| phasor * peak);
        }
        lines
    });
    let mut sum = [[Phasor::ZERO; 3]; PRODUCT_ORDERS];
    for (h, a) in peaks[0].iter().enumerate() {
        if *a == [Phasor::ZERO; 2] {
            continue;
        }
        for (k, b) in peaks[1].iter().enumerate() {
            let difference =
                if h >= k { [*a, b.map(Phasor::conj)] } else { [a.map(Phasor::conj), *b] };
            add_product(&mut sum[h.abs_diff(k)], difference);
            add_product(&mut sum[h + k], [*a, *b]);
        }
    }
    sum
}

/// Adds half the product of two lines.
fn add_product(sum: &mut [Phasor; 3], [a, b]: [[Phasor; 2]; 2]) {
    sum[0] += a[0] * b[0] * 0.5;
    sum[1] += (a[0] * b[1] + a[1] * b[0]) * 0.5;
    sum[2] += a[1] * b[1] * 0.5;
}

/// Antiderivative of everything that oscillates, at `u` seconds into the piece.
fn ripple(product: &[[Phasor; 3]; PRODUCT_ORDERS], piece: &Piece, u: f64) -> f64 {
    let cycles = piece.cycles_after(Exact::new(u)).value();
    let frequency_hz = piece.frequency_hz[0] + piece.rocof_hz_per_s() * u;
    let bend = piece.rocof_hz_per_s() / frequency_hz;
    let mut sum = 0.0;
    for (order, [c0, c1, c2]) in product.iter().enumerate().skip(1) {
        if *c0 == Phasor::ZERO && *c1 == Phasor::ZERO && *c2 == Phasor::ZERO {
            continue;
        }
        let local = [*c0 + *c1 * u + *c2 * (u * u), *c1 + *c2 * (2.0 * u), *c2];
        let omega = TAU * order as f64 * frequency_hz;
        let turn = Phasor::polar(1.0, TAU * ((order as f64 * cycles) % 1.0));
        sum += (turn * by_parts(local, omega, bend)).re;
    }
    sum
}

/// Repeated integration by parts of `g(x) e^(j phi(x))` at `x = 0`, where `phi' = omega (1 + bend x)`:
/// the sum of `g_n / (j phi')` with `g_(n+1) = -(g_n / (j phi'))'`, on truncated Taylor series.
fn by_parts(local: [Phasor; 3], omega: f64, bend: f64) -> Phasor {
    let mut g = [Phasor::ZERO; ORDERS];
    g[..3].copy_from_slice(&local);
    let mut sum = Phasor::ZERO;
    for terms in (1..=ORDERS).rev() {
        // g / (j omega (1 + bend x)), term by term: q_n = g_n / (j omega) - bend q_(n-1).
        let mut quotient = [Phasor::ZERO; ORDERS];
        for n in 0..terms {
            let over_j_omega = Phasor { re: g[n].im / omega, im: -g[n].re / omega };
            let carried = if n == 0 { Phasor::ZERO } else { quotient[n - 1] * -bend };
            quotient[n] = over_j_omega + carried;
        }
        sum += quotient[0];
        for n in 1..terms {
            g[n - 1] = quotient[n] * -(n as f64);
        }
    }
    sum
}
