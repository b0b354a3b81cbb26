//! A module on the bus: requests in, answers out, from its newest window.
//!
//! Reading what a poll wrote *holds* the newest window: all blocks are of it until the next poll. Of the rest,
//! a *claim* gives addresses away by serial number, and a *search* says which modules without an address answer.

use crate::frame::{self, Answer, Refusal, Request};
use crate::map::{
    self, BLOCKS, CLAIM, CORRECTION, Content, IDENTITY, NAME, POLL_REGISTER, RESET_DEMAND,
    RESET_PARTIAL, SEARCH, Span, TARIFF, TRANSFORMERS, UNASSIGNED, blocks, head, identity,
};
use catalog::points;
use port::{MeterCommand, ModuleModel, Readings, Reason, WiringCorrection, WiringFinding};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Rated primary currents that there are, in milliamperes.
const RATINGS_MA: RangeInclusive<u32> = 100..=100_000_000;

/// CRC-32 that knows a serial number by two words.
const KEY: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);

/// The key of a serial number.
pub fn key_of(serial: &str) -> u32 {
    KEY.checksum(serial.as_bytes())
}

/// Who a module is, as its maker and its installer made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// What it is.
    pub model: ModuleModel,
    /// Serial number, 16 characters at the most.
    pub serial: String,
    /// Id of its firmware, 16 characters at the most.
    pub firmware: String,
    /// Name that the installer gave.
    pub name: String,
    /// Rated primary current of its transformers, in milliamperes.
    pub ct_primary_ma: u32,
}

/// What came of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// The frame that answers; none if it was for somebody else or for all.
    pub answer: Option<Vec<u8>>,
    /// What the module's meter is told.
    pub command: Option<MeterCommand>,
    /// The rated primary current that it has now, in milliamperes, if it was given another.
    pub transformers_ma: Option<u32>,
}

/// All blocks of one window.
#[derive(Debug, Clone, PartialEq)]
struct Window {
    number: u32,
    /// Its end in samples of the module's count.
    end: f64,
    finding: WiringFinding,
    revisions: [u16; BLOCKS],
    /// Contents of the blocks, without head and tag.
    contents: [Vec<u16>; BLOCKS],
}

/// A module.
#[derive(Debug, Clone)]
pub struct Slave {
    about: About,
    key: u32,
    address: u8,
    boots: u16,
    correction: WiringCorrection,
    newest: Arc<Window>,
    /// What is read, from the poll on that held it.
    held: Arc<Window>,
    poll: u16,
    /// Samples from the end of the held window to the poll.
    age: f64,
    /// Keys of modules without an address that answer.
    searched: RangeInclusive<u32>,
}

impl Slave {
    /// A module as it comes from its maker: without an address, and not yet begun.
    pub fn new(about: About) -> Slave {
        let none = Arc::new(Window::none());
        Slave {
            key: key_of(&about.serial),
            address: UNASSIGNED,
            boots: 0,
            correction: WiringCorrection::NONE,
            held: Arc::clone(&none),
            newest: none,
            poll: 0,
            age: 0.0,
            searched: 0..=u32::MAX,
            about,
        }
    }

    /// The same with an address that it was given before.
    #[must_use]
    pub fn with_address(self, address: u8) -> Slave {
        Slave { address, ..self }
    }

    /// The address that it keeps without supply.
    pub fn address(&self) -> u8 {
        self.address
    }

    /// Who it is.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// Its serial number.
    pub fn serial(&self) -> &str {
        &self.about.serial
    }

    /// It has supply again: it has its address and nothing measured.
    pub fn boot(&mut self) {
        let none = Arc::new(Window::none());
        self.boots = self.boots.wrapping_add(1);
        self.held = Arc::clone(&none);
        self.newest = none;
        self.searched = 0..=u32::MAX;
    }

    /// A window closed: where it ended in samples of the module's count, what was measured and found.
    pub fn window(&mut self, end: f64, readings: &Readings, finding: WiringFinding) {
        self.newest = Arc::new(self.newest.followed_by(end, readings, finding));
    }

    /// Answers a request whose last character came at a position of the module's count of samples.
    pub fn hear(&mut self, address: u8, request: &Request, now: f64) -> Heard {
        if address == 0 {
            return Heard { command: self.hear_all(request), ..Heard::default() };
        }
        if address != self.address || (address == UNASSIGNED && !self.searched.contains(&self.key))
        {
            return Heard::default();
        }
        let before_ma = self.about.ct_primary_ma;
        let (said, command) = match self.carry_out(request, now) {
            Ok((said, command)) => (said, command),
            Err(refusal) => (Answer::Refused(refusal.code()), None),
        };
        let now_ma = self.about.ct_primary_ma;
        let transformers_ma = (now_ma != before_ma).then_some(now_ma);
        Heard { answer: Some(frame::answer(address, request, &said)), command, transformers_ma }
    }

