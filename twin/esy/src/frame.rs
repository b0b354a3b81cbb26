//! Frames of Modbus RTU: address, function, what belongs to it, CRC ("Modbus over Serial Line" V1.02,
//! "Modbus Application Protocol" V1.1b3).
//!
//! Three functions are enough for the bus: 03 reads, 10h writes, 17h writes and reads at once. An answer
//! carries no number of its request, so whoever asks says what it takes for one.

/// CRC-16 of Modbus: polynomial 8005h reflected, from FFFFh, low byte first on the wire.
const CRC: crc::Crc<u16> = crc::Crc::<u16>::new(&crc::CRC_16_MODBUS);

/// Longest frame: address, a PDU of 253 bytes, CRC.
pub const FRAME_MAX: usize = 256;

/// Most registers that one read asks for (Application Protocol 6.3).
pub const READ_MAX: u16 = 125;

/// Most registers that one write carries (6.12).
const WRITE_MAX: usize = 123;

/// Bytes of a frame that bears a write's confirmation.
const CONFIRMATION: usize = 8;

/// Bytes of a frame that refuses.
const REFUSAL: usize = 5;

const READ: u8 = 0x03;
const READ_INPUT: u8 = 0x04;
const WRITE: u8 = 0x10;
const EXCHANGE: u8 = 0x17;
const REFUSED: u8 = 0x80;

/// Why a slave refuses (Application Protocol, 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The function is none of ours.
    Function,
    /// No such registers, or not this way.
    Address,
    /// The registers do not take this value.
    Value,
}

impl Refusal {
    /// The exception code.
    pub fn code(self) -> u8 {
        match self {
            Refusal::Function => 1,
            Refusal::Address => 2,
            Refusal::Value => 3,
        }
    }
}

/// What is asked of a slave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Reads registers.
    Read {
        /// The first.
        start: u16,
        /// How many, 1 to 125.
        count: u16,
    },
    /// Writes registers.
    Write {
        /// The first.
        start: u16,
        /// Their new contents.
        words: Vec<u16>,
    },
    /// Writes one register, then reads some.
    Exchange {
        /// The register written.
        at: u16,
        /// Its new content.
        word: u16,
        /// The first register read.
        start: u16,
        /// How many, 1 to 125.
        count: u16,
    },
}

impl Request {
    fn function(&self) -> u8 {
        match self {
            Request::Read { .. } => READ,
            Request::Write { .. } => WRITE,
            Request::Exchange { .. } => EXCHANGE,
        }
    }

    /// The frame that asks a slave so.
    pub fn frame(&self, address: u8) -> Vec<u8> {
        let mut frame = vec![address, self.function()];
        match self {
            Request::Read { start, count } => put(&mut frame, &[*start, *count]),
            Request::Write { start, words } => {
                put(&mut frame, &[*start, words.len() as u16]);
                frame.push(2 * words.len() as u8);
                put(&mut frame, words);
            }
            Request::Exchange { at, word, start, count } => {
                put(&mut frame, &[*start, *count, *at, 1]);
                frame.push(2);
                put(&mut frame, &[*word]);
            }
        }
        sealed(frame)
    }

    /// Bytes of the frame that answers, if it is no refusal.
    pub fn answer_bytes(&self) -> usize {
        match self {
            Request::Read { count, .. } | Request::Exchange { count, .. } => {
                5 + 2 * usize::from(*count)
            }
            Request::Write { .. } => CONFIRMATION,
        }
    }
}

/// What a slave said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// What the registers hold.
    Words(Vec<u16>),
    /// What was written is taken over.
    Written,
    /// An exception code.
    Refused(u8),
}

/// The frame with which a slave answers a request.
pub fn answer(address: u8, request: &Request, said: &Answer) -> Vec<u8> {
    let function = request.function();
    let mut frame = vec![address, function];
    match (said, request) {
        (Answer::Words(words), _) => {
            frame.push(2 * words.len() as u8);
            put(&mut frame, words);
        }
        (Answer::Written, Request::Write { start, words }) => {
            put(&mut frame, &[*start, words.len() as u16]);
        }
        (Answer::Written, _) => unreachable!("only a write is confirmed"),
        (Answer::Refused(code), _) => frame = vec![address, function | REFUSED, *code],
    }
    sealed(frame)
}

/// The first answer to a request in what was heard that `accept` takes. What stands before it is noise, an
/// echo of the request, or a late answer to another.
pub fn find_answer(
    heard: &[u8],
    address: u8,
    request: &Request,
    accept: impl Fn(&[u16]) -> bool,
) -> Option<Answer> {
    (0..heard.len()).find_map(|at| {
        let said = answer_at(&heard[at..], address, request)?;
        match &said {
            Answer::Words(words) if !accept(words) => None,
            Answer::Words(_) | Answer::Written | Answer::Refused(_) => Some(said),
        }
    })
}

