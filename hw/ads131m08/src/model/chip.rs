//! The chip itself.

use super::Wiring;
use super::faults::{Chances, Fault, Faults};
use crate::acquisition::Edge;
use crate::frame::{Crc, INPUTS, Status};
use crate::register::{LAST_REGISTER, RESET_DONE, Register, clock, command, mode};
use port::{SampleBlock, SampleSource, SourceState};
use std::collections::VecDeque;

/// Conversions that the chip keeps.
const KEPT: usize = 2;

/// Edges that wait for a host: as many as Linux queues for a line by default.
const EDGES_MAX: usize = 16;

/// Conversions after a reset before the filter has settled; until then half of the truth.
const UNSETTLED: u64 = 3;

/// Samples taken from the source at a time.
const CHUNK: usize = 400;

/// Longest frame: all registers read at once.
const FRAME_MAX: usize = 4 * 66;

/// Full scale in counts.
const COUNTS_MAX: i32 = 0x7F_FFFF;

/// A chip.
pub(super) struct Chip {
    source: Box<dyn SampleSource + Send>,
    block: SampleBlock,
    /// Samples of the block that were converted.
    taken: usize,
    ended: bool,
    wiring: Wiring,
    faults: Faults,
    chances: Chances,
    registers: [u16; LAST_REGISTER as usize + 1],
    locked: bool,
    standby: bool,
    resynchronised: bool,
    wrong_crc: bool,
    upset: bool,
    /// Faults of a moment that have happened, by their place in the list.
    happened: Vec<bool>,
    now_ns: f64,
    /// When the next sample of the source is over.
    next_ns: f64,
    /// Samples since power-up.
    step: u64,
    /// Samples of the source that were converted.
    conversions: u64,
    /// Conversions to go before the source begins; none before the host has first woken the chip.
    to_begin: Option<u64>,
    unsettled: u64,
    /// The newest three conversions at the pins, the oldest first, for the interpolation.
    raw: [[i32; INPUTS]; 3],
    last: [i32; INPUTS],
    /// Conversions that were not read, the oldest first.
    fifo: VecDeque<[i32; INPUTS]>,
    edges: VecDeque<Edge>,
    /// Words of the response to the command before; empty: the status.
    response: Vec<u16>,
    sent: Vec<u8>,
    received: Vec<u8>,
    /// Whether the frame that is going on brings a conversion that was not read.
    brings: bool,
}

impl Chip {
    pub fn new(source: Box<dyn SampleSource + Send>, wiring: &Wiring, faults: Faults) -> Chip {
        let channels = source.format().channels.len();
        let mut chip = Chip {
            block: SampleBlock::new(channels, CHUNK),
            source,
            taken: 0,
            ended: false,
            wiring: wiring.clone(),
            chances: Chances(faults.seed),
            happened: vec![false; faults.list.len()],
            faults,
            registers: [0; LAST_REGISTER as usize + 1],
            locked: false,
            standby: false,
            resynchronised: false,
            wrong_crc: false,
            upset: false,
            now_ns: 0.0,
            next_ns: 0.0,
            step: 0,
            conversions: 0,
            to_begin: None,
            unsettled: 0,
            raw: [[0; INPUTS]; 3],
            last: [0; INPUTS],
            fifo: VecDeque::with_capacity(KEPT + 1),
            edges: VecDeque::with_capacity(EDGES_MAX),
            response: Vec::new(),
            sent: Vec::with_capacity(FRAME_MAX),
            received: Vec::with_capacity(FRAME_MAX),
            brings: false,
        };
        chip.reset();
        chip.next_ns = chip.step_ns();
        chip
    }

    // --- time -------------------------------------------------------------------------------

    pub fn now_ns(&self) -> u64 {
        self.now_ns as u64
    }

    pub fn conversions(&self) -> u64 {
        self.conversions
    }

    pub fn next_conversion_ns(&self) -> Option<u64> {
        (!self.ended).then_some(self.next_ns.ceil() as u64)
    }

    pub fn next_event_ns(&self) -> Option<u64> {
        self.edges.front().map(|edge| edge.at_ns).or_else(|| self.next_conversion_ns())
    }

    pub fn edge(&mut self) -> Option<Edge> {
        // One that is late by its jitter has not come yet.
        let come = self.edges.front().is_some_and(|edge| edge.at_ns as f64 <= self.now_ns);
        if come { self.edges.pop_front() } else { None }
    }

    pub fn advance_to(&mut self, ns: u64) {
        let ns = ns as f64;
        while self.next_ns <= ns && !self.ended {
            self.now_ns = self.now_ns.max(self.next_ns);
            self.convert();
        }
        self.now_ns = self.now_ns.max(ns);
    }

    /// A driver waits.
    pub fn pause(&mut self, ns: u64) {
        self.advance_to((self.now_ns + ns as f64) as u64);
    }

