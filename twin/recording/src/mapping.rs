//! Which channel plays which role: by the user's word ([`map_channels`]) or by phase and unit where
//! only one reading is possible ([`auto_map`]).

use std::fmt;

use crate::phase::{self, Family};
use crate::role::quantity_of;
use crate::unit;
use crate::{Channel, Quantity, Recording, Role, Selector};

/// A channel in its role.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mapped {
    /// The role.
    pub role: Role,
    /// Index of the channel in [`Recording::channels`].
    pub channel: usize,
    /// Factor from the channel's unit to volts or amperes, by the unit's prefix: 1000 for kV.
    pub factor: f64,
}

/// Channels in their roles, ordered by role; at least one.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// One entry per role, ordered by role.
    pub entries: Vec<Mapped>,
    /// Sentences a user should see: factors other than 1, units that say nothing.
    pub notes: Vec<String>,
}

impl Mapping {
    /// The entry of a role.
    pub fn get(&self, role: Role) -> Option<&Mapped> {
        self.entries.iter().find(|entry| entry.role == role)
    }

    /// Takes (role, channel index) pairs.
    fn new(recording: &Recording, mut pairs: Vec<(Role, usize)>) -> Result<Self, MapError> {
        pairs.sort_by_key(|(role, _)| *role);
        let mut mapping = Self { entries: Vec::new(), notes: Vec::new() };
        for (role, index) in pairs {
            let channel = &recording.channels[index];
            let factor = mapping.factor(role, channel)?;
            mapping.entries.push(Mapped { role, channel: index, factor });
        }
        Ok(mapping)
    }

    fn factor(&mut self, role: Role, channel: &Channel) -> Result<f64, MapError> {
        let (label, symbol) = (label(channel), quantity_of(role).symbol());
        match unit::parse(&channel.unit) {
            Some((quantity, 1.0)) if quantity == quantity_of(role) => Ok(1.0),
            Some((quantity, factor)) if quantity == quantity_of(role) => {
                self.notes.push(format!("{role}: {label} times {factor} to {symbol}"));
                Ok(factor)
            }
            Some((quantity, _)) => Err(MapError::WrongQuantity { role, label, quantity }),
            None => {
                let unit = &channel.unit;
                self.notes
                    .push(format!("{role}: {label} has the unit `{unit}`, taken as {symbol}"));
                Ok(1.0)
            }
        }
    }
}

/// Why there is no mapping.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MapError {
    /// Nothing was asked for.
    #[error("no channel is mapped; {HOW}")]
    Nothing,
    /// No channel has this name or number.
    #[error("{role}: no channel `{selector}`; these are there:\n{list}\n{HOW}")]
    Unknown {
        /// Role asked for.
        role: Role,
        /// Channel asked for.
        selector: Selector,
        /// All channels.
        list: ChannelList,
    },
    /// Several channels have this name.
    #[error(
        "{role}: {found} channels are called `{selector}`; \
         take one by its number, as in {role}=#3\n{list}"
    )]
    NotUnique {
        /// Role asked for.
        role: Role,
        /// Channel asked for.
        selector: Selector,
        /// How many there are.
        found: usize,
        /// The channels of that name.
        list: ChannelList,
    },
    /// A role is given twice.
    #[error("{role} is mapped twice; give each signal one channel")]
    RoleTwice {
        /// The role.
        role: Role,
    },
    /// One channel is to play two roles.
    #[error("{label} is mapped to {first} and to {second}; give each signal its own channel")]
    ChannelTwice {
        /// The channel.
        label: String,
        /// One role.
        first: Role,
        /// The other.
        second: Role,
    },
    /// A current for a voltage or the other way round.
    #[error("{role}: {label} is in {}, not in {}; choose another channel",
        .quantity.symbol(), quantity_of(*.role).symbol())]
    WrongQuantity {
        /// Role asked for.
        role: Role,
        /// The channel.
        label: String,
        /// What it measures.
        quantity: Quantity,
    },
    /// Several channels could play a role, or the phases are named in two ways.
    #[error("{reason}\n{list}\n{HOW}")]
    Ambiguous {
        /// What is ambiguous.
        reason: String,
        /// All channels.
        list: ChannelList,
    },
    /// No channel can be told a voltage or current of a phase.
    #[error(
        "no channel's phase, name and unit say that it is a voltage or current of a phase\n\
         {list}\n{HOW}"
    )]
    NotRecognised {
        /// All channels.
        list: ChannelList,
    },
}

/// The remedy of most mapping errors.
const HOW: &str = "choose with --map va=NAME,vb=... or by number with --map va=#3";

/// Most candidates an error numbers one by one.
const NUMBERED_MAX: usize = 4;

/// Analogue channels for a message: number, name, phase and unit, one a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelList(String);