fn answer_at(heard: &[u8], address: u8, request: &Request) -> Option<Answer> {
    let [by, function, third, ..] = *heard else { return None };
    let length = request.answer_bytes();
    if by != address {
        return None;
    }
    if function == request.function() | REFUSED {
        return whole(heard, REFUSAL).map(|_| Answer::Refused(third));
    }
    if function != request.function() {
        return None;
    }
    match request {
        Request::Read { .. } | Request::Exchange { .. } => {
            let counted = usize::from(third) + 5 == length;
            let body = whole(heard, length).filter(|_| counted)?;
            Some(Answer::Words(words(&body[3..])))
        }
        Request::Write { start, words: written } => {
            let body = whole(heard, length)?;
            (words(&body[2..]) == [*start, written.len() as u16]).then_some(Answer::Written)
        }
    }
}

/// What a slave hears of a line: requests, its own and those of others, with the answers between them.
///
/// The conversation is followed from its beginning, so that nothing within an answer of another module is
/// taken for a request. What cannot be followed is thrown away until the line is quiet.
#[derive(Debug, Clone, Default)]
pub struct Ear {
    heard: Vec<u8>,
    /// The last request, whose answer may be heard next.
    asked: Option<(u8, Request)>,
    /// Whether the conversation was lost.
    lost: bool,
}

impl Ear {
    /// Bytes arrive.
    pub fn hear(&mut self, bytes: &[u8]) {
        if !self.lost {
            self.heard.extend_from_slice(bytes);
        }
    }

    /// The line was silent for longer than a pause: what follows begins a frame.
    pub fn quiet(&mut self) {
        *self = Ear::default();
    }

    /// The next request that is whole, with the address it is for.
    pub fn request(&mut self) -> Option<(u8, Request)> {
        self.pass_answer();
        let length = request_length(&self.heard)?;
        if self.heard.len() < length {
            return None;
        }
        let parsed = parse(&self.heard[..length]);
        match &parsed {
            Some((address, request)) => {
                self.heard.drain(..length);
                self.asked = (*address != 0).then(|| (*address, request.clone()));
            }
            None => {
                self.heard.clear();
                self.lost = true;
            }
        }
        parsed
    }

    /// Passes over the answer of another slave.
    fn pass_answer(&mut self) {
        let Some((address, request)) = &self.asked else { return };
        if let Some(said) = answer_at(&self.heard, *address, request) {
            let length = match said {
                Answer::Refused(_) => REFUSAL,
                Answer::Words(_) | Answer::Written => request.answer_bytes(),
            };
            self.heard.drain(..length);
            self.asked = None;
        }
    }
}

/// Length of the request that begins so; none if too little was heard.
fn request_length(heard: &[u8]) -> Option<usize> {
    match *heard.get(1)? {
        WRITE => heard.get(6).map(|bytes| 9 + usize::from(*bytes)),
        EXCHANGE => heard.get(10).map(|bytes| 13 + usize::from(*bytes)),
        _ => Some(8),
    }
}

/// A request from its frame; none if the frame is damaged or of a function that is none of ours.
fn parse(frame: &[u8]) -> Option<(u8, Request)> {
    let body = whole(frame, frame.len())?;
    let address = body[0];
    let word = |at: usize| u16::from_be_bytes([body[at], body[at + 1]]);
    let request = match body[1] {
        READ | READ_INPUT => Request::Read { start: word(2), count: word(4) },
        WRITE => Request::Write { start: word(2), words: words(&body[7..]) },
        EXCHANGE if body.len() == 13 => {
            Request::Exchange { start: word(2), count: word(4), at: word(6), word: word(11) }
        }
        _ => return None,
    };
    let fits = match &request {
        Request::Read { count, .. } | Request::Exchange { count, .. } => {
            (1..=READ_MAX).contains(count)
        }
        Request::Write { words, .. } => {
            (1..=WRITE_MAX).contains(&words.len()) && usize::from(word(4)) == words.len()
        }
    };
    fits.then_some((address, request))
}

/// The frame of this length at the front without its CRC, if that is right.
fn whole(heard: &[u8], length: usize) -> Option<&[u8]> {
    let (body, crc) = heard.get(..length)?.split_at_checked(length.checked_sub(2)?)?;
    (body.len() >= 2 && CRC.checksum(body).to_le_bytes() == crc).then_some(body)
}

