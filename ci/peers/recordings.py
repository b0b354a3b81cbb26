#!/usr/bin/env python3
"""Three real recordings: `ems replay` against another reader and another method.

Reader: `comtrade` from PyPI. Method: least squares. A window of 10 or 12 cycles is fitted with DC and
the harmonics that the rate carries; a mean square is what the model has over whole cycles, plus what it
leaves over. No interpolation, no edges, no FFT: nothing in common with the meter but the definitions
(docs/metering.md). Frequency is that of the best fit over the whole stretch.

Where the tolerances come from, relative unless said:

    f            1e-4; two estimators of a grid that wanders, over 50 ms to 4 s. Keating 2e-4: three cycles
                 with a transient in them.
    V            2e-5: the fit begins and ends on whole samples. Keating 1e-4: two frequencies that differ
                 by 1e-4 cut three cycles at places so far apart, and the mean differs by about as much.
    I            1e-4, for the same reason: loads change within the stretch. Substation 5e-4: its currents
                 have a crest of 21 counts, so a sample at the cut is known to 2 %.
    P, S         of S: that of V and I together.
    Q            of S: 2e-4, a product of two phasors and the angle between them. Substation 5e-4.
    THD          0.02 percentage point. Currents of the substation 0.6: rounding to 21 counts spreads over
                 the spectrum, and a mean over three cycles keeps a share of it that depends on the method.
    no load      the same parts of what flowed at full load (178 A): what is left is offset and noise.

    recordings.py EMS FOLDER
"""

import json
import subprocess
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import comtrade
import numpy as np

ROLES = ("va", "vb", "vc", "ia", "ib", "ic")
PHASES = ("l1", "l2", "l3")
PAIRS = ("l12", "l23", "l31")


@dataclass
class Stretch:
    """A part of a recording, the channels by number, and how close the meter must come."""

    name: str
    file: str
    channels: tuple[int, ...] | None
    seconds: tuple[float, float]
    nominal_hz: float
    voltage: float = 2e-5
    current: float = 1e-4
    reactive: float = 2e-4
    frequency: float = 1e-4
    thd_voltage: float = 0.02
    thd_current: float = 0.02
    # Current that the parts are taken of, if it is more than what flows.
    full_load_a: float = 0.0
    encoding: str = "utf-8"


TRANSFORMER = ("transformer_trip_float32.cfg", (6, 7, 8, 1, 2, 3))
STRETCHES = (
    Stretch("keating", "keating_lv_600v.cfg", None, (0.0, 1.0), 60.0, voltage=1e-4, frequency=2e-4),
    Stretch("transformer, load", *TRANSFORMER, (0.0, 0.9), 60.0),
    Stretch("transformer, tripped", *TRANSFORMER, (2.0, 6.0), 60.0, full_load_a=178.0),
    Stretch("substation", "substation_multirate.cfg", (1, 2, 3, 9, 10, 11), (0.0, 0.06), 50.0,
            current=5e-4, reactive=5e-4, thd_current=0.6, encoding="gbk"),
)  # fmt: skip


def main() -> int:
    ems, folder = sys.argv[1], Path(sys.argv[2])
    failures = 0
    for stretch in STRETCHES:
        rate, samples = read(folder, stretch)
        failures += compare(stretch, work_out(rate, samples, stretch), replay(ems, folder, stretch))
    failures += sections(ems, folder)
    return 1 if failures else 0


def read(folder: Path, stretch: Stretch) -> tuple[float, np.ndarray]:
    """Sample rate, and one row a role, in the units of the file, of the first section."""
    recording = comtrade.Comtrade()
    cfg = folder / stretch.file
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        recording.load(str(cfg), str(cfg.with_suffix(".dat")), encoding=stretch.encoding)
    rate, last = recording.cfg.sample_rates[0]
    first, end = (min(round(t * rate), int(last)) for t in stretch.seconds)
    if stretch.channels is None:
        names = [name.strip().lower() for name in recording.analog_channel_ids]
        picked = [names.index(name) for name in ("u1", "u2", "u3", "i1", "i2", "i3")]
    else:
        picked = [number - 1 for number in stretch.channels]
    return float(rate), np.array([np.asarray(recording.analog[k], float)[first:end] for k in picked])


