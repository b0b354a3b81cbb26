//! One front end as plain data, and the constants its calibration would store.

use std::fmt::Write;

use port::{Channel, Role, SourceFormat};
use serde::{Deserialize, Serialize};

use super::filter::Filters;
use super::quantise::FULL_SCALE_COUNTS;

/// Peak voltage at positive full scale, in volts: 277 V + 15 % is 450 V peak or 0.54 V at the
/// pin. Voltages use the 0.3 to 0.6 V range to hold down crosstalk into the currents
/// (metrology.md section 8).
pub(super) const FULL_SCALE_V: f64 = 1000.0;

/// Peak current at positive full scale, in amperes: the 92 A peak of E14 with 20 % head-room.
pub(super) const FULL_SCALE_A: f64 = 110.0;

/// Peak current at full scale over the rated primary current of a transformer: 1.2 In at the peak of a sine,
/// with the head-room of the built-in meter.
const TRANSFORMER_FULL_SCALE: f64 = 1.2 * std::f64::consts::SQRT_2 * 1.2;

/// Volts at the pin at full scale, gain 1 (ADS131M08, SBAS950B).
pub(super) const PIN_FULL_SCALE_V: f64 = 1.2;

/// Corner of 1 kohm and 33 nF, in hertz (metrology.md section 8).
pub(super) const RC_HZ: f64 = 4_822.877;

/// Rate at which noise is stated, in hertz: the converter's datasheet gives it at 4 kS/s.
const NOISE_RATE_HZ: f64 = 4_000.0;

/// Temperature of the calibration, in degrees Celsius (reference condition of IEC 62053-21).
const CALIBRATED_AT_DEGC: f64 = 23.0;

/// Full scale over the largest value of a record, so that no sample of it clips.
const RECORD_HEAD_ROOM: f64 = 1.25;

/// Errors of one channel. Zero everywhere but in `full_scale` is a channel without error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default = "ChannelModel::current")]
pub struct ChannelModel {
    /// Volts or amperes peak (the channel's own unit) at 1.2 V on the pin, by design; above 0.
    pub full_scale: f64,
    /// Gain error of sensor and converter at 23 degC, in ppm; positive reads too much.
    pub gain_ppm: f64,
    /// Drift of that gain, in ppm/K from 23 degC.
    pub gain_ppm_per_k: f64,
    /// Lead of the sensor at `phase_reference_hz`, in degrees; falls as 1/f.
    pub phase_deg: f64,
    /// Frequency at which `phase_deg` holds, in hertz.
    pub phase_reference_hz: f64,
    /// Delay of this channel, in microseconds; positive lags.
    pub delay_us: f64,
    /// Corner of the RC low-pass by design, in hertz; none if there is no RC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rc_hz: Option<f64>,
    /// Deviation of this channel's true corner from `rc_hz`, in percent.
    pub rc_error_percent: f64,
    /// Counts at zero input.
    pub offset_counts: f64,
    /// Noise in microvolts rms at the pin at 4 kS/s; it grows with the root of the rate.
    pub noise_uv_4ksps: f64,
    /// Even non-linearity: deviation at both ends of the range, in ppm of full scale.
    pub inl2_ppm: f64,
    /// Odd non-linearity: largest deviation within the range, in ppm of full scale.
    pub inl3_ppm: f64,
}

impl ChannelModel {
    /// A voltage channel without error: 1000 V at full scale.
    pub fn voltage() -> ChannelModel {
        ChannelModel { full_scale: FULL_SCALE_V, ..ChannelModel::current() }
    }

    /// A current channel without error: 110 A at full scale.
    pub fn current() -> ChannelModel {
        ChannelModel {
            full_scale: FULL_SCALE_A,
            gain_ppm: 0.0,
            gain_ppm_per_k: 0.0,
            phase_deg: 0.0,
            phase_reference_hz: 50.0,
            delay_us: 0.0,
            rc_hz: None,
            rc_error_percent: 0.0,
            offset_counts: 0.0,
            noise_uv_4ksps: 0.0,
            inl2_ppm: 0.0,
            inl3_ppm: 0.0,
        }
    }

    /// A channel of this role without error.
    pub fn ideal(role: Role) -> ChannelModel {
        if role.is_voltage() { ChannelModel::voltage() } else { ChannelModel::current() }
    }

