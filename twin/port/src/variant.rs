//! The ordering options of the meter.

/// Ordering option (requirements, decision 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Variant {
    /// With RS485.
    S1,
    /// With digital output.
    O1,
    /// With both, as no real meter has.
    #[default]
    Lab,
}

impl Variant {
    /// All of them.
    pub const ALL: [Variant; 3] = [Variant::S1, Variant::O1, Variant::Lab];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Variant::S1 => "S1",
            Variant::O1 => "O1",
            Variant::Lab => "lab",
        }
    }

    /// Whether it has a digital output.
    pub fn has_output(self) -> bool {
        self != Variant::S1
    }

    /// Whether it has RS485.
    pub fn has_rs485(self) -> bool {
        self != Variant::O1
    }
}