def basis(samples: int, cycles_a_sample: float, orders: int) -> np.ndarray:
    angle = 2 * np.pi * cycles_a_sample * np.outer(np.arange(samples), np.arange(1, orders + 1))
    return np.hstack([np.ones((samples, 1)), np.cos(angle), np.sin(angle)])


def best_frequency(rate: float, rows: np.ndarray, nominal_hz: float, orders: int) -> float:
    """Where the least is left of the voltages: golden section around the nominal frequency."""
    scaled = (rows / np.abs(rows).max(axis=1, keepdims=True)).T

    def left(hz: float) -> float:
        design = basis(len(scaled), hz / rate, orders)
        return float(np.sum((scaled - design @ np.linalg.lstsq(design, scaled, rcond=None)[0]) ** 2))

    low, high = nominal_hz - 0.3, nominal_hz + 0.3
    golden = (5**0.5 - 1) / 2
    for _ in range(40):
        a, b = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, b) if left(a) < left(b) else (a, high)
    return (low + high) / 2


class Fit:
    """Signals over one window: phasors (rms) by order, DC, and what is left over."""

    def __init__(self, rows: np.ndarray, cycles_a_sample: float, orders: int) -> None:
        design = basis(rows.shape[1], cycles_a_sample, orders)
        found = np.linalg.lstsq(design, rows.T, rcond=None)[0]
        self.rest = rows - (design @ found).T
        self.dc = found[0]
        self.phasors = ((found[1 : orders + 1] - 1j * found[orders + 1 :]) / np.sqrt(2)).T

    def mean_product(self, k: int, m: int, with_dc: bool) -> float:
        waves = float(np.sum((self.phasors[k] * self.phasors[m].conj()).real))
        dc = self.dc[k] * self.dc[m] if with_dc else 0.0
        return waves + dc + float(np.mean(self.rest[k] * self.rest[m]))


def work_out(rate: float, rows: np.ndarray, stretch: Stretch) -> dict[tuple[str, str], float]:
    """Every reading over the whole cycles, window by window."""
    orders = int(min(31, 0.49 * rate / stretch.nominal_hz))
    hz = best_frequency(rate, rows[:3], stretch.nominal_hz, min(orders, 9))
    cycles = int(rows.shape[1] * hz / rate + 1e-5)
    hz = best_frequency(rate, rows[:3, : round(cycles * rate / hz)], stretch.nominal_hz, orders)
    v, i = rows[:3], rows[3:]
    # Rows 0..2 V, 3..5 I, 6..8 L-L, 9 neutral.
    everything = np.vstack([v, i, v - np.roll(v, -1, axis=0), i.sum(axis=0)])
    window = 10 if stretch.nominal_hz < 55 else 12
    sums: dict[str, np.ndarray] = {}
    for first in range(0, cycles, window):
        count = min(window, cycles - first)
        start, end = (round(c * rate / hz) for c in (first, first + count))
        fit = Fit(everything[:, start:end], hz / rate, orders)
        for name, part in means(fit).items():
            sums[name] = sums.get(name, 0.0) + count / cycles * part
    out = readings(sums, orders)
    out["frequency", "system"] = hz
    out["cycles", ""] = cycles
    return out


def means(fit: Fit) -> dict[str, np.ndarray]:
    square = np.abs(fit.phasors) ** 2
    return {
        "v2": np.array([fit.mean_product(k, k, False) for k in range(3)]),
        "i2": np.array([fit.mean_product(k, k, True) for k in range(3, 6)]),
        "vv2": np.array([fit.mean_product(k, k, False) for k in range(6, 9)]),
        "n2": np.array([fit.mean_product(9, 9, True)]),
        "p": np.array([fit.mean_product(k, k + 3, False) for k in range(3)]),
        "q": (fit.phasors[:3, 0] * fit.phasors[3:6, 0].conj()).imag,
        "first": square[:9, 0],
        "others": square[:9, 1:].sum(axis=1),
    }


