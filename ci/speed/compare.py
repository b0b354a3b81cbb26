#!/usr/bin/env python3
"""Samples a processor-second of three ways to meter the same kind of window, sides in turn.

    compare.py PROGRAM

PROGRAM is the example `metering` of the benches: 24-bit counts at any frequency, everything a meter
shows, counters included. The numpy script does the least that gives comparable numbers, vectorised over
all channels, and only at a frequency that is locked to the samples. pqopen-lib is given what it asks
for: three voltages and three currents in blocks of a window, 31 harmonics.

The goals are ratios of the medians: 1.5 times numpy on 36 channels, 20 times pqopen-lib on 6.
"""

import logging
import statistics
import subprocess
import sys
import time

import numpy as np
from daqopen.channelbuffer import AcqBuffer
from pqopen.powersystem import PowerSystem

RATE_HZ = 8000.0
WINDOW = 1600
QUARTER_CYCLE = 40
ROUNDS = 7
NUMPY_GOAL = 1.5
PQOPEN_GOAL = 20.0


def rows(channels: int, samples: int) -> np.ndarray:
    """Voltages of three phases, then the currents of each load: harmonics and a little noise."""
    n = np.arange(samples)
    noise = np.random.default_rng(1)
    made = np.empty((channels, samples))
    for row in range(channels):
        size = 325.0 if row < 3 else 7.0 + row
        angle = 2.0 * np.pi * (50.0 * n / RATE_HZ - (row % 3) / 3.0)
        wave = sum(np.cos(order * angle + order) / order**2 for order in (1, 3, 5, 7, 11, 31))
        made[row] = size * wave + 1e-5 * size * noise.standard_normal(samples)
    return made


def numpy_window(x: np.ndarray, delayed: np.ndarray) -> tuple:
    """Mean squares, powers, reactive powers, neutral currents and 31 harmonics of one window."""
    voltages, loads = x[:3], x[3:].reshape(-1, 3, WINDOW)
    squares = np.einsum("ij,ij->i", x, x) / WINDOW
    lines = voltages - np.roll(voltages, -1, axis=0)
    line_squares = np.einsum("ij,ij->i", lines, lines) / WINDOW
    p = np.einsum("ij,kij->ki", voltages, loads) / WINDOW
    q = np.einsum("ij,kij->ki", delayed, loads) / WINDOW
    neutral = loads.sum(axis=1)
    neutral_squares = np.einsum("ij,ij->i", neutral, neutral) / WINDOW
    harmonics = np.abs(np.fft.rfft(x, axis=1)[:, 10:320:10]) * (np.sqrt(2.0) / WINDOW)
    return squares, line_squares, p, q, neutral_squares, harmonics


def numpy_speed(channels: int, windows: int) -> float:
    x = rows(channels, WINDOW)
    delayed = np.roll(x[:3], QUARTER_CYCLE, axis=1)
    begun = time.process_time()
    for _ in range(windows):
        numpy_window(x, delayed)
    return channels * WINDOW * windows / (time.process_time() - begun)


def pqopen_speed(windows: int) -> float:
    buffers = [AcqBuffer() for _ in range(6)]
    system = PowerSystem(zcd_channel=buffers[0], input_samplerate=RATE_HZ)
    for phase in range(3):
        system.add_phase(u_channel=buffers[phase], i_channel=buffers[3 + phase])
    system.enable_harmonic_calculation(31)
    x = rows(6, WINDOW)
    begun = time.process_time()
    for _ in range(windows):
        for buffer, row in zip(buffers, x):
            buffer.put_data(row)
        system.process()
    spent = time.process_time() - begun
    shown, _ = system.output_channels["U1_rms"].read_data_by_acq_sidx(0, windows * WINDOW)
    true_v = np.sqrt(np.mean(x[0] ** 2))
    if len(shown) < windows // 2 or abs(shown[-1] / true_v - 1.0) > 1e-3:
        sys.exit(f"compare: pqopen-lib did not meter the signal: {len(shown)} windows, {shown[-1:]} V")
    return 6 * WINDOW * windows / spent


def our_speed(program: str, loads: int, windows: int) -> float:
    told = subprocess.run([program, str(loads), str(windows)], check=True, capture_output=True, text=True)
    return float(told.stdout.split()[0])


def main() -> None:
    logging.disable(logging.CRITICAL)
    (program,) = sys.argv[1:]
    sides = {
        "ours, 36 channels": lambda: our_speed(program, 11, 2000),
        "numpy, 36 channels": lambda: numpy_speed(36, 500),
        "ours, 6 channels": lambda: our_speed(program, 1, 6000),
        "pqopen-lib, 6 channels": lambda: pqopen_speed(100),
    }
    found: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, speed in sides.items():
            found[name].append(speed())
    middle = {name: statistics.median(values) for name, values in found.items()}
    for name, values in found.items():
        low, high = min(values) / 1e6, max(values) / 1e6
        print(f"{name}: {middle[name] / 1e6:.1f} [{low:.1f}..{high:.1f}] M samples a processor-second")
    missed = False
    for ours, theirs, goal in (
        ("ours, 36 channels", "numpy, 36 channels", NUMPY_GOAL),
        ("ours, 6 channels", "pqopen-lib, 6 channels", PQOPEN_GOAL),
    ):
        ratio = middle[ours] / middle[theirs]
        missed |= ratio < goal
        print(f"{ours} against {theirs}: {ratio:.1f} times (goal: {goal:g})")
    if missed:
        sys.exit("compare: a goal is missed")


if __name__ == "__main__":
    main()
