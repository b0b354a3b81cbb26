//! The machine itself: user, disk, clock, network.

use super::Patient;
use super::check::Check;
use linux::{Room, SystemClock, longest_sync};
use port::{Clock, Timestamp};
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

/// What a meter with ten modules keeps in twenty years, and half as much again (docs/performance.md).
const ROOM_BYTES: u64 = 560_000_000;

/// Below this the meter cannot even hold its reserves.
const ROOM_LEAST_BYTES: u64 = 16_000_000;

/// Syncs that are timed.
const SYNCS: u32 = 8;

/// A sync that takes longer makes the journal lag behind the readings.
const SYNC_MAX: Duration = Duration::from_millis(500);

/// Made by systemd once the clock was set by a server.
const SYNCHRONISED: &str = "/run/systemd/timesync/synchronized";

/// A clock that goes on without supply.
const BATTERY_CLOCK: &str = "/dev/rtc0";

/// Seconds of a year, on average.
const YEAR_S: i64 = 31_556_952;

/// Checks the machine.
pub fn checks(patient: &Patient) -> Vec<Check> {
    let exists = |path: &str| Path::new(path).exists();
    let year = patient.config.device.year;
    vec![
        user(linux::is_root()),
        disk(&patient.folder),
        clock(SystemClock.now(), year, exists(SYNCHRONISED), exists(BATTERY_CLOCK)),
        modbus(patient),
    ]
}

fn user(is_root: bool) -> Check {
    match is_root {
        false => Check::ok("user", "what this user may do is what is checked"),
        true => {
            Check::warning("user", "root may do everything, which says nothing about the service")
                .with_remedy("run it as the user of the service: sudo -u ems ems doctor")
        }
    }
}

fn disk(folder: &Path) -> Check {
    let place = folder.display();
    if !folder.is_dir() {
        return Check::skipped("disk", format!("{place} is not there yet"))
            .with_remedy("it is made by the first run of the meter");
    }
    match Room::of(folder).and_then(|room| Ok((room, longest_sync(folder, SYNCS)?))) {
        Ok((room, sync)) => kept(folder, room, sync),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Check::failure("disk", format!("{place}: {error}"))
                .with_remedy("give it to the user of the service: chown -R ems:ems")
        }
        Err(error) => Check::failure("disk", format!("{place}: {error}"))
            .with_remedy("check that it is mounted with writes (findmnt -T), and the kernel's log"),
    }
}

/// What is to be thought of a folder with this room, whose longest sync took so long.
fn kept(folder: &Path, room: Room, sync: Duration) -> Check {
    let place = folder.display();
    let free = format!("{place} has {} MB free", room.free_bytes / 1_000_000);
    let sentence = format!("{free}; the longest of {SYNCS} syncs took {} ms", sync.as_millis());
    if room.in_memory {
        let sentence = format!("{place} lies in memory: counters are gone with the supply");
        return Check::failure("disk", sentence).with_remedy("choose a folder on a disk");
    }
    if room.free_bytes < ROOM_LEAST_BYTES {
        return Check::failure("disk", sentence).with_remedy("make room, or choose another disk");
    }
    if room.free_bytes < ROOM_BYTES {
        return Check::warning("disk", sentence).with_remedy(
            "twenty years with ten modules take 370 MB; with less the oldest rows give way",
        );
    }
    if sync > SYNC_MAX {
        return Check::warning("disk", sentence)
            .with_remedy("take a faster disk: rows are durable only after their sync");
    }
    Check::ok("disk", sentence)
}

