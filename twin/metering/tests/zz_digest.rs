mod bench;
use bench::timeline::Timeline;
use bench::Dice;
use metering::*;
use port::{Channel, Role, Timestamp};
use std::hash::{DefaultHasher, Hash, Hasher};

const ROLES: [Role; 6] = [Role::Va, Role::Vb, Role::Vc, Role::Ia, Role::Ib, Role::Ic];

fn run(name: &str, wiring: Wiring, rate: f64, present: [bool; 9], shape: u8, gaps: bool, tail: Tail, dc: bool, kind: u8) {
    let unit = |k: usize| if k < 3 { 1000.0 / 8388608.0 } else { 110.0 / 8388608.0 };
    let channel = |k: usize| present[k].then(|| {
        let mut c = Channel::ideal(ROLES[if k < 6 { k } else { k - 3 }], unit(k));
        let bent = match shape { 0 => false, 1 => true, 2 => k < 3, _ => k == 4 };
        if bent { c.delay_s = 1e-5 * k as f64; c.rc_hz = 3000.0; c.sinc_order = 3; c.lead_rad = 0.003; c.offset_counts = 17.0 }
        c
    });
    let v = [0, 1, 2].map(channel);
    let loads = vec![[3, 4, 5].map(channel), [6, 7, 8].map(channel)];
    let settings = |k: usize| MeterSettings { wiring, sample_rate_hz: rate, voltages: v, currents: loads[k], limits: Limits::EMS_AV2 };
    let mut meters = [Meter::new(&settings(0)), Meter::new(&settings(1))];
    let mut bank = Bank::new(rate, wiring, v, loads.clone(), dc);
    let mut hash = DefaultHasher::new();
    let mut dice = Dice::new(rate.to_bits() ^ u64::from(kind) ^ shape as u64);
    let timeline = Timeline::random(&mut dice, 6, 4.0, |t| t);
    let mut next = 0u64;
    let mut windows = 0;
    let total = (if kind == 5 { 0.07 } else { 4.0 } * rate) as u64;
    let mut step = 0;
    while next < total {
        let count = (1 + dice.below((0.3 * rate) as usize)).min((total - next) as usize);
        let rows: Vec<Vec<i32>> = (0..9).filter(|k| present[*k]).map(|k| (0..count).map(|n| {
            let t = (next + n as u64) as f64 / rate;
            let role = ROLES[if k < 6 { k } else { k - 3 }];
            let x = timeline.value(role, t) * if k >= 6 { 0.3 } else { 1.0 };
            let x = match kind {
                1 => x + 0.3 * x.abs() + 2.0,
                2 => x + dice.between(-5.0, 5.0),
                3 => if (1.0..1.7).contains(&t) || k == 0 && t > 2.0 { 0.0 } else { x },
                4 => x * 8.0,
                6 => dice.between(-300.0, 300.0),
                _ => x,
            };
            (x / unit(k)).round().clamp(-8388608.0, 8388607.0) as i32
        }).collect()).collect();
        let rows: Vec<&[i32]> = rows.iter().map(Vec::as_slice).collect();
        let mut sink = |w: &WindowInfo| {
            windows += 1;
            (w.start.to_bits(), w.end.to_bits(), w.cycles).hash(&mut hash);
            for k in 0..2 {
                let means = w.means[k];
                if std::env::var("DUMP").as_deref() == Ok(name) { println!("{} {means:?}", w.start); }
                format!("{means:?}").hash(&mut hash);
                meters[k].measure(w, &means);
                meters[k].accumulate(w, &means, Timestamp::default() + w.end / rate);
                for p in meters[k].pulses() { p.sample.to_bits().hash(&mut hash) }
            }
        };
        bank.push(next, &rows, &mut sink);
        next += count as u64;
        if gaps && dice.below(3) == 0 { next += 1 + dice.below(300) as u64; }
        step += 1;
        if kind == 0 && step == 12 { bank.set_dc_blocking(!dc); }
        if kind == 0 && step == 18 { bank.set_wiring(Wiring::TwoPhaseThreeWire); }
        if next >= total {
            bank.finish(tail, &mut sink);
        }
    }
    println!("DIGEST {name} {windows} {:x} {:x} {:x}", hash.finish(), meters[0].digest(), meters[1].digest());
}

#[test]
fn digests() {
    let all = [true; 9];
    for wiring in Wiring::ALL {
        for rate in [1200.0, 8000.0, 16000.0] {
            for kind in 0..7 {
                for shape in [0, 1, 2, 3] {
                    if rate != 8000.0 && shape > 1 { continue }
                    let gaps = kind % 2 == 1;
                    let tail = if shape == 1 { Tail::Count } else { Tail::Drop };
                    run(&format!("{}-{rate}-{kind}-{shape}", wiring.slug()), wiring, rate, all, shape, gaps, tail, kind != 4, kind);
                }
            }
        }
        for (n, p) in [[true,false,true,true,true,false,true,true,true],[false,false,false,true,true,true,false,true,true],[true,true,true,false,false,false,false,false,false],[false;9],[false,true,true,true,false,true,true,true,false]].into_iter().enumerate() {
            for shape in [0, 1] {
                run(&format!("{}-p{n}-{shape}", wiring.slug()), wiring, 8000.0, p, shape, n == 1, Tail::Count, true, 3);
            }
        }
    }
}
