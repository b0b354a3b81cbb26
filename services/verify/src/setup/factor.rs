//! Displacements that the standards and the datasheet name.

/// Displacement of the current, as a power factor or as sin phi.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factor {
    /// `1`, `0.5L`, `0.8C`; for reactive quantities `sin 1`, `sin 0.5L`.
    pub label: &'static str,
    /// By which the current lags, in degrees; negative leads.
    pub lag_deg: f64,
}

impl Factor {
    /// Power factor 1.
    pub const ONE: Factor = Factor { label: "1", lag_deg: 0.0 };
    /// Power factor 0.5, inductive.
    pub const HALF_L: Factor = Factor { label: "0.5L", lag_deg: 60.0 };
    /// Power factor 0.8, capacitive.
    pub const EIGHT_C: Factor = Factor { label: "0.8C", lag_deg: -36.869_897_645_844_02 };
    /// Power factor 0.25, inductive.
    pub const QUARTER_L: Factor = Factor { label: "0.25L", lag_deg: 75.522_487_814_070_08 };
    /// Power factor 0.5, capacitive.
    pub const HALF_C: Factor = Factor { label: "0.5C", lag_deg: -60.0 };
    /// Power factor 1, supplying.
    pub const ONE_EXPORT: Factor = Factor { label: "-1", lag_deg: 180.0 };
    /// Power factor 0.5, supplying active and taking reactive energy.
    pub const HALF_EXPORT: Factor = Factor { label: "-0.5", lag_deg: 120.0 };
    /// Sin phi 1, inductive.
    pub const SIN_ONE: Factor = Factor { label: "sin 1", lag_deg: 90.0 };
    /// Sin phi 0.5, inductive.
    pub const SIN_HALF_L: Factor = Factor { label: "sin 0.5L", lag_deg: 30.0 };
    /// Sin phi 0.5, capacitive.
    pub const SIN_HALF_C: Factor = Factor { label: "sin 0.5C", lag_deg: -30.0 };
    /// Sin phi 0.25, inductive.
    pub const SIN_QUARTER_L: Factor = Factor { label: "sin 0.25L", lag_deg: 14.477_512_185_929_92 };
    /// Sin phi 0.25, capacitive.
    pub const SIN_QUARTER_C: Factor =
        Factor { label: "sin 0.25C", lag_deg: -14.477_512_185_929_92 };
}