    /// What is written to all; nobody answers it.
    fn hear_all(&mut self, request: &Request) -> Option<MeterCommand> {
        let Request::Write { start, words } = request else { return None };
        let span = Span { start: *start, count: words.len() as u16 };
        if span == CLAIM {
            let (serial, address) = words.split_at(usize::from(CLAIM.count) - 1);
            self.hear_claim(&map::text_of(serial), address[0] as u8);
        } else if span == SEARCH {
            let number = |at: usize| u32::from(words[at]) | u32::from(words[at + 1]) << 16;
            self.searched = number(0)..=number(2);
        }
        None
    }

    fn hear_claim(&mut self, serial: &str, address: u8) {
        if serial == self.about.serial {
            self.address = address;
        } else if address == self.address {
            self.address = UNASSIGNED;
        }
    }

    fn carry_out(
        &mut self,
        request: &Request,
        now: f64,
    ) -> Result<(Answer, Option<MeterCommand>), Refusal> {
        match request {
            Request::Read { start, count } => {
                let words = self.read(Span { start: *start, count: *count })?;
                Ok((Answer::Words(words), None))
            }
            Request::Exchange { at, word, start, count } => {
                if *at != POLL_REGISTER {
                    return Err(Refusal::Address);
                }
                (self.held, self.poll) = (Arc::clone(&self.newest), *word);
                self.age = now - self.held.end;
                Ok((Answer::Words(self.read(Span { start: *start, count: *count })?), None))
            }
            Request::Write { start, words } => {
                self.write(*start, words).map(|command| (Answer::Written, command))
            }
        }
    }

    fn read(&self, span: Span) -> Result<Vec<u16>, Refusal> {
        if IDENTITY.contains(span) {
            return Ok(Span { start: span.start - IDENTITY.start, ..span }
                .of(&self.identity())
                .into());
        }
        let place = blocks().iter().position(|block| block.span.contains(span));
        let place = place.ok_or(Refusal::Address)?;
        let inside = Span { start: span.start - blocks()[place].span.start, ..span };
        Ok(inside.of(&self.block(place)).into())
    }

    fn identity(&self) -> Vec<u16> {
        let mut words = vec![0; usize::from(IDENTITY.count)];
        let about = &self.about;
        let mut text = |part: Span, text: &str| {
            part.put(&mut words, &map::text_words(text, part.count));
        };
        text(identity::SERIAL, &about.serial);
        text(identity::FIRMWARE, &about.firmware);
        text(identity::NAME, &about.name);
        let ma = about.ct_primary_ma;
        identity::CT_PRIMARY_MA.put(&mut words, &[ma as u16, (ma >> 16) as u16]);
        for (part, word) in [
            (identity::VERSION, map::VERSION),
            (identity::MODEL, map::model_word(about.model)),
            (identity::CORRECTION, map::correction_word(self.correction)),
            (identity::BOOTS, self.boots),
            (identity::ADDRESS, u16::from(self.address)),
        ] {
            part.put(&mut words, &[word]);
        }
        words
    }

    /// A block of the held window.
    fn block(&self, place: usize) -> Vec<u16> {
        let Window { number, finding, revisions, contents, .. } = &*self.held;
        let mut words = vec![0; blocks()[place].head];
        words[head::NUMBER[0]] = *number as u16;
        words[head::KEY[0]] = self.key as u16;
        if place == 0 {
            words[head::NUMBER[1]] = (number >> 16) as u16;
            words[head::KEY[1]] = (self.key >> 16) as u16;
            words[head::POLL] = self.poll;
            words[head::BOOTS] = self.boots;
            head::AGE.put(&mut words, &map::value_words(self.age));
            head::FINDING.put(&mut words, &map::finding_words(*finding));
            head::REVISIONS.put(&mut words, &revisions[1..]);
        }
        words.extend(&contents[place]);
        words
    }

    fn write(&mut self, start: u16, words: &[u16]) -> Result<Option<MeterCommand>, Refusal> {
        let span = Span { start, count: words.len() as u16 };
        if span == NAME {
            self.about.name = map::text_of(words);
            return Ok(None);
        }
        if let (TRANSFORMERS, [low, high]) = (span, words) {
            let ma = u32::from(*low) | u32::from(*high) << 16;
            if !RATINGS_MA.contains(&ma) {
                return Err(Refusal::Value);
            }
            self.about.ct_primary_ma = ma;
            return Ok(None);
        }
        let command = command_of(start, words)?;
        if let MeterCommand::Correct(correction) = command {
            self.correction = correction;
        }
        Ok(Some(command))
    }
}