    /// Noise in counts rms at a sample rate.
    pub(super) fn noise_counts(&self, rate_hz: f64) -> f64 {
        let noise_v = self.noise_uv_4ksps * 1e-6 * (rate_hz / NOISE_RATE_HZ).sqrt();
        noise_v / PIN_FULL_SCALE_V * FULL_SCALE_COUNTS
    }

    /// Channel constants as they are at 23 degC.
    fn known(&self, role: Role, sinc_order: u8) -> Channel {
        let nominal = self.nominal(role, sinc_order);
        Channel {
            unit_per_count: nominal.unit_per_count / (1.0 + self.gain_ppm * 1e-6),
            offset_counts: self.offset_counts,
            delay_s: self.delay_us * 1e-6,
            lead_rad: self.phase_deg.to_radians(),
            lead_reference_hz: self.phase_reference_hz,
            rc_hz: nominal.rc_hz * (1.0 + self.rc_error_percent * 0.01),
            ..nominal
        }
    }

    /// Channel constants by design.
    fn nominal(&self, role: Role, sinc_order: u8) -> Channel {
        Channel {
            rc_hz: self.rc_hz.unwrap_or(f64::INFINITY),
            sinc_order,
            ..Channel::ideal(role, self.full_scale / FULL_SCALE_COUNTS)
        }
    }
}

/// What of one channel's pin voltage appears on another's pin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crosstalk {
    /// The channel it comes from.
    #[serde(with = "super::file::role_slug")]
    pub from: Role,
    /// The channel it disturbs.
    #[serde(with = "super::file::role_slug")]
    pub into: Role,
    /// Ratio of the pin voltages, in dB; negative.
    pub level_db: f64,
    /// Whether it arrives with the opposite sign.
    #[serde(default)]
    pub inverted: bool,
}

impl Crosstalk {
    /// Ratio of the pin voltages with its sign.
    pub(super) fn ratio(&self) -> f64 {
        let ratio = 10f64.powf(self.level_db / 20.0);
        if self.inverted { -ratio } else { ratio }
    }
}

/// Which constants the meter is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calibration {
    /// Gain, offset, delay, lead and RC corner of the unit at 23 degC, exactly. Not noise, INL,
    /// crosstalk, temperature or the clock, which no calibration of a meter removes.
    #[default]
    Known,
    /// The design values only: an uncalibrated unit.
    Nominal,
}

/// One front end: all it does to the signals at the terminals.
#[derive(Debug, Clone, PartialEq)]
pub struct FrontEnd {
    /// What it is, for people.
    pub name: String,
    /// Deviation of the true sample clock from nominal, in ppm; positive runs fast.
    pub clock_ppm: f64,
    /// Temperature of the unit, in degrees Celsius; drifts count from 23.
    pub temperature_degc: f64,
    /// Drift of the converter's reference, in ppm/K; a higher reference gives fewer counts on all
    /// channels.
    pub reference_ppm_per_k: f64,
    /// Order of the converter's sinc filter: 3 for the ADS131M08, 0 for none.
    pub sinc_order: u8,
    /// Seed of the noise; every channel draws its own stream of it.
    pub noise_seed: u64,
    /// Which constants the format carries.
    pub calibration: Calibration,
    /// Channels in the order of [`Role::ALL`].
    pub channels: [ChannelModel; 7],
    /// Coupling between channels.
    pub crosstalk: Vec<Crosstalk>,
}

impl FrontEnd {
    /// No filter and no error but rounding to 24 bits and clipping at 1000 V and 110 A peak.
    pub fn ideal() -> FrontEnd {
        FrontEnd {
            name: "ideal".to_string(),
            clock_ppm: 0.0,
            temperature_degc: CALIBRATED_AT_DEGC,
            reference_ppm_per_k: 0.0,
            sinc_order: 0,
            noise_seed: 0,
            calibration: Calibration::Known,
            channels: Role::ALL.map(ChannelModel::ideal),
            crosstalk: Vec::new(),
        }
    }

