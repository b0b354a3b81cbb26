//! Writes: from registers to commands for the world. Nothing is sent unless the whole request is
//! sound, so a refused write changes nothing.
//!
//! The password (1000h) guards against mistakes, as in the family: while it is 0 everybody may
//! write. While it is set, a connection first writes it to 1000h; until then any other write is
//! exception 04 and a wrong password exception 03. A connection that gave it may write a new one.

use crate::answer::Session;
use crate::map::{Kind, Row, Source, Write, rows};
use crate::snapshot::setting_code;
use catalog::SettingId;
use image::{Command, Image, MeterId, Origin, Refusal, Request};
use std::sync::OnceLock;
use tokio_modbus::ExceptionCode;

use ExceptionCode::{
    GatewayTargetDevice, IllegalDataAddress, IllegalDataValue, ServerDeviceBusy,
    ServerDeviceFailure,
};

/// What a write asks of the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Sent one after the other; the first refusal ends it.
    pub commands: Vec<Command>,
    /// The answer is this exception whatever the world says: the commands are for the audit.
    pub refused: Option<ExceptionCode>,
    /// Remembered by the connection once all is done.
    pub password: Option<u16>,
}

/// The exception for a refusal.
pub fn exception(refusal: &Refusal) -> ExceptionCode {
    match refusal {
        Refusal::OutOfRange { .. } | Refusal::TotalsAreFinal => IllegalDataValue,
        Refusal::NotOfVariant { .. } => IllegalDataAddress,
        Refusal::NoSuchMeter(_) => GatewayTargetDevice,
        Refusal::Busy => ServerDeviceBusy,
    }
}

/// One value of a write request.
struct Item {
    row: &'static Row,
    write: Write,
    value: u64,
}

/// Plans the write of `values` (big-endian words) from register `start` on, for these meters.
pub(crate) fn plan(
    image: &Image,
    session: Session,
    meters: &[MeterId],
    start: u16,
    values: &[u8],
) -> Result<Order, ExceptionCode> {
    let items = items(start, values)?;
    let mut order = Order { commands: Vec::new(), refused: None, password: None };
    if items.iter().any(|item| item.write == Write::ResetTotals) {
        order.refused = Some(IllegalDataValue);
        order.commands = each(meters, Request::ResetTotals);
        return Ok(order);
    }
    for item in &items {
        if item.write != Write::Password && !is_open(image, session) {
            return Err(ServerDeviceFailure);
        }
        item.add_to(&mut order, image, session, meters)?;
    }
    Ok(order)
}

fn items(start: u16, values: &[u8]) -> Result<Vec<Item>, ExceptionCode> {
    let words: Vec<u16> =
        values.chunks_exact(2).map(|word| u16::from_be_bytes([word[0], word[1]])).collect();
    let mut items = Vec::new();
    let mut done = 0;
    while done < words.len() {
        let address = u16::try_from(usize::from(start) + done).map_err(|_| IllegalDataAddress)?;
        let (row, write) = writable(address).ok_or(IllegalDataAddress)?;
        let end = words.len().min(done + usize::from(row.words()));
        // Low word first, as it reads; a write of the low word alone is a whole value.
        let value =
            words[done..end].iter().rev().fold(0, |value, &word| value << 16 | u64::from(word));
        items.push(Item { row, write, value });
        done = end;
    }
    Ok(items)
}

fn writable(address: u16) -> Option<(&'static Row, Write)> {
    static WRITABLE: OnceLock<Vec<(&'static Row, Write)>> = OnceLock::new();
    let rows =
        WRITABLE.get_or_init(|| rows().iter().filter_map(|row| Some((row, row.write?))).collect());
    let index = rows.binary_search_by_key(&address, |(row, _)| row.address).ok()?;
    Some(rows[index])
}

/// Whether the connection may write.
fn is_open(image: &Image, session: Session) -> bool {
    let password = image.settings.get(SettingId::Password);
    password == 0 || session.password.map(i64::from) == Some(password)
}

fn each(meters: &[MeterId], request: impl Fn(MeterId) -> Request) -> Vec<Command> {
    meters.iter().map(|meter| command(request(*meter))).collect()
}

fn command(request: Request) -> Command {
    Command { origin: Origin::Modbus, request }
}

impl Item {
    fn add_to(
        &self,
        order: &mut Order,
        image: &Image,
        session: Session,
        meters: &[MeterId],
    ) -> Result<(), ExceptionCode> {
        match self.write {
            Write::Set => order.commands.push(self.set()?),
            Write::SetUnlessSame => {
                let set = self.set()?;
                if !self.reads_so(image) {
                    order.commands.push(set);
                }
            }
            Write::Password => self.give_password(order, image, session)?,
            Write::ResetPartial => {
                order.commands.extend(each(self.reset(meters)?, Request::ResetPartial))
            }
            Write::ResetDemand => {
                order.commands.extend(each(self.reset(meters)?, Request::ResetDemand))
            }
            Write::ResetTotals => order.refused = Some(IllegalDataValue),
        }
        Ok(())
    }

    fn setting(&self) -> (SettingId, &'static [(i64, u16)]) {
        match self.row.source {
            Source::Setting(id, codes) => (id, codes),
            _ => unreachable!("only rows of settings are set"),
        }
    }

    fn set(&self) -> Result<Command, ExceptionCode> {
        let (id, codes) = self.setting();
        let value = if codes.is_empty() {
            self.number().ok_or(IllegalDataValue)?
        } else {
            let pair = codes.iter().find(|(_, code)| u64::from(*code) == self.value);
            pair.ok_or(IllegalDataValue)?.0
        };
        if !id.row().accepts(value) {
            return Err(IllegalDataValue);
        }
        Ok(command(Request::Set(id, value)))
    }

    /// What was written, with its sign if the row has one.
    fn number(&self) -> Option<i64> {
        match self.row.kind {
            Kind::Int32 => u32::try_from(self.value).ok().map(|bits| i64::from(bits as i32)),
            _ => i64::try_from(self.value).ok(),
        }
    }

    fn reads_so(&self, image: &Image) -> bool {
        let (id, codes) = self.setting();
        u64::try_from(setting_code(&image.settings, id, codes)) == Ok(self.value)
    }

    fn reset<'a>(&self, meters: &'a [MeterId]) -> Result<&'a [MeterId], ExceptionCode> {
        if self.value == 1 { Ok(meters) } else { Err(IllegalDataValue) }
    }

    fn give_password(
        &self,
        order: &mut Order,
        image: &Image,
        session: Session,
    ) -> Result<(), ExceptionCode> {
        let given = i64::try_from(self.value).map_err(|_| IllegalDataValue)?;
        if !SettingId::Password.row().accepts(given) {
            return Err(IllegalDataValue);
        }
        if is_open(image, session) {
            order.commands.push(command(Request::Set(SettingId::Password, given)));
        } else if given != image.settings.get(SettingId::Password) {
            return Err(IllegalDataValue);
        }
        order.password = u16::try_from(given).ok();
        Ok(())
    }
}
