//! Phasor steps: what they come to is the exact integral, and they tile time without a gap.

use metering::{Means, Wiring};
use port::Role;
use sim::frontend::FrontEnd;
use sim::steps::{Phasors, StepWindow, Stepper, Unit};
use sim::synthetic::{Signal, Spectrum, Timeline, truth};

const RATE_HZ: f64 = 8000.0;

/// Distorted, unbalanced, with DC in a current; steps and ramps of amplitude, frequency and phase.
fn signal() -> Signal {
    let voltage = |angle_deg: f64| {
        Spectrum::sine(1.0, 0.0)
            .with(3, 0.01, 40.0)
            .with(5, 0.03, 170.0)
            .with(11, 0.005, -20.0)
            .shifted(angle_deg.to_radians())
    };
    let current = |angle_deg: f64| {
        Spectrum::sine(8.0, 0.0)
            .with(3, 2.0, 150.0)
            .with(5, 1.0, -100.0)
            .with(31, 0.3, 10.0)
            .shifted(angle_deg.to_radians())
    };
    Signal::new(50.0)
        .channel(Role::Va, voltage(0.0) * 230.0)
        .channel(Role::Vb, voltage(-120.0) * 226.0)
        .channel(Role::Vc, voltage(120.0) * 233.0)
        .channel(Role::Ia, current(-30.0))
        .channel(Role::Ib, current(-180.0) * 0.5)
        .channel(Role::Ic, current(100.0).with_dc(0.7))
        .step(Role::Va, 20.0, voltage(0.0) * 180.0)
        .step(Role::Va, 22.5, voltage(0.0) * 230.0)
        .ramp(Role::Ib, 30.0, 50.0, current(-100.0) * 2.0)
        .frequency_ramp(60.0, 70.0, 50.5)
        .phase_jump(75.0, 20.0)
}

fn stepper(signal: &Signal, seconds: f64) -> Stepper {
    let unit = Unit::new(&FrontEnd::ideal(), RATE_HZ);
    let wiring = Wiring::ThreePhaseFourWire;
    let phasors = Phasors::new(Box::new(signal.clone()), vec![unit], wiring, RATE_HZ, RATE_HZ);
    Stepper::new(phasors, None, 17.0, seconds * RATE_HZ - 0.5)
}

fn windows(signal: &Signal, seconds: f64) -> Vec<StepWindow> {
    let mut stepper = stepper(signal, seconds);
    let (mut windows, mut window) = (Vec::new(), StepWindow::default());
    while stepper.next(f64::INFINITY, &mut window).expect("phasors do not fail") {
        windows.push(window.clone());
    }
    windows
}

fn energy_ws(windows: &[StepWindow], power: impl Fn(&Means) -> f64) -> f64 {
    windows.iter().map(|window| power(&window.means[0]) * (window.end - window.start)).sum::<f64>()
        / RATE_HZ
}

/// What phasors leave out: at each of eight events in mid-cycle at most V I / (4 pi f) of the power's
/// ripple at twice the grid frequency, 2.9 Ws, of either sign.
const RIPPLE_WS: f64 = 8.0;

/// [N1] Energy of every phase over steps, ramps and jumps is the exact integral, but for the ripple.
#[test]
fn energy_is_the_exact_integral() {
    let signal = signal();
    let windows = windows(&signal, 200.0);
    for phase in 0..3 {
        let found = energy_ws(&windows, |means| means.p[phase]);
        let exact = truth::active_energy_ws(&signal, phase, 0.0, 200.0);
        assert!((found - exact).abs() < 1e-6 * exact.abs() + RIPPLE_WS, "{phase}: {found} {exact}");
        let found = energy_ws(&windows, |means| means.q[phase]);
        let exact = truth::reactive_energy_vars(&signal, phase, 0.0, 200.0);
        assert!((found - exact).abs() < 1e-6 * exact.abs() + RIPPLE_WS, "{phase}: {found} {exact}");
    }
}

