//! Calibration: the constants of a unit's channels, their record, and how a test bench finds them.
//!
//! *Applied*: what the bench's reference puts on a phase. *Shown*: what the unit's readings say. *Step*: a
//! pure function from both to better [`Coefficients`]; who applies and who reads, a bench of iron or a
//! simulated one, is not known here. Everything comes from readings that every protocol shows (V, I, P
//! of a phase) and from raw counts.
//!
//! # The procedure
//!
//! At the nominal voltage and frequency, in this order:
//!
//! 1. [`offset`]: no current, for [`CountMean`]'s 100 cycles. First, because counts at zero input depend
//!    on no other constant, while a gain found with an offset is wrong: 1000 counts are 13 mA of direct
//!    current, which an rms of 5 A shows as 3.4 ppm too much, and of 0.25 A as 0.14 %. The other way
//!    round the gains would have to be taken again.
//! 2. [`voltage_gain`] and [`current_gain`]: Un and Ib at power factor 1. A sine's rms does not depend on
//!    its angle, so the phase may still be wrong.
//! 3. Check of the power there: V and I right, nothing may be left but `1 - cos` of the phase error.
//! 4. [`sensor_lead`]: Ib at power factor 0.5 inductive, where an angle shows 1.73-fold. Needs the gains,
//!    since a gain error would be taken for an angle.
//! 5. What is left without current is measured and kept, see below.
//! 6. Checks at points not used: Imin at power factor 1, Ib at 0.5 inductive and 0.8 capacitive.
//!
//! # Deliberately absent
//!
//! *Noise* (0.9 mA rms at 8 kS/s) is not taken out of the square of the current: it adds 7 ppm of reading
//! at 0.25 A and nothing to power, while a constant in squares that no longer fits, at another
//! temperature, would show current where there is none. *Active power without current* (6 mW a phase from
//! crosstalk at -120 dB) is not subtracted: it is 0.01 % at 0.25 A, far below the no-load threshold, and
//! follows the voltage squared, not a constant. Both are kept as residuals of the unit.

mod coefficients;
mod count_mean;
mod error;
mod steps;

pub use coefficients::Coefficients;
pub use count_mean::CountMean;
pub use error::CalibrationError;
pub use steps::{Applied, current_gain, offset, relative_error, sensor_lead, voltage_gain};
