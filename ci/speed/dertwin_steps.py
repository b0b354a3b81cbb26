#!/usr/bin/env python3
"""Simulated seconds a processor-second of PyPI dertwin, in steps of one second, without a protocol.

    python3 -m venv V && V/bin/pip install dertwin==0.1.12 && V/bin/python ci/speed/dertwin_steps.py

The denominator of goal F5: `cargo bench -p benches --bench fidelity` prints ours, in steps of a minute.
"""

import asyncio
import logging
import math
import time

from dertwin.controllers.device_controller import DeviceController
from dertwin.core.clock import SimulationClock
from dertwin.core.engine import SimulationEngine
from dertwin.devices.energy_meter.simulator import EnergyMeterSimulator
from dertwin.devices.external.external_models import ExternalModels
from dertwin.devices.external.grid_frequency import GridFrequencyModel
from dertwin.devices.external.grid_voltage import GridVoltageModel
from dertwin.devices.external.power_flow import SitePowerModel

STEPS = 20_000
ROUNDS = 5


def engine(meters: int) -> SimulationEngine:
    power = SitePowerModel(base_load_supplier=lambda at: 10.0 + 5.0 * math.sin(at / 600.0))
    frequency, voltage = GridFrequencyModel(), GridVoltageModel()
    models = ExternalModels(power_model=power, grid_frequency_model=frequency, grid_voltage_model=voltage)
    devices = [
        DeviceController(EnergyMeterSimulator(power, frequency, voltage, seed=number), protocols=[])
        for number in range(meters)
    ]
    return SimulationEngine(devices, SimulationClock(step=1.0, real_time=False), models)


async def run(meters: int) -> float:
    simulation = engine(meters)
    begun = time.process_time()
    for _ in range(STEPS):
        await simulation.step_once()
    return STEPS / (time.process_time() - begun)


def main() -> None:
    logging.disable(logging.CRITICAL)
    for meters in (1, 11):
        rounds = sorted(asyncio.run(run(meters)) for _ in range(ROUNDS))
        print(f"dertwin, {meters} meters: {rounds[ROUNDS // 2]:.0f} [{rounds[0]:.0f}..{rounds[-1]:.0f}] simulated s a processor-second")


if __name__ == "__main__":
    main()