/// What is to be thought of the clock of a meter that was made in this year.
fn clock(now: Timestamp, made: u16, synchronised: bool, on_battery: bool) -> Check {
    let time = crate::document::rfc3339(now);
    // A year's first days may be another's somewhere in the world.
    let first = Timestamp::from_unix_s((i64::from(made) - 1970) * YEAR_S - 86_400);
    if now < first {
        return Check::failure(
            "clock",
            format!("it is {time}, before the meter was made ({made})"),
        )
        .with_remedy("set the clock: timedatectl set-ntp true, or date -s");
    }
    match (synchronised, on_battery) {
        (true, _) => Check::ok("clock", format!("it is {time}, set by a server")),
        (false, true) => Check::warning("clock", format!("it is {time}; nobody says who set it"))
            .with_remedy("check timedatectl (or chronyc tracking): a server keeps it in step"),
        (false, false) => {
            let sentence = format!(
                "it is {time}; nobody says who set it, and no {BATTERY_CLOCK} keeps it without supply"
            );
            Check::warning("clock", sentence).with_remedy(
                "check timedatectl (or chronyc tracking), or add a clock with a battery",
            )
        }
    }
}

fn modbus(patient: &Patient) -> Check {
    match patient.config.modbus {
        None => Check::skipped("modbus.listen", "Modbus TCP is off"),
        Some(address) => listening(address, patient.is_running),
    }
}

fn listening(address: SocketAddr, is_running: bool) -> Check {
    const NAME: &str = "modbus.listen";
    let said = |error: &std::io::Error| format!("cannot listen on {address}: {error}");
    match TcpListener::bind(address) {
        Ok(_) => Check::ok(NAME, format!("{address} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse && is_running => {
            Check::ok(NAME, format!("{address} is that of the running meter"))
        }
        Err(error) if error.kind() == ErrorKind::AddrInUse => Check::failure(NAME, said(&error))
            .with_remedy("see who listens there (ss -tlnp), or choose another modbus.listen"),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Check::warning(NAME, said(&error)).with_remedy(
                "ports below 1024 need CAP_NET_BIND_SERVICE, which the unit of the package gives",
            )
        }
        Err(error) => Check::failure(NAME, said(&error))
            .with_remedy("check the address (ip addr), or choose another modbus.listen"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::Verdict;

    /// A clock that stood still, one that nobody sets, and one that is right.
    #[test]
    fn a_clock_before_the_meter_was_made_fails() {
        let check = |unix_s, synchronised, on_battery, expected| {
            let found = clock(Timestamp::from_unix_s(unix_s), 2026, synchronised, on_battery);
            assert_eq!(found.verdict, expected, "{found:?}");
            assert!(found.verdict == Verdict::Ok || found.remedy.is_some(), "{found:?}");
        };
        // 1970, end of December 2025, the first day of 2026 in the Pacific, 2026.
        check(100, true, true, Verdict::Failure);
        check(1_766_900_000, true, true, Verdict::Failure);
        check(1_767_200_000, true, true, Verdict::Ok);
        check(1_780_000_000, true, false, Verdict::Ok);
        check(1_780_000_000, false, true, Verdict::Warning);
        check(1_780_000_000, false, false, Verdict::Warning);
    }

    #[test]
    fn a_disk_is_judged_by_room_kind_and_speed() {
        let check = |free_bytes, in_memory, sync_ms, expected| {
            let sync = Duration::from_millis(sync_ms);
            let found = kept(Path::new("/data"), Room { free_bytes, in_memory }, sync);
            assert_eq!(found.verdict, expected, "{found:?}");
            assert!(found.sentence.starts_with("/data "), "{found:?}");
        };
        check(ROOM_BYTES, false, 20, Verdict::Ok);
        check(ROOM_BYTES, true, 20, Verdict::Failure);
        check(ROOM_BYTES - 1, false, 20, Verdict::Warning);
        check(ROOM_LEAST_BYTES - 1, false, 20, Verdict::Failure);
        check(ROOM_BYTES, false, 501, Verdict::Warning);
    }

    #[test]
    fn a_port_that_is_taken_fails_unless_the_meter_has_it() {
        let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = taken.local_addr().expect("it listens");
        assert_eq!(listening(address, false).verdict, Verdict::Failure);
        assert_eq!(listening(address, true).verdict, Verdict::Ok);
        drop(taken);
        assert_eq!(listening(address, false).verdict, Verdict::Ok);
        let elsewhere = "192.0.2.1:502".parse().expect("an address");
        assert_eq!(listening(elsewhere, false).verdict, Verdict::Failure);
    }
}