    /// An ideal front end whose full scale follows a record, of which `peaks` are the largest
    /// magnitudes: 1.25 times the largest of the voltages for all voltages, likewise for the
    /// currents. A group without signal keeps the full scale of [`FrontEnd::ideal`].
    pub fn ideal_for(peaks: &[(Role, f64)]) -> FrontEnd {
        let largest = |voltage: bool| {
            let group = peaks.iter().filter(|(role, _)| role.is_voltage() == voltage);
            group.map(|(_, peak)| peak.abs()).fold(0.0, f64::max)
        };
        let mut front_end = FrontEnd::ideal();
        let mut name = "ideal, full scale from the record".to_string();
        for (voltage, unit) in [(true, "V"), (false, "A")] {
            let peak = largest(voltage);
            if !(peak > 0.0 && peak.is_finite()) {
                continue;
            }
            for role in Role::ALL.into_iter().filter(|role| role.is_voltage() == voltage) {
                front_end.channel_mut(role).full_scale = RECORD_HEAD_ROOM * peak;
            }
            let _ = write!(name, ", {RECORD_HEAD_ROOM} x {peak:.6} {unit}");
        }
        FrontEnd { name, ..front_end }
    }

    /// The same unit behind transformers with a rated primary current In, in amperes.
    #[must_use]
    pub fn behind_transformers(mut self, primary_a: f64) -> FrontEnd {
        for role in [Role::Ia, Role::Ib, Role::Ic] {
            self.channel_mut(role).full_scale = TRANSFORMER_FULL_SCALE * primary_a;
        }
        self
    }

    /// The same unit, of which the meter knows only the design values.
    #[must_use]
    pub fn uncalibrated(self) -> FrontEnd {
        FrontEnd { calibration: Calibration::Nominal, ..self }
    }

    /// The same unit without noise.
    #[must_use]
    pub fn without_noise(mut self) -> FrontEnd {
        for channel in &mut self.channels {
            channel.noise_uv_4ksps = 0.0;
        }
        self
    }

    /// Errors of a channel.
    pub fn channel(&self, role: Role) -> &ChannelModel {
        &self.channels[role as usize]
    }

    /// Errors of a channel, to change them.
    pub fn channel_mut(&mut self, role: Role) -> &mut ChannelModel {
        &mut self.channels[role as usize]
    }

    /// What the meter is told of a channel, by [`Calibration`].
    pub fn calibrated(&self, role: Role) -> Channel {
        match self.calibration {
            Calibration::Known => self.known(role),
            Calibration::Nominal => self.channel(role).nominal(role, self.sinc_order),
        }
    }

    /// The format of a source behind this front end at a nominal rate.
    pub fn format(&self, roles: &[Role], sample_rate_hz: f64) -> SourceFormat {
        let channels = roles.iter().map(|role| self.calibrated(*role)).collect();
        SourceFormat { sample_rate_hz, channels }
    }

    /// The constants of a channel as they are at 23 degC.
    pub(super) fn known(&self, role: Role) -> Channel {
        self.channel(role).known(role, self.sinc_order)
    }

    /// The filters of all channels at a nominal rate, to build it with more than once; see
    /// [`super::Afe::with_filters`].
    pub fn filters(&self, sample_rate_hz: f64) -> Filters {
        let channels = Role::ALL.into_iter().map(|role| self.known(role));
        Filters::fit(channels, self.clock_hz(sample_rate_hz))
    }

    /// The true sample clock at a nominal rate, in hertz.
    pub fn clock_hz(&self, sample_rate_hz: f64) -> f64 {
        sample_rate_hz * (1.0 + self.clock_ppm * 1e-6)
    }

    /// Counts a volt or ampere at the unit's temperature, before the filter.
    pub(super) fn counts_per_unit(&self, role: Role) -> f64 {
        let channel = self.channel(role);
        let warmer_k = self.temperature_degc - CALIBRATED_AT_DEGC;
        let drift = (1.0 + channel.gain_ppm_per_k * 1e-6 * warmer_k)
            / (1.0 + self.reference_ppm_per_k * 1e-6 * warmer_k);
        drift / self.known(role).unit_per_count
    }

    /// Measured over true amplitude of a channel once the calibration is applied: what drift and, for
    /// a unit that is not calibrated, the gain leave. The frequency response is not in it.
    pub fn residual_gain(&self, role: Role) -> f64 {
        self.counts_per_unit(role) * self.calibrated(role).unit_per_count
    }

    /// Noise of a channel in volts or amperes rms at a sample rate.
    pub fn noise_rms(&self, role: Role, sample_rate_hz: f64) -> f64 {
        self.channel(role).noise_counts(sample_rate_hz) * self.calibrated(role).unit_per_count
    }