impl fmt::Display for ChannelList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// All analogue channels, one a line: number, name, phase, unit.
pub fn channel_list(recording: &Recording) -> ChannelList {
    list(recording.channels.iter())
}

fn list<'a>(channels: impl Iterator<Item = &'a Channel>) -> ChannelList {
    let line = |c: &Channel| {
        let (number, name) = (format!("#{}", c.number), &c.name);
        format!("  {number:<5} {name:<24} phase {:<4} unit {}", dash(&c.phase), dash(&c.unit))
    };
    ChannelList(channels.map(line).collect::<Vec<_>>().join("\n"))
}

fn dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

fn label(channel: &Channel) -> String {
    format!("channel #{} `{}`", channel.number, channel.name)
}

/// Maps the channels a user names. A name is taken as written, and where no channel is written so,
/// without regard to the case of its letters.
pub fn map_channels(
    recording: &Recording,
    wanted: &[(Role, Selector)],
) -> Result<Mapping, MapError> {
    let mut pairs: Vec<(Role, usize)> = Vec::new();
    for (role, selector) in wanted {
        let index = find(recording, *role, selector)?;
        if pairs.iter().any(|(other, _)| other == role) {
            return Err(MapError::RoleTwice { role: *role });
        }
        if let Some((first, _)) = pairs.iter().find(|(_, other)| *other == index) {
            let label = label(&recording.channels[index]);
            return Err(MapError::ChannelTwice { label, first: *first, second: *role });
        }
        pairs.push((*role, index));
    }
    if pairs.is_empty() {
        return Err(MapError::Nothing);
    }
    Mapping::new(recording, pairs)
}

fn find(recording: &Recording, role: Role, selector: &Selector) -> Result<usize, MapError> {
    let mut found = positions(recording, |channel| match selector {
        Selector::Number(number) => channel.number == *number,
        Selector::Name(name) => channel.name == *name,
    });
    if let (true, Selector::Name(name)) = (found.is_empty(), selector) {
        found = positions(recording, |channel| channel.name.eq_ignore_ascii_case(name));
    }
    match found[..] {
        [index] => Ok(index),
        [] => {
            let (selector, list) = (selector.clone(), channel_list(recording));
            Err(MapError::Unknown { role, selector, list })
        }
        _ => {
            let list = list(found.iter().map(|index| &recording.channels[*index]));
            let (selector, found) = (selector.clone(), found.len());
            Err(MapError::NotUnique { role, selector, found, list })
        }
    }
}

fn positions(recording: &Recording, want: impl Fn(&Channel) -> bool) -> Vec<usize> {
    let channels = recording.channels.iter().enumerate();
    channels.filter(|(_, channel)| want(channel)).map(|(index, _)| index).collect()
}

/// Maps by phase and unit: the unit says voltage or current, the phase field (or, where that names
/// no phase, the end of the name) says A, B, C or N, also written R S T, 1 2 3 or L1 L2 L3. Every
/// role that has exactly one channel is mapped. A role with several, or phases named in two ways
/// among the candidates, is refused: a guess would meter the wrong feeder.
pub fn auto_map(recording: &Recording) -> Result<Mapping, MapError> {
    let mut pairs: Vec<(Role, usize)> = Vec::new();
    let mut families: Vec<Family> = Vec::new();
    for (index, channel) in recording.channels.iter().enumerate() {
        if let Some((role, family)) = phase::role_of(channel) {
            pairs.push((role, index));
            families.extend(family);
        }
    }
    let ambiguous = |reason| Err(MapError::Ambiguous { reason, list: channel_list(recording) });
    if pairs.is_empty() {
        return Err(MapError::NotRecognised { list: channel_list(recording) });
    }
    let doubts: Vec<_> =
        Role::ALL.iter().filter_map(|role| doubt(recording, &pairs, *role)).collect();
    if !doubts.is_empty() {
        return ambiguous(doubts.join("; "));
    }
    if families.windows(2).any(|pair| pair[0] != pair[1]) {
        return ambiguous("phases are named in more than one way (A B C, R S T, 1 2 3)".to_owned());
    }
    Mapping::new(recording, pairs)
}

/// `ia could be #1 or #10`, or `va could be any of 10 channels`.
fn doubt(recording: &Recording, pairs: &[(Role, usize)], role: Role) -> Option<String> {
    let candidates = pairs.iter().filter(|(candidate, _)| *candidate == role);
    let numbers: Vec<_> =
        candidates.map(|(_, index)| format!("#{}", recording.channels[*index].number)).collect();
    match numbers.len() {
        0 | 1 => None,
        few if few <= NUMBERED_MAX => Some(format!("{role} could be {}", numbers.join(" or "))),
        many => Some(format!("{role} could be any of {many} channels")),
    }
}