/// [V1, V3, V8] Within a step nothing moves: voltages and currents are the spectra's true rms.
#[test]
fn steady_steps_have_the_spectras_rms() {
    let signal = signal();
    let window = windows(&signal, 20.0).remove(0);
    let means = &window.means[0];
    for (phase, roles) in
        [(Role::Va, Role::Ia), (Role::Vb, Role::Ib), (Role::Vc, Role::Ic)].into_iter().enumerate()
    {
        for (found, role) in [(means.v2[phase], roles.0), (means.i2[phase], roles.1)] {
            let exact = truth::spectrum_at(&signal, role, 1.0).true_rms();
            assert!((found.sqrt() - exact).abs() < 1e-12 * exact, "{}", role.slug());
        }
    }
    let pair =
        truth::spectrum_at(&signal, Role::Va, 1.0) + -truth::spectrum_at(&signal, Role::Vb, 1.0);
    assert!((means.vv2[0].sqrt() - pair.true_rms()).abs() < 1e-9);
    let thd = means.i_spectrum[0].percent().expect("a fundamental");
    let exact = truth::spectrum_at(&signal, Role::Ia, 1.0).thd().expect("a fundamental");
    assert!((thd - 100.0 * exact).abs() < 1e-9);
}

/// Windows follow each other without a gap, end at whole minutes of civil time and at every event,
/// and end where the run does.
#[test]
fn steps_tile_time() {
    let signal = signal();
    let windows = windows(&signal, 200.0);
    assert_eq!(windows[0].start, -0.5);
    assert!(windows.windows(2).all(|pair| pair[0].end == pair[1].start));
    assert_eq!(windows.last().expect("some").end, 200.0 * RATE_HZ - 0.5);
    // 17 s after a whole minute: the next are 43, 103 and 163 s away.
    for minute_s in [43.0, 103.0, 163.0] {
        let end = minute_s * RATE_HZ - 0.5;
        assert!(windows.iter().any(|window| window.end == end), "{minute_s} s");
    }
    let mut knot_s = signal.next_knot(0.0);
    while knot_s < 200.0 {
        let at = knot_s * RATE_HZ;
        assert!(windows.iter().any(|window| (window.end - at).abs() < 1e-6), "{knot_s} s");
        knot_s = signal.next_knot(knot_s);
    }
}

/// Wherever the caller stops to look, energy is the same.
#[test]
fn looking_changes_no_energy() {
    let signal = signal();
    let whole = energy_ws(&windows(&signal, 90.0), |means| means.p[1]);
    let mut stepper = stepper(&signal, 90.0);
    let (mut seen, mut window) = (Vec::new(), StepWindow::default());
    for stop in 1..=900 {
        let limit = f64::from(stop) * 0.1 * RATE_HZ - 0.5;
        while stepper.next(limit, &mut window).expect("phasors do not fail") {
            assert!(window.end <= limit);
            seen.push(window.clone());
        }
    }
    let cut = energy_ws(&seen, |means| means.p[1]);
    assert!((cut - whole).abs() < 1e-9 * whole, "{cut} {whole}");
}

/// On a clock on which instants and positions do not convert exactly, every event is passed once, however
/// many there are.
#[test]
fn events_are_passed_on_any_clock() {
    for ppm in [-14.7, 0.0, 3.3, 11.1] {
        let clock_hz = RATE_HZ * (1.0 + ppm * 1e-6);
        let steady = signal();
        let mut busy = Signal::new(50.0).channel(Role::Va, Spectrum::sine(230.0, 0.0));
        let roles = [Role::Vb, Role::Vc, Role::Ia, Role::Ib, Role::Ic];
        for role in roles {
            busy = busy.channel(role, truth::spectrum_at(&steady, role, 1.0));
        }
        for event in 1..3000 {
            let at_s = f64::from(event) * 0.7 + 1.0 / 3.0;
            busy = busy.step(Role::Va, at_s, Spectrum::sine(200.0 + f64::from(event % 7), 0.0));
        }
        let unit = Unit::new(&FrontEnd::ideal(), RATE_HZ);
        let wiring = Wiring::ThreePhaseFourWire;
        let phasors = Phasors::new(Box::new(busy), vec![unit], wiring, RATE_HZ, clock_hz);
        let mut position = 0.0;
        for event in 1..3000 {
            let next = phasors.next_jump(position);
            assert!(next > position, "{ppm} ppm, {event}: {next} after {position}");
            let at = (f64::from(event) * 0.7 + 1.0 / 3.0) * clock_hz;
            assert!((next - at).abs() < 1e-6, "{ppm} ppm, {event}: {next} {at}");
            assert_eq!(phasors.next_event(position), next);
            position = next;
        }
    }
}
