//! A known response of the analogue path is undone, whichever channels have it.

mod bench;

use bench::{close, pure, sample};
use metering::{Bank, Means, Tail, Wiring};
use port::{Channel, Role};

const RATE_HZ: f64 = 8000.0;
const DELAY_S: f64 = 10e-6;
const LAG_RAD: f64 = std::f64::consts::FRAC_PI_3;

/// Means of 230 V and 10 A at PF 0.5 over a path that delays some channels.
fn measured(late: impl Fn(Role) -> bool) -> Means {
    let unit = |role: Role| if role.is_voltage() { 1000.0 } else { 110.0 } / 8_388_608.0;
    let channel = |role: Role| Channel {
        delay_s: if late(role) { DELAY_S } else { 0.0 },
        ..Channel::ideal(role, unit(role))
    };
    let row = |role: Role| -> Vec<i32> {
        let tones = if role.is_voltage() { pure(230.0, 0.0) } else { pure(10.0, -LAG_RAD) };
        let delay = channel(role).delay_s;
        (0..8000)
            .map(|n| {
                (sample(&tones, 50.0, f64::from(n) / RATE_HZ - delay) / unit(role)).round() as i32
            })
            .collect()
    };
    let (voltages, currents) =
        ([Some(channel(Role::Va)), None, None], [Some(channel(Role::Ia)), None, None]);
    let mut bank = Bank::new(RATE_HZ, Wiring::SinglePhaseTwoWire, voltages, vec![currents], true);
    let mut means = Means::default();
    let (v, i) = (row(Role::Va), row(Role::Ia));
    bank.push(0, &[&v, &i], &mut |window| means.add(&window.means[0]));
    bank.finish(Tail::Drop, &mut |window| means.add(&window.means[0]));
    means
}

/// [A3, A5] A delay of the voltages alone, of the currents alone, of both: P and Q are right.
#[test]
fn a_delay_is_undone_on_whichever_side_it_is() {
    let s = 2300.0;
    for (name, late) in [
        ("none", [false, false]),
        ("voltages", [true, false]),
        ("currents", [false, true]),
        ("both", [true, true]),
    ] {
        let means = measured(|role| late[usize::from(!role.is_voltage())]);
        close(&format!("P, late: {name}"), means.p[0], s * LAG_RAD.cos(), s, 1e-6);
        close(&format!("Q, late: {name}"), means.q[0], s * LAG_RAD.sin(), s, 1e-5);
    }
}