/// The command that a write is.
fn command_of(start: u16, words: &[u16]) -> Result<MeterCommand, Refusal> {
    if let (Some(id), [low, high]) = (map::setting_at(start), words) {
        let value = i64::from((u32::from(*low) | u32::from(*high) << 16) as i32);
        let accepted = id.row().accepts(value);
        return accepted.then_some(MeterCommand::Set(id, value)).ok_or(Refusal::Value);
    }
    let [word] = *words else { return Err(Refusal::Address) };
    let command = match start {
        TARIFF => u8::try_from(word).ok().filter(|t| [1, 2].contains(t)).map(MeterCommand::Tariff),
        RESET_PARTIAL => (word == 1).then_some(MeterCommand::ResetPartial),
        RESET_DEMAND => (word == 1).then_some(MeterCommand::ResetDemand),
        CORRECTION => map::correction_of(word).map(MeterCommand::Correct),
        _ => return Err(Refusal::Address),
    };
    command.ok_or(Refusal::Value)
}

/// The write that a command is: the first register, and its words.
pub(crate) fn write_of(command: MeterCommand) -> (u16, Vec<u16>) {
    match command {
        MeterCommand::Set(id, value) => {
            let word = value as i32 as u32;
            (map::setting_register(id), vec![word as u16, (word >> 16) as u16])
        }
        MeterCommand::Tariff(tariff) => (TARIFF, vec![u16::from(tariff)]),
        MeterCommand::ResetPartial => (RESET_PARTIAL, vec![1]),
        MeterCommand::ResetDemand => (RESET_DEMAND, vec![1]),
        MeterCommand::Correct(correction) => (CORRECTION, vec![map::correction_word(correction)]),
    }
}

impl Window {
    /// Before the first window: everything settles.
    fn none() -> Window {
        let readings = Readings::absent(Reason::Settling);
        let finding = WiringFinding::NoSignal;
        let contents = contents(&readings);
        Window { number: 0, end: 0.0, finding, revisions: [0; BLOCKS], contents }
    }

    fn followed_by(&self, end: f64, readings: &Readings, finding: WiringFinding) -> Window {
        let contents = contents(readings);
        let revision = |place: usize| {
            let changed = contents[place] != self.contents[place];
            self.revisions[place].wrapping_add(u16::from(changed))
        };
        let revisions = std::array::from_fn(revision);
        Window { number: self.number + 1, end, finding, revisions, contents }
    }
}