    /// Between two samples of the source: it has the rate for which the host sets the chip up.
    fn step_ns(&self) -> f64 {
        1e9 / (self.source.format().sample_rate_hz * (1.0 + 1e-6 * self.wiring.clock_ppm))
    }

    /// Samples of the source that a conversion takes: several while the chip oversamples more than it will.
    fn steps(&self) -> u64 {
        let seconds = 2.0 * f64::from(self.oversampling()) / self.wiring.clock_hz;
        (seconds * self.source.format().sample_rate_hz).round().max(1.0) as u64
    }

    fn oversampling(&self) -> u32 {
        128 << ((self.registers[usize::from(Register::CLOCK.address())] >> 2) & 7)
    }

    /// The strength of a fault that is going on.
    fn fault(&self, strength: impl Fn(Fault) -> Option<f64>) -> Option<f64> {
        let now = self.now_ns();
        let on = self.faults.list.iter().filter(|(from, to, _)| (*from..*to).contains(&now));
        on.filter_map(|(.., fault)| strength(*fault)).reduce(f64::max)
    }

    /// Faults that happen once, at their beginning.
    fn once(&mut self) {
        for place in 0..self.happened.len() {
            let (from, _, fault) = self.faults.list[place];
            if self.happened[place] || self.now_ns() < from {
                continue;
            }
            self.happened[place] = true;
            match fault {
                Fault::Reset => self.reset(),
                Fault::Resynchronised => self.begin(),
                Fault::Upset => self.upset = true,
                Fault::BusyHost(ns) => self.pause(ns),
                Fault::FlippedBits(_)
                | Fault::FailedTransfers(_)
                | Fault::Stuck
                | Fault::LostEdges(_)
                | Fault::Jitter(_)
                | Fault::ClockStopped => {}
            }
        }
    }

    // --- conversions ------------------------------------------------------------------------

    fn convert(&mut self) {
        let at_ns = self.next_ns;
        self.next_ns += self.step_ns();
        // The world goes on while the clock stands still or the converter sleeps.
        let Some(raw) = self.pins() else { return };
        self.raw.rotate_left(1);
        self.raw[2] = raw;
        self.step += 1;
        if !self.step.is_multiple_of(self.steps()) {
            return;
        }
        if self.standby
            || self.fault(|fault| (fault == Fault::ClockStopped).then_some(1.0)).is_some()
        {
            return;
        }
        let stuck = self.fault(|fault| (fault == Fault::Stuck).then_some(1.0)).is_some();
        if !stuck {
            self.last = std::array::from_fn(|input| self.digital(input));
        }
        self.unsettled = self.unsettled.saturating_sub(1);
        if self.fifo.len() == KEPT {
            // The newer one is written over; the older stays until it is read.
            self.fifo.pop_back();
        }
        self.fifo.push_back(self.last);
        self.announce(at_ns);
    }

    /// DRDY falls.
    fn announce(&mut self, at_ns: f64) {
        let lost = self.fault(|fault| match fault {
            Fault::LostEdges(probability) => Some(probability),
            _ => None,
        });
        if lost.is_some_and(|probability| self.chances.happens(probability)) {
            return;
        }
        let jitter = self.fault(|fault| match fault {
            Fault::Jitter(ns) => Some(ns as f64),
            _ => None,
        });
        let late = jitter.map_or(0, |ns| self.chances.below(ns as u64 + 1));
        if self.edges.len() < EDGES_MAX {
            self.edges.push_back(Edge { at_ns: at_ns.ceil() as u64 + late });
        }
    }

    /// Counts at the inputs now; none once the source is over. It begins with the first conversion that is
    /// settled after the host has woken the chip for the first time.
    fn pins(&mut self) -> Option<[i32; INPUTS]> {
        match &mut self.to_begin {
            None => return Some([0; INPUTS]),
            Some(0) => {}
            Some(left) => {
                *left -= 1;
                return Some([0; INPUTS]);
            }
        }
        while self.taken == self.block.samples {
            let state = self.source.read(&mut self.block, CHUNK);
            self.taken = 0;
            // The chip converts all the time: of a silence it sees nothing, as of any other gap.
            if !matches!(state, Ok(SourceState::Samples | SourceState::Silent)) {
                self.ended = true;
                self.block.samples = 0;
                return None;
            }
        }
        let place = self.taken;
        self.taken += 1;
        self.conversions += 1;
        let (inputs, block) = (&self.wiring.inputs, &self.block);
        Some(std::array::from_fn(|input| inputs[input].map_or(0, |row| block.row(row)[place])))
    }