def readings(sums: dict[str, np.ndarray], orders: int) -> dict[tuple[str, str], float]:
    out = {}
    volts, amps = np.sqrt(sums["v2"]), np.sqrt(sums["i2"])
    thd = 100 * np.sqrt(sums["others"] / sums["first"])
    for k in range(3):
        out["voltage_ln", PHASES[k]] = volts[k]
        out["voltage_ll", PAIRS[k]] = np.sqrt(sums["vv2"][k])
        out["current", PHASES[k]] = amps[k]
        out["active_power", PHASES[k]] = sums["p"][k]
        out["reactive_power", PHASES[k]] = sums["q"][k]
        out["apparent_power", PHASES[k]] = volts[k] * amps[k]
        if orders == 31:
            out["thd_voltage_ln", PHASES[k]] = thd[k]
            out["thd_current", PHASES[k]] = thd[3 + k]
            out["thd_voltage_ll", PAIRS[k]] = thd[6 + k]
    p, q = sums["p"].sum(), sums["q"].sum()
    out["active_power", "system"], out["reactive_power", "system"] = p, q
    out["apparent_power", "system"] = np.hypot(p, q)
    out["neutral_current", "n"] = np.sqrt(sums["n2"][0])
    return out


def replay(ems: str, folder: Path, stretch: Stretch) -> dict:
    arguments = [ems, "replay", str(folder / stretch.file), "--json"]
    arguments += ["--from", str(stretch.seconds[0]), "--to", str(stretch.seconds[1])]
    if stretch.channels is not None:
        pairs = zip(ROLES, stretch.channels)
        arguments += ["--map", ",".join(f"{role}=#{number}" for role, number in pairs)]
    ran = subprocess.run(arguments, capture_output=True, text=True)
    if ran.returncode != 0:
        raise SystemExit(f"{stretch.name}: ems replay ended with {ran.returncode}: {ran.stderr}")
    return json.loads(ran.stdout)


def compare(stretch: Stretch, expected: dict, document: dict) -> int:
    found = {(r["quantity"], r["scope"]): r["value"] for r in document["readings"]}
    failures, worst = 0, {}
    cycles = expected.pop(("cycles", ""))
    print(f"== {stretch.name}, {cycles} cycles")
    if round(document["cycles"]) != cycles:
        print(f"ems replay counts {document['cycles']}  FAILED")
        failures += 1
    for (quantity, scope), value in expected.items():
        limit = tolerance(stretch, expected, quantity, scope)
        error = abs(found[quantity, scope] - value) if found[quantity, scope] is not None else np.inf
        worst[quantity] = max(worst.get(quantity, 0.0), error / limit)
        mark = "" if error <= limit else "  FAILED"
        failures += error > limit
        print(f"{quantity:16} {scope:7} {value:18.6f} {found[quantity, scope]!s:24} "
              f"{error:10.2e} of {limit:.2e}{mark}")
    print("   parts of the tolerance:", {name: round(float(part), 3) for name, part in worst.items()})
    return failures


def tolerance(stretch: Stretch, expected: dict, quantity: str, scope: str) -> float:
    value = abs(expected[quantity, scope])
    amps = {p: max(expected["current", p], stretch.full_load_a) for p in PHASES}
    apparent = {p: expected["voltage_ln", p] * amps[p] for p in PHASES}
    s = apparent.get(scope, sum(apparent.values()))
    match quantity:
        case "frequency":
            return stretch.frequency * value
        case "voltage_ln" | "voltage_ll":
            return stretch.voltage * value
        case "current" | "neutral_current":
            return stretch.current * amps.get(scope, max(amps.values()))
        case "active_power":
            return (stretch.voltage + stretch.current) * s
        case "reactive_power":
            return stretch.reactive * s
        case "apparent_power":
            return (stretch.current + (stretch.reactive if scope == "system" else stretch.voltage)) * s
        case "thd_current":
            return stretch.thd_current
        case "thd_voltage_ln" | "thd_voltage_ll":
            return stretch.thd_voltage
    raise AssertionError(f"{quantity} has no tolerance")


def sections(ems: str, folder: Path) -> int:
    """The other sample rates of the substation are read without an error."""
    failures = 0
    for section in ("2", "3", "4"):
        arguments = ["replay", str(folder / "substation_multirate.cfg"), "--section", section, "--json"]
        channels = ["--map", "va=#1,vb=#2,vc=#3,ia=#9,ib=#10,ic=#11"]
        ran = subprocess.run([ems, *arguments, *channels], capture_output=True, text=True)
        rate = json.loads(ran.stdout)["sample_rate_hz"] if ran.returncode == 0 else None
        right = rate == (4000.0 if section == "3" else 200.0)
        failures += not right
        print(f"substation section {section}: {rate} S/s{'' if right else '  FAILED ' + ran.stderr}")
    return failures


if __name__ == "__main__":
    sys.exit(main())