/// What readings are in each block.
fn contents(readings: &Readings) -> [Vec<u16>; BLOCKS] {
    let words = |content: &Content| match content {
        Content::Values(values) => {
            let value = |id: &catalog::PointId| readings.get(*id).value().unwrap_or(0.0);
            values.iter().flat_map(|id| map::value_words(value(id))).collect()
        }
        Content::Statuses => {
            let status = |id| u16::from(map::status_byte(readings.get(id)));
            let pair = |pair: &[catalog::Point]| {
                status(pair[0].id) << 8 | pair.get(1).map_or(0, |second| status(second.id))
            };
            points().chunks(2).map(pair).collect()
        }
    };
    std::array::from_fn(|place| words(&blocks()[place].content))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::TAG;
    use catalog::SettingId;
    use port::Reading;

    fn about(serial: &str) -> About {
        About {
            model: ModuleModel::Esy3xmv,
            serial: serial.into(),
            firmware: "0123456789abcdef".into(),
            name: "Heat pump".into(),
            ct_primary_ma: 60_000,
        }
    }

    fn words(slave: &mut Slave, request: &Request, now: f64) -> Vec<u16> {
        let address = slave.address();
        let answer = slave.hear(address, request, now).answer.expect("it is for this module");
        match frame::find_answer(&answer, address, request, |_| true) {
            Some(Answer::Words(words)) => words,
            other => panic!("{other:?}"),
        }
    }

    fn poll(number: u16) -> Request {
        let Span { start, count } = blocks()[0].span;
        Request::Exchange { at: POLL_REGISTER, word: number, start, count }
    }

    fn read(span: Span) -> Request {
        Request::Read { start: span.start, count: span.count }
    }

    fn claim(serial: &str, address: u16) -> Request {
        let mut words = map::text_words(serial, CLAIM.count - 1);
        words.push(address);
        Request::Write { start: CLAIM.start, words }
    }

    /// [P5] All blocks of a poll are of one window, though others close meanwhile.
    #[test]
    fn a_poll_holds_its_window() {
        let mut slave = Slave::new(about("A")).with_address(3);
        let value = |value: f64| {
            let mut readings = Readings::absent(Reason::NoSignal);
            points().iter().for_each(|point| readings.set(point.id, Reading::good(value)));
            readings
        };
        slave.window(100.25, &value(1.0), WiringFinding::Healthy);
        let first = words(&mut slave, &poll(7), 180.0);
        assert_eq!([first[head::NUMBER[0]], first[head::POLL]], [1, 7]);
        assert_eq!(map::value_of(head::AGE.of(&first)), 79.75);
        slave.window(200.25, &value(2.0), WiringFinding::Healthy);
        let span = blocks()[1].span;
        let held = words(&mut slave, &read(span), 250.0);
        assert_eq!((held[0], map::value_of(&held[TAG..TAG + 4])), (1, 1.0));
        let second = words(&mut slave, &poll(8), 260.0);
        let revisions = |words: &[u16]| head::REVISIONS.of(words).to_vec();
        assert_eq!(second[head::NUMBER[0]], 2);
        assert_eq!(revisions(&first), [1, 1, 1, 1, 1]);
        assert_eq!(revisions(&second), [2, 2, 2, 2, 1], "no status has changed");
    }

    /// [P5] An address belongs to one serial number: who had it before gives it up.
    #[test]
    fn a_claim_settles_who_has_an_address() {
        let mut modules = [Slave::new(about("A")), Slave::new(about("B")).with_address(3)];
        for slave in &mut modules {
            assert_eq!(slave.hear(0, &claim("A", 3), 0.0), Heard::default());
        }
        assert_eq!(modules.map(|slave| slave.address()), [3, UNASSIGNED]);
    }

    /// [P5] Of modules without an address only those answer whose key is searched for.
    #[test]
    fn a_search_makes_the_others_silent() {
        let mut slave = Slave::new(about("A"));
        let search = |low: u32, high: u32| Request::Write {
            start: SEARCH.start,
            words: vec![low as u16, (low >> 16) as u16, high as u16, (high >> 16) as u16],
        };
        let ask = read(IDENTITY);
        assert!(slave.hear(UNASSIGNED, &ask, 0.0).answer.is_some());
        slave.hear(0, &search(0, key_of("A") - 1), 0.0);
        assert_eq!(slave.hear(UNASSIGNED, &ask, 0.0).answer, None);
        slave.hear(0, &search(key_of("A"), u32::MAX), 0.0);
        let identity = words(&mut slave, &ask, 0.0);
        assert_eq!(map::text_of(identity::SERIAL.of(&identity)), "A");
        assert_eq!(identity::CT_PRIMARY_MA.of(&identity), [60_000, 0]);
    }

    #[test]
    fn commands_arrive_as_they_were_given() {
        let mut slave = Slave::new(about("A")).with_address(3);
        let turned = WiringCorrection::new([1, 0, 2], [false, true, false]).expect("each once");
        for command in [
            MeterCommand::Set(SettingId::Netting, 1),
            MeterCommand::Set(SettingId::AlarmSet1, -2_000_000_000),
            MeterCommand::Tariff(2),
            MeterCommand::ResetPartial,
            MeterCommand::ResetDemand,
            MeterCommand::Correct(turned),
        ] {
            let (start, words) = write_of(command);
            let heard = slave.hear(3, &Request::Write { start, words }, 0.0);
            assert_eq!(heard.command, Some(command));
        }
    }

    #[test]
    fn what_cannot_be_is_refused_and_changes_nothing() {
        let mut slave = Slave::new(about("A")).with_address(3);
        let mut check = |request: Request, refusal: Refusal| {
            let heard = slave.hear(3, &request, 0.0);
            let answer = heard.answer.expect("it is for this module");
            let found = frame::find_answer(&answer, 3, &request, |_| true);
            assert_eq!(found, Some(Answer::Refused(refusal.code())), "{request:?}");
            assert_eq!(heard.command, None);
        };
        let write = |start, word| Request::Write { start, words: vec![word] };
        check(Request::Read { start: 0x20, count: 40 }, Refusal::Address);
        check(Request::Read { start: 0x1000, count: 2 }, Refusal::Address);
        check(write(TARIFF, 3), Refusal::Value);
        check(write(TARIFF, 0x0101), Refusal::Value);
        check(write(CORRECTION, 0), Refusal::Value);
        check(write(0x0101, 1), Refusal::Address);
        let netting = map::setting_register(SettingId::Netting);
        check(Request::Write { start: netting, words: vec![9, 0] }, Refusal::Value);
    }
}