    /// What the chip makes of an input: gain, delay, offset, calibration, full scale.
    fn digital(&self, input: usize) -> i32 {
        let register = |register: Register| self.registers[usize::from(register.address())];
        let word =
            |high: Register| u32::from(register(high)) << 8 | u32::from(register(high.next()) >> 8);
        let gains = register(if input < 4 { Register::GAIN1 } else { Register::GAIN2 });
        let gain = 1i64 << (gains >> (4 * (input % 4)) & 7);
        let phase = register(Register::config(input)) as i16 >> 6;
        let truth = match phase {
            0 => i64::from(self.raw[2][input]),
            phase => self.delayed(input, f64::from(phase)),
        };
        let truth = if self.unsettled > 0 { truth / 2 } else { truth };
        let offset = (word(Register::offset(input)) << 8) as i32 >> 8;
        let by = i64::from(word(Register::gain(input)));
        let counts = ((clip(truth * gain) - i64::from(offset)) * by) >> 23;
        clip(counts) as i32
    }

    /// An input as it was a part of a conversion ago, by a parabola through three. Delays ahead of time are
    /// those after a whole conversion.
    fn delayed(&self, input: usize, periods: f64) -> i64 {
        let t = 1.0 - periods / f64::from(self.oversampling());
        let [a, b, c] = [0, 1, 2].map(|n| f64::from(self.raw[n][input]));
        // t = 0 is the middle one, t = 1 the newest.
        (b + t * (c - a) / 2.0 + t * t * (a - 2.0 * b + c) / 2.0).round() as i64
    }

    // --- SPI --------------------------------------------------------------------------------

    /// CS falls: the first word is settled now.
    pub fn select(&mut self) -> Result<(), ()> {
        self.once();
        let failed = self.fault(|fault| match fault {
            Fault::FailedTransfers(probability) => Some(probability),
            _ => None,
        });
        if failed.is_some_and(|probability| self.chances.happens(probability)) {
            return Err(());
        }
        self.sent.clear();
        self.received.clear();
        let length = self.word_length();
        let narrow = |word: u16| [(word >> 8) as u8, word as u8, 0, 0];
        match self.response.as_slice() {
            [] => self.received.extend(&narrow(self.status().0)[..length]),
            response => {
                response.iter().for_each(|word| self.received.extend(&narrow(*word)[..length]));
            }
        }
        self.brings = self.response.len() < 2 && !self.fifo.is_empty();
        if self.response.len() < 2 {
            let counts = self.fifo.front().copied().unwrap_or(self.last);
            for counts in counts {
                let word = self.aligned(counts);
                self.received.extend(&word[..length]);
            }
        }
        let crc = narrow(self.crc().of(&self.received));
        self.received.extend(&crc[..length]);
        let flipped = self.fault(|fault| match fault {
            Fault::FlippedBits(probability) => Some(probability),
            _ => None,
        });
        if flipped.is_some_and(|probability| self.chances.happens(probability)) {
            // The CRC has 16 bits; what pads its word is guarded by nothing and read by nobody.
            let guarded = self.received.len() - length + 2;
            let bit = self.chances.below(8 * guarded as u64) as usize;
            self.received[bit / 8] ^= 1 << (bit % 8);
        }
        Ok(())
    }

    /// A byte goes in and one comes out.
    pub fn byte(&mut self, sent: u8) -> u8 {
        let place = self.sent.len();
        if place < FRAME_MAX {
            self.sent.push(sent);
        }
        let after = self.now_ns + 8e9 / self.wiring.spi_hz;
        self.now_ns = after;
        self.received.get(place).copied().unwrap_or(0)
    }

    /// CS rises: what was sent is carried out.
    pub fn release(&mut self) {
        // What was converted meanwhile.
        self.advance_to(self.now_ns as u64);
        let length = self.word_length();
        if self.sent.is_empty() {
            return;
        }
        // A frame that ended early gave no conversion away, nor one that began before there was one.
        if self.brings && self.sent.len() >= length * (INPUTS + 1) {
            self.fifo.pop_front();
        }
        if self.response.is_empty() {
            self.resynchronised = false;
        }
        let whole = self.sent.len() >= length * (INPUTS + 2);
        self.response = match self.sent.get(..2) {
            Some(&[high, low]) => self.carry_out(u16::from_be_bytes([high, low]), length, whole),
            _ => Vec::new(),
        };
    }