fn sealed(mut frame: Vec<u8>) -> Vec<u8> {
    let crc = CRC.checksum(&frame);
    frame.extend(crc.to_le_bytes());
    frame
}

fn put(frame: &mut Vec<u8>, words: &[u16]) {
    frame.extend(words.iter().flat_map(|word| word.to_be_bytes()));
}

fn words(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(start: u16, count: u16) -> Request {
        Request::Read { start, count }
    }

    /// [P5] The frames of the specification's rules, worked out by hand.
    #[test]
    fn frames_are_those_of_modbus_rtu() {
        assert_eq!(read(0, 2).frame(1), [1, 3, 0, 0, 0, 2, 0xC4, 0x0B]);
        let write = Request::Write { start: 0x1080, words: vec![2] }.frame(7);
        assert_eq!(write[..9], [7, 0x10, 0x10, 0x80, 0, 1, 2, 0, 2]);
        let exchange = Request::Exchange { at: 0x105, word: 9, start: 0x100, count: 4 }.frame(7);
        assert_eq!(exchange[..13], [7, 0x17, 1, 0, 0, 4, 1, 5, 0, 1, 2, 0, 9]);
    }

    #[test]
    fn an_answer_is_found_behind_noise_an_echo_and_an_older_one() {
        let request = read(4, 2);
        let said = |words: [u16; 2]| answer(3, &request, &Answer::Words(words.into()));
        let heard =
            [&[0xFF, 3][..], &request.frame(3), &said([1, 8]), &said([2, 9]), &[0]].concat();
        let second = |words: &[u16]| words[0] == 2;
        let found = find_answer(&heard, 3, &request, second);
        assert_eq!(found, Some(Answer::Words(vec![2, 9])));
        assert_eq!(find_answer(&heard, 4, &request, second), None);
        assert_eq!(find_answer(&heard, 3, &read(4, 3), second), None);
        let refused = answer(3, &request, &Answer::Refused(2));
        assert_eq!(find_answer(&refused, 3, &request, second), Some(Answer::Refused(2)));
    }

    /// What another module answers may contain anything, also what looks like a request.
    #[test]
    fn a_request_within_an_answer_is_not_heard() {
        let hidden = read(0, 1).frame(7);
        let request = read(0, 4);
        let said = answer(5, &request, &Answer::Words(words(&hidden)));
        let mut ear = Ear::default();
        ear.hear(&request.frame(5));
        assert_eq!(ear.request(), Some((5, request)));
        ear.hear(&[said, read(9, 1).frame(7)].concat());
        assert_eq!(ear.request(), Some((7, read(9, 1))));
        assert_eq!(ear.request(), None);
    }

    #[test]
    fn what_is_damaged_is_not_heard_and_silence_begins_anew() {
        let mut frame = read(0, 1).frame(7);
        frame[3] ^= 1;
        let mut ear = Ear::default();
        ear.hear(&[frame, read(0, 1).frame(7)].concat());
        assert_eq!(ear.request(), None);
        ear.hear(&read(0, 1).frame(7));
        assert_eq!(ear.request(), None, "still within the damaged conversation");
        ear.quiet();
        ear.hear(&read(0, 1).frame(7));
        assert_eq!(ear.request(), Some((7, read(0, 1))));
    }

    fn requests() -> impl Strategy<Value = Request> {
        prop_oneof![
            (any::<u16>(), 1..=READ_MAX).prop_map(|(start, count)| read(start, count)),
            (any::<u16>(), prop::collection::vec(any::<u16>(), 1..=WRITE_MAX))
                .prop_map(|(start, words)| Request::Write { start, words }),
            (any::<u16>(), any::<u16>(), any::<u16>(), 1..=READ_MAX)
                .prop_map(|(at, word, start, count)| Request::Exchange { at, word, start, count }),
        ]
    }

    proptest! {
        /// However the bytes come in, the request that went out arrives, and one turned bit is noticed.
        #[test]
        fn a_request_is_heard_as_it_was_sent_or_not_at_all(
            request in requests(), address in 1u8..=247, cut in 0usize..300, bit in 0usize..2048,
        ) {
            let mut frame = request.frame(address);
            let (first, last) = frame.split_at(cut.min(frame.len()));
            let mut ear = Ear::default();
            ear.hear(first);
            let early = ear.request();
            ear.hear(last);
            prop_assert_eq!(early.or_else(|| ear.request()), Some((address, request)));
            let bit = bit % (8 * frame.len());
            frame[bit / 8] ^= 1 << (bit % 8);
            let mut ear = Ear::default();
            ear.hear(&frame);
            prop_assert_eq!(ear.request(), None);
        }
    }
}
