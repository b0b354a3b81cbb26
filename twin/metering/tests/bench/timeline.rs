//! Three phases whose amplitude, frequency and phase step and ramp, with the energy in closed form.

use super::Dice;
use port::Role;
use std::f64::consts::TAU;

/// One piece, from `at` on until the next: everything is a polynomial of the time since `at`.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    pub at: f64,
    /// Rms volts and their slope a second.
    pub volts: (f64, f64),
    /// Rms amperes of each phase and their slope.
    pub amps: [(f64, f64); 3],
    /// Lag of each phase in radians.
    pub lag: [f64; 3],
    /// Turns at `at`.
    pub turns: f64,
    /// Hertz at `at` and their slope.
    pub hz: (f64, f64),
}

impl Piece {
    pub fn steady(hz: f64) -> Piece {
        Piece {
            at: -1.0,
            volts: (230.0, 0.0),
            amps: [(10.0, 0.0), (7.0, 0.0), (14.0, 0.0)],
            lag: [0.0, 0.5, -0.3],
            turns: 0.1,
            hz: (hz, 0.0),
        }
    }

    /// What it has become at `t`, as a piece that begins there.
    pub fn moved_to(&self, t: f64) -> Piece {
        let x = t - self.at;
        let on = |(value, slope): (f64, f64)| (value + slope * x, slope);
        Piece {
            at: t,
            volts: on(self.volts),
            amps: self.amps.map(on),
            lag: self.lag,
            turns: self.turns + self.hz.0 * x + 0.5 * self.hz.1 * x * x,
            hz: on(self.hz),
        }
    }

    fn value(&self, voltage: bool, phase: usize, t: f64) -> f64 {
        let now = self.moved_to(t);
        let angle = TAU * (now.turns.fract() - phase as f64 / 3.0);
        std::f64::consts::SQRT_2
            * match voltage {
                true => now.volts.0 * angle.cos(),
                false => now.amps[phase].0 * (angle - now.lag[phase]).cos(),
            }
    }

    fn power(&self, t: f64) -> f64 {
        (0..3).map(|phase| self.value(true, phase, t) * self.value(false, phase, t)).sum()
    }
}

/// Pieces in the order of time.
#[derive(Debug, Clone)]
pub struct Timeline(pub Vec<Piece>);

impl Timeline {
    fn piece(&self, t: f64) -> &Piece {
        let after = self.0.partition_point(|piece| piece.at <= t);
        &self.0[after.max(1) - 1]
    }

    pub fn value(&self, role: Role, t: f64) -> f64 {
        self.piece(t).value(role.is_voltage(), role.phase().expect("six roles"), t)
    }

    /// Energy in joules from `from` to `to`, by Gauss-Legendre over eighths of a cycle.
    pub fn energy(&self, from: f64, to: f64) -> f64 {
        let ends = self.0.iter().skip(1).map(|piece| piece.at).chain([f64::INFINITY]);
        let pieces = self.0.iter().zip(ends);
        pieces
            .map(|(piece, end)| integral(|t| piece.power(t), from.max(piece.at), to.min(end)))
            .sum()
    }

    /// Jumps of the instantaneous power between two moments, in watts.
    pub fn jumps(&self, from: f64, to: f64) -> f64 {
        let pairs = self.0.windows(2).filter(|pair| (from..to).contains(&pair[1].at));
        pairs.map(|pair| (pair[1].power(pair[1].at) - pair[0].power(pair[1].at)).abs()).sum()
    }

    /// So many changes of any kind up to `seconds`, at moments that `moment` may move.
    pub fn random(
        dice: &mut Dice,
        changes: usize,
        seconds: f64,
        moment: impl Fn(f64) -> f64,
    ) -> Timeline {
        let mut pieces = vec![Piece::steady(dice.between(46.0, 64.0))];
        let mut times: Vec<f64> = (0..changes).map(|_| dice.between(0.0, seconds)).collect();
        times.sort_by(f64::total_cmp);
        for at in times {
            let mut piece = pieces.last().expect("one at least").moved_to(moment(at));
            // A ramp lasts until the next change, and no further than the range.
            piece.volts = (piece.volts.0.clamp(100.0, 300.0), 0.0);
            piece.amps = piece.amps.map(|(amps, _)| (amps.clamp(1.0, 40.0), 0.0));
            piece.hz = (piece.hz.0.clamp(46.0, 64.0), 0.0);
            let phase = dice.below(3);
            match dice.below(KINDS) {
                0 => piece.volts.0 = dice.between(150.0, 270.0),
                1 => piece.amps[phase].0 = dice.between(1.0, 30.0),
                2 => piece.volts.1 = dice.between(-40.0, 40.0),
                3 => piece.amps[phase].1 = dice.between(-5.0, 5.0),
                4 => piece.lag[phase] = dice.between(-3.1, 3.1),
                5 => piece.hz.1 = dice.between(-1.0, 1.0),
                _ => piece.turns += dice.between(-0.15, 0.15),
            }
            pieces.push(piece);
        }
        Timeline(pieces)
    }
}

/// Kinds of change that `Timeline::random` knows.
const KINDS: usize = 7;

/// Ten points on each stretch of 2.5 ms: exact to rounding for a few harmonics of 65 Hz.
fn integral(f: impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    const NODES: [(f64, f64); 5] = [
        (0.148_874_338_981_631_2, 0.295_524_224_714_752_9),
        (0.433_395_394_129_247_2, 0.269_266_719_309_996_4),
        (0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
        (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
        (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
    ];
    if to <= from {
        return 0.0;
    }
    let count = ((to - from) / 2.5e-3).ceil() as usize;
    let half = 0.5 * (to - from) / count as f64;
    let part = |k: usize| {
        let centre = from + half * (2 * k + 1) as f64;
        let pair = |(x, w): &(f64, f64)| w * (f(centre - half * x) + f(centre + half * x));
        half * NODES.iter().map(pair).sum::<f64>()
    };
    (0..count).map(part).sum()
}