    /// How many units of `into` a unit of `from` adds by crosstalk.
    pub fn coupling(&self, from: Role, into: Role) -> f64 {
        let ratio = |crosstalk: &Crosstalk| {
            crosstalk.ratio() * self.counts_per_unit(from) * self.calibrated(into).unit_per_count
        };
        let between = |crosstalk: &&Crosstalk| (crosstalk.from, crosstalk.into) == (from, into);
        self.crosstalk.iter().filter(between).map(ratio).sum()
    }

    /// Full scale and errors of a channel in a line, for people.
    pub fn describe_channel(&self, role: Role) -> String {
        self.channel(role).describe(role)
    }

    /// A sentence on the unit and a line on each channel, for people.
    pub fn describe(&self) -> String {
        let mut text = format!(
            "{}: sample clock {:+.2} ppm, {} degC, reference {:+.2} ppm/K, sinc order {}, {}",
            self.name,
            self.clock_ppm,
            self.temperature_degc,
            self.reference_ppm_per_k,
            self.sinc_order,
            match self.calibration {
                Calibration::Known => "calibrated",
                Calibration::Nominal => "not calibrated",
            },
        );
        for role in Role::ALL {
            let _ = write!(text, "\n  {}: {}", role.slug(), self.describe_channel(role));
        }
        for Crosstalk { from, into, level_db, inverted } in &self.crosstalk {
            let sign = if *inverted { "inverted, " } else { "" };
            let (from, into) = (from.slug(), into.slug());
            let _ = write!(text, "\n  {from} into {into}: {sign}{level_db} dB");
        }
        text
    }
}

impl ChannelModel {
    fn describe(&self, role: Role) -> String {
        let unit = if role.is_voltage() { "V" } else { "A" };
        let mut text = format!("full scale {:.6} {unit}", self.full_scale);
        let terms = [
            ("gain", self.gain_ppm, "ppm"),
            ("gain drift", self.gain_ppm_per_k, "ppm/K"),
            ("lead", self.phase_deg, "degree"),
            ("delay", self.delay_us, "us"),
            ("RC", self.rc_hz.unwrap_or(0.0), "Hz"),
            ("RC error", self.rc_error_percent, "%"),
            ("offset", self.offset_counts, "counts"),
            ("noise at 4 kS/s", self.noise_uv_4ksps, "uV"),
            ("even INL", self.inl2_ppm, "ppm"),
            ("odd INL", self.inl3_ppm, "ppm"),
        ];
        for (name, value, unit) in terms.into_iter().filter(|(_, value, _)| *value != 0.0) {
            let _ = write!(text, ", {name} {value:.4} {unit}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rc_corner_is_that_of_1_kohm_and_33_nf() {
        let corner_hz = 1.0 / (2.0 * std::f64::consts::PI * 1e3 * 33e-9);
        assert!((corner_hz - RC_HZ).abs() < 1e-3);
    }

    #[test]
    fn full_scale_follows_the_record() {
        let front_end = FrontEnd::ideal_for(&[(Role::Va, 8e3), (Role::Ia, 2.0), (Role::Ib, -4.0)]);
        assert_eq!(front_end.channel(Role::Vb).full_scale, 10e3);
        assert_eq!(front_end.channel(Role::Ia).full_scale, 5.0);
        assert!(front_end.describe().contains("full scale from the record, 1.25 x 8000"));
        let silent = FrontEnd::ideal_for(&[(Role::Va, 100.0), (Role::Ia, 0.0)]);
        assert_eq!(silent.channel(Role::Ia).full_scale, FULL_SCALE_A);
    }

    /// 102 dB below a full-scale sine at 4 kS/s is 6.7 uV, 0.62 mA at 110 A (metrology.md section
    /// 8).
    #[test]
    fn noise_grows_with_the_root_of_the_rate() {
        let channel = ChannelModel { noise_uv_4ksps: 6.74, ..ChannelModel::current() };
        let ampere = |rate_hz| channel.noise_counts(rate_hz) / FULL_SCALE_COUNTS * FULL_SCALE_A;
        assert!((ampere(4_000.0) - 0.62e-3).abs() < 0.005e-3);
        assert!((ampere(16_000.0) / ampere(4_000.0) - 2.0).abs() < 1e-12);
    }
}
