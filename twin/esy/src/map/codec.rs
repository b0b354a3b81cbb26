//! How readings, findings, corrections and texts stand in registers. Numbers once given keep their meaning.

use port::{Flag, Flags, ModuleModel, Reading, Reason, WiringCorrection, WiringFinding};

/// Bit of a status that says that there is no value; the others are then the reason's number.
const ABSENT: u8 = 0x80;

/// Exact bits, low word first.
pub fn value_words(value: f64) -> [u16; 4] {
    let bits = value.to_bits();
    std::array::from_fn(|word| (bits >> (16 * word)) as u16)
}

/// The number in four words.
pub fn value_of(words: &[u16]) -> f64 {
    f64::from_bits(words.iter().rev().fold(0, |bits, word| bits << 16 | u64::from(*word)))
}

/// Flags of a value, or why there is none.
pub fn status_byte(reading: Reading) -> u8 {
    match reading {
        Reading::Value { flags, .. } => flags.bits(),
        Reading::Absent(reason) => ABSENT | reason_number(reason),
    }
}

/// The reading of a status and a value. What cannot be is a fault of the sensor: a value that is no number, or
/// a reason that has no name here.
pub fn reading_of(status: u8, value: f64) -> Reading {
    if status & ABSENT != 0 {
        let known =
            Reason::ALL.into_iter().find(|reason| status == ABSENT | reason_number(*reason));
        return Reading::Absent(known.unwrap_or(Reason::SensorFault));
    }
    if !value.is_finite() {
        return Reading::Absent(Reason::SensorFault);
    }
    let bit = |flag: Flag| Flags::NONE.with(flag, true).bits();
    let flags = Flag::ALL
        .into_iter()
        .fold(Flags::NONE, |flags, flag| flags.with(flag, status & bit(flag) != 0));
    Reading::Value { value, flags }
}

fn reason_number(reason: Reason) -> u8 {
    match reason {
        Reason::NotInstalled => 0,
        Reason::NotWired => 1,
        Reason::RateTooLow => 2,
        Reason::NoSignal => 3,
        Reason::Settling => 4,
        Reason::SensorFault => 5,
        Reason::BusTimeout => 6,
        Reason::Stale => 7,
    }
}

/// Kind of the finding; then phases as bits, or the candidates as bits in the order of all corrections.
pub fn finding_words(finding: WiringFinding) -> [u16; 4] {
    let kind = match finding {
        WiringFinding::NoSignal => 0,
        WiringFinding::Healthy => 1,
        WiringFinding::VoltageMissing(_) => 2,
        WiringFinding::SequenceReversed => 3,
        WiringFinding::NeutralOpen => 4,
        WiringFinding::Currents(_) => 5,
    };
    let bits = match finding {
        WiringFinding::VoltageMissing(missing) => bits_of(missing.into_iter()),
        WiringFinding::Currents(set) => bits_of(WiringCorrection::all().map(|c| set.contains(c))),
        _ => 0,
    };
    [kind, bits as u16, (bits >> 16) as u16, (bits >> 32) as u16]
}

/// The finding of four words; nothing to judge by if they are none of ours.
pub fn finding_of(words: &[u16]) -> WiringFinding {
    let [kind, low, middle, high] = *words else { return WiringFinding::NoSignal };
    let bits = u64::from(low) | u64::from(middle) << 16 | u64::from(high) << 32;
    let is_set = |bit: usize| bits >> bit & 1 == 1;
    match kind {
        1 => WiringFinding::Healthy,
        2 => WiringFinding::VoltageMissing(std::array::from_fn(is_set)),
        3 => WiringFinding::SequenceReversed,
        4 => WiringFinding::NeutralOpen,
        5 => {
            let mut candidates = port::Candidates::NONE;
            let set = WiringCorrection::all().enumerate().filter(|(bit, _)| is_set(*bit));
            set.for_each(|(_, correction)| candidates.insert(correction));
            WiringFinding::Currents(candidates)
        }
        _ => WiringFinding::NoSignal,
    }
}