    /// Carries out a command; its response, empty for the status.
    fn carry_out(&mut self, asked: u16, length: usize, whole: bool) -> Vec<u16> {
        let writes = asked >> 13 == 3;
        let count = if writes { usize::from(asked & 0x7F) + 1 } else { 0 };
        let end = length * (1 + count);
        self.wrong_crc = false;
        if self.registers[usize::from(Register::MODE.address())] & mode::RX_CRC_EN != 0 {
            let expected = self.sent.get(..end).map(|body| self.crc().of(body).to_be_bytes());
            if expected.as_ref().map(|crc| &crc[..]) != self.sent.get(end..end + 2) {
                self.wrong_crc = true;
                return Vec::new();
            }
        }
        let reads = asked >> 13 == 5;
        let address = (asked >> 7 & 0x3F) as usize;
        match asked {
            command::NULL => Vec::new(),
            command::UNLOCK => {
                self.locked = false;
                vec![asked]
            }
            _ if reads => self.read(address, usize::from(asked & 0x7F) + 1),
            // A chip that is locked hears nothing else.
            _ if self.locked => Vec::new(),
            command::RESET if whole => {
                self.reset();
                vec![RESET_DONE]
            }
            command::STANDBY => {
                self.standby = true;
                vec![asked]
            }
            command::WAKEUP => {
                self.standby = false;
                self.to_begin.get_or_insert(UNSETTLED);
                self.begin();
                vec![asked]
            }
            command::LOCK => {
                self.locked = true;
                vec![asked]
            }
            command::RESET => vec![asked],
            _ if writes => self.write(address, count, length),
            _ => Vec::new(),
        }
    }

    fn read(&self, address: usize, count: usize) -> Vec<u16> {
        let register = |address: usize| match address {
            1 => self.status().0,
            _ => self.registers.get(address).copied().unwrap_or(0),
        };
        match count {
            1 => vec![register(address)],
            _ => {
                let head = 0xE000 | (address as u16) << 7 | (count - 1) as u16;
                std::iter::once(head).chain((address..address + count).map(register)).collect()
            }
        }
    }

    fn write(&mut self, address: usize, count: usize, length: usize) -> Vec<u16> {
        for place in 0..count {
            let at = length * (1 + place);
            let Some(&[high, low]) = self.sent.get(at..at + 2) else { break };
            let value = u16::from_be_bytes([high, low]);
            match address + place {
                // Identity and status are read only.
                0 | 1 => {}
                address if address < self.registers.len() => {
                    self.registers[address] = value;
                    if address == usize::from(Register::CLOCK.address()) {
                        self.begin();
                    }
                }
                _ => {}
            }
        }
        vec![0x4000 | (address as u16) << 7 | (count - 1) as u16]
    }

    /// Conversions begin anew.
    fn begin(&mut self) {
        self.resynchronised = true;
        self.unsettled = UNSETTLED;
        self.fifo.clear();
    }

    /// All registers as the chip comes up.
    fn reset(&mut self) {
        self.registers = [0; LAST_REGISTER as usize + 1];
        let mut set =
            |register: Register, value| self.registers[usize::from(register.address())] = value;
        set(Register::ID, 0x2801);
        set(Register::MODE, mode::AT_RESET);
        set(Register::CLOCK, clock::AT_RESET);
        set(Register(0x06), 0x0600);
        (0..INPUTS).for_each(|input| set(Register::gain(input), 0x8000));
        (self.locked, self.standby, self.upset) = (false, false, false);
        self.response.clear();
        self.begin();
    }

    fn status(&self) -> Status {
        let register = self.registers[usize::from(Register::MODE.address())];
        let flag = |set: bool, bit: u16| if set { bit } else { 0 };
        let watched = register & mode::REG_CRC_EN != 0;
        let ready = if self.fifo.is_empty() { 0 } else { 0xFF };
        Status(
            flag(self.locked, Status::LOCK)
                | flag(self.resynchronised, Status::F_RESYNC)
                | flag(self.upset && watched, Status::REG_MAP)
                | flag(self.wrong_crc, Status::CRC_ERR)
                | flag(register & mode::CRC_ANSI != 0, Status::CRC_TYPE)
                | flag(register & mode::RESET != 0, Status::RESET)
                | register & mode::WORD_LENGTH
                | ready,
        )
    }

    fn crc(&self) -> Crc {
        match self.registers[usize::from(Register::MODE.address())] & mode::CRC_ANSI {
            0 => Crc::Ccitt,
            _ => Crc::Ansi,
        }
    }

    /// Bytes of a word.
    fn word_length(&self) -> usize {
        match self.registers[usize::from(Register::MODE.address())] & mode::WORD_LENGTH {
            0 => 2,
            mode::WORDS_24 => 3,
            _ => 4,
        }
    }

    /// Counts as the word length has them: cut to 16 bits, or 32 with zeros behind or the sign before.
    fn aligned(&self, counts: i32) -> [u8; 4] {
        match self.registers[usize::from(Register::MODE.address())] & mode::WORD_LENGTH {
            mode::WORD_LENGTH => counts.to_be_bytes(),
            _ => (counts << 8).to_be_bytes(),
        }
    }
}

/// Within 24 bits.
fn clip(counts: i64) -> i64 {
    counts.clamp(-i64::from(COUNTS_MAX) - 1, i64::from(COUNTS_MAX))
}
