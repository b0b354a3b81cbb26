//! A frame with a scale on each side, in which a figure draws.

use crate::drawing::{Anchor, Color, Drawing, GREY, LINE, Type};
use crate::numbers::{trimmed, typeset};

/// Of the numbers at a scale.
pub const SMALL: Type = Type::new(6.5).colored(GREY);

const GRID: Color = Color(0xdd, 0xdd, 0xdd);

/// Where a scale has a line and a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    logarithmic: bool,
}

impl Scale {
    /// From `-reach` to `reach`.
    pub fn around_zero(reach: f64) -> Scale {
        let reach = if reach > 0.0 { reach } else { 1.0 };
        Scale { low: -reach, high: reach, logarithmic: false }
    }

    /// From one value to another.
    pub fn between(low: f64, high: f64) -> Scale {
        Scale { low, high: if high > low { high } else { low + 1.0 }, logarithmic: false }
    }

    /// Of what is positive, by decades, with a little room at both ends.
    pub fn decades(low: f64, high: f64) -> Scale {
        Scale { low: low / 1.25, high: high * 1.25, logarithmic: true }
    }

    /// From 0 at the low end to 1 at the high end; what is beyond stands at the end.
    fn part(&self, value: f64) -> f32 {
        let part = match self.logarithmic {
            true => (value / self.low).ln() / (self.high / self.low).ln(),
            false => (value - self.low) / (self.high - self.low),
        };
        part.clamp(0.0, 1.0) as f32
    }

    /// Round values, at most so many or, of decades, as many as there is room for.
    pub fn ticks(&self, most: usize) -> Vec<f64> {
        if !self.logarithmic {
            return self.linear_ticks(most);
        }
        let with = |steps: &[f64]| -> Vec<f64> {
            let first = self.low.log10().floor() as i32;
            let last = self.high.log10().ceil() as i32;
            (first..=last)
                .flat_map(|decade| steps.iter().map(move |step| step * 10f64.powi(decade)))
                .filter(|value| (self.low..=self.high).contains(value))
                .collect()
        };
        [&[1.0, 2.0, 5.0][..], &[1.0, 3.0], &[1.0]]
            .into_iter()
            .map(with)
            .find(|ticks| ticks.len() <= most)
            .unwrap_or_default()
    }

    fn linear_ticks(&self, most: usize) -> Vec<f64> {
        let rough = (self.high - self.low) / most.max(2) as f64;
        let decade = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|step| step * decade >= rough);
        let step = step.unwrap_or(10.0) * decade;
        let first = (self.low / step).ceil() as i64;
        let last = (self.high / step).floor() as i64;
        (first..=last).map(|n| n as f64 * step).collect()
    }
}

/// A frame on a drawing.
#[derive(Debug, Clone, Copy)]
pub struct Axes {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// From left to right.
    pub across: Scale,
    /// From the bottom to the top.
    pub up: Scale,
}

impl Axes {
    /// Where a pair of values stands.
    pub fn at(&self, across: f64, up: f64) -> (f32, f32) {
        (self.across_at(across), self.up_at(up))
    }

    /// Where a value stands from the left.
    pub fn across_at(&self, value: f64) -> f32 {
        self.x + self.width * self.across.part(value)
    }

    /// Where a value stands from the top.
    pub fn up_at(&self, value: f64) -> f32 {
        self.y + self.height * (1.0 - self.up.part(value))
    }

    /// Grid lines across, at about so many round values of the upward scale.
    pub fn draw_grid(&self, drawing: &mut Drawing, most: usize) {
        for value in self.up.ticks(most) {
            let y = self.up_at(value);
            drawing.line((self.x, y), (self.x + self.width, y), 0.35, GRID);
        }
    }

    /// The frame and a zero line.
    pub fn draw_frame(&self, drawing: &mut Drawing) {
        let zero = self.up_at(0.0);
        drawing.line((self.x, zero), (self.x + self.width, zero), 0.6, GREY);
        drawing.frame((self.x, self.y), (self.width, self.height), 0.5, LINE);
    }

    /// Numbers at the lines of the grid.
    pub fn draw_numbers_at_left(&self, drawing: &mut Drawing, most: usize) {
        for value in self.up.ticks(most) {
            let y = self.up_at(value) + 2.3;
            drawing.text(self.x - 3.0, y, number(value), SMALL, Anchor::End);
        }
    }

    /// Numbers below, each with a tick, and the unit behind the last: as many as have room.
    pub fn draw_numbers_below(&self, drawing: &mut Drawing, unit: &str) {
        let bottom = self.y + self.height;
        let most = (self.width / 17.0) as usize;
        let labels = |most: usize| self.labels_below(self.across.ticks(most), unit);
        let fewer = (1..=most).rev().map(labels).find(|labels| have_room(labels));
        for (x, words) in fewer.unwrap_or_default() {
            drawing.line((x, bottom), (x, bottom + 2.0), 0.5, GREY);
            drawing.text(x, bottom + 8.5, words, SMALL, Anchor::Middle);
        }
    }

    fn labels_below(&self, ticks: Vec<f64>, unit: &str) -> Vec<(f32, String)> {
        let place = |&value: &f64| (self.across_at(value), number(value));
        let mut labels: Vec<(f32, String)> = ticks.iter().map(place).collect();
        if let Some((_, last)) = labels.last_mut() {
            last.push_str(&format!(" {unit}"));
        }
        labels
    }
}

/// Whether each ends before the next begins.
fn have_room(labels: &[(f32, String)]) -> bool {
    // Six tenths of the size are a little more than the width of a digit.
    let half = |words: &str| words.chars().count() as f32 * 0.3 * SMALL.size;
    labels.windows(2).all(|pair| {
        let [(left, before), (right, after)] = pair else { return true };
        left + half(before) + 2.0 <= right - half(after)
    })
}

fn number(value: f64) -> String {
    typeset(&trimmed(value))
}