fn bits_of(set: impl Iterator<Item = bool>) -> u64 {
    set.enumerate().fold(0, |bits, (bit, is_set)| bits | u64::from(is_set) << bit)
}

/// Two bits a phase for its input, then a bit a phase for its direction.
pub fn correction_word(correction: WiringCorrection) -> u16 {
    (0..3).fold(0, |word, phase| {
        let reversed = u16::from(correction.is_reversed(phase));
        word | (correction.input(phase) as u16) << (2 * phase) | reversed << (6 + phase)
    })
}

/// The correction of a word; none unless each input serves one phase.
pub fn correction_of(word: u16) -> Option<WiringCorrection> {
    let inputs = std::array::from_fn(|phase| (word >> (2 * phase) & 3) as u8);
    let reversed = std::array::from_fn(|phase| word >> (6 + phase) & 1 == 1);
    WiringCorrection::new(inputs, reversed).filter(|_| word < 1 << 9)
}

/// UTF-8, two bytes a word, filled with zeros; what does not fit is cut between two characters.
pub fn text_words(text: &str, count: u16) -> Vec<u16> {
    let room = 2 * usize::from(count);
    let fits = (0..=room.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    let mut bytes = text.as_bytes()[..fits.expect("the empty text fits")].to_vec();
    bytes.resize(room, 0);
    bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect()
}

/// The text in words, up to the first zero; what is no text becomes U+FFFD.
pub fn text_of(words: &[u16]) -> String {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// The register's number of a model.
pub fn model_word(model: ModuleModel) -> u16 {
    match model {
        ModuleModel::Esy3xmv => 1,
        ModuleModel::Esy3xav5 => 2,
    }
}

/// The model of a number.
pub fn model_of(word: u16) -> Option<ModuleModel> {
    [ModuleModel::Esy3xmv, ModuleModel::Esy3xav5].into_iter().find(|m| model_word(*m) == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn findings_and_corrections_come_back_as_they_were() {
        let mut candidates = port::Candidates::NONE;
        for correction in WiringCorrection::all() {
            assert_eq!(correction_of(correction_word(correction)), Some(correction));
            candidates.insert(correction);
            let finding = WiringFinding::Currents(candidates);
            assert_eq!(finding_of(&finding_words(finding)), finding);
        }
        for finding in [
            WiringFinding::NoSignal,
            WiringFinding::Healthy,
            WiringFinding::VoltageMissing([true, false, true]),
            WiringFinding::SequenceReversed,
            WiringFinding::NeutralOpen,
        ] {
            assert_eq!(finding_of(&finding_words(finding)), finding);
        }
        assert_eq!(correction_of(0b00_00_01), None, "two phases of one input");
    }

    #[test]
    fn every_reason_comes_back_and_nonsense_is_no_value() {
        for reason in Reason::ALL {
            let absent = Reading::Absent(reason);
            assert_eq!(reading_of(status_byte(absent), 5.0), absent);
        }
        let fault = Reading::Absent(Reason::SensorFault);
        assert_eq!(reading_of(0, f64::NAN), fault);
        assert_eq!(reading_of(0xFF, 1.0), fault);
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(text_of(&text_words("Wärme", 8)), "Wärme");
        assert_eq!(text_of(&text_words("Wärme", 1)), "W");
        assert_eq!(text_of(&text_words("", 2)), "");
    }

    proptest! {
        #[test]
        fn values_come_back_to_the_bit(value in any::<f64>(), bits in 0u8..32) {
            prop_assert_eq!(value_of(&value_words(value)).to_bits(), value.to_bits());
            if value.is_finite() {
                let reading = reading_of(bits, value);
                prop_assert_eq!(status_byte(reading), bits);
                prop_assert_eq!(reading.value(), Some(value));
            }
        }
    }
}
