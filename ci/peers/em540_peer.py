#!/usr/bin/env python3
"""A public client of the EM540, unchanged, reads the meter: `carlo-gavazzi-energy-meter-modbus` 0.1.1.

The client runs in em540_client.mjs. Here its numbers are held against the windows that `ems run
--json` told meanwhile: each subsystem is one block on the wire, so all of its values must be those of one
and the same window, rounded to the resolution of its registers.

    em540_peer.py EMS NODE_FOLDER SITE_PACKAGES
"""

import json
import subprocess
import sys
from pathlib import Path

from meter import Checks, Meter

HERE = Path(__file__).resolve().parent
# The second kind of meter, so that windows of modules are compared as well.
UNITS = {"1": "main", "2": "esy1", "3": "esy2"}


def phases(name: str, quantity: str, resolution: float, last: str = "") -> list[tuple]:
    return [(f"{name}_l{k}{last}", (quantity, None, f"l{k}"), resolution) for k in (1, 2, 3)]


def pairs(name: str, quantity: str, resolution: float) -> list[tuple]:
    ends = (("1", "2"), ("2", "3"), ("3", "1"))
    return [(f"{name}_l{a}_l{b}", (quantity, None, f"l{a}{b}"), resolution) for a, b in ends]


def total(name: str, quantity: str, register: str = "total", scope: str = "system") -> tuple:
    return (name, (quantity, register, scope), 0.001)


# Field of the library, reading of the meter, resolution of the register; a list a subsystem.
FIELDS = {
    "measurements": [
        *phases("voltage", "voltage_ln", 0.1, "_n"),
        *pairs("voltage", "voltage_ll", 0.1),
        *phases("current", "current", 0.001),
        *phases("active_power", "active_power", 0.1),
        *phases("apparent_power", "apparent_power", 0.1),
        *phases("reactive_power", "reactive_power", 0.1),
        *phases("power_factor", "power_factor", 0.001),
        ("voltage_l_n", ("voltage_ln", None, "system"), 0.1),
        ("voltage_l_l", ("voltage_ll", None, "system"), 0.1),
        ("active_power", ("active_power", None, "system"), 0.1),
        ("apparent_power", ("apparent_power", None, "system"), 0.1),
        ("reactive_power", ("reactive_power", None, "system"), 0.1),
        ("power_factor", ("power_factor", None, "system"), 0.001),
        ("frequency", ("frequency", None, "system"), 0.1),
    ],
    "power_quality": [
        *phases("thd_current", "thd_current", 0.01),
        *phases("thd_voltage", "thd_voltage_ln", 0.01, "_n"),
        *pairs("thd_voltage", "thd_voltage_ll", 0.01),
        ("neutral_current", ("neutral_current", None, "n"), 0.001),
    ],
    "energy": [
        total("energy_imported", "active_energy_import"),
        total("energy_imported_partial", "active_energy_import", "partial"),
        total("energy_imported_l1", "active_energy_import", scope="l1"),
        total("energy_imported_l2", "active_energy_import", scope="l2"),
        total("energy_imported_l3", "active_energy_import", scope="l3"),
        total("energy_exported", "active_energy_export"),
        total("energy_exported_partial", "active_energy_export", "partial"),
        total("reactive_energy_imported", "reactive_energy_import"),
        total("reactive_energy_imported_partial", "reactive_energy_import", "partial"),
        total("reactive_energy_exported", "reactive_energy_export"),
        total("reactive_energy_exported_partial", "reactive_energy_export", "partial"),
        total("apparent_energy", "apparent_energy"),
        total("apparent_energy_partial", "apparent_energy", "partial"),
    ],
}


def main() -> int:
    ems, node_folder, site_packages = sys.argv[1:]
    checks = Checks("EM540 client")
    with Meter(ems) as meter:
        meter.next_window("esy2")
        client = subprocess.Popen(
            ["node", "em540_client.mjs", site_packages, *map(str, meter.address)],
            cwd=node_folder, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        # Windows close while the client reads: all of them are kept.
        while client.poll() is None:
            meter.next_window()
        if client.returncode != 0:
            print(f"FAILED: the client ended with {client.returncode}")
            return 1
        meter.next_window("esy2")
        told = json.loads(client.stdout.read())
        print(f"client on Python {told['python']}: {told['units']['1']['model']}, {told['commands']}")
        for unit, name in UNITS.items():
            check_unit(checks, name, told["units"][unit], meter.windows_of(name))
        check_commands(checks, told["commands"])
    return checks.exit()


def check_unit(checks: Checks, name: str, told: dict, windows: list[dict]) -> None:
    checks.true(f"{name}: {told['model']} is no EM540", told["model"].startswith("EM540"))
    checks.equal(f"{name}: series", told["series"], "EM500")
    checks.equal(f"{name}: accepts 64 registers", told["wide_reads"], True)
    checks.equal(f"{name}: measures export", told["measures_export"], True)
    checks.equal(f"{name}: subsystems refused", told["failed"], [])
    checks.true(f"{name}: has a serial number", bool(told["serial"]))
    for number, values in enumerate(told["rounds"], 1):
        for subsystem, fields in FIELDS.items():
            check_block(checks, f"{name} round {number} {subsystem}", values[subsystem], fields, windows)
        checks.equal(f"{name}: state", values["status"]["device_state"], "RUN")
        checks.equal(f"{name}: system", values["settings"]["measuring_system"], "THREE_PHASE_WITH_NEUTRAL")


def check_block(checks: Checks, what: str, found: dict, fields: list, windows: list[dict]) -> None:
    """All values of a block are those of one window."""
    for field, _, _ in fields:
        checks.true(f"{what}: {field} is not there", field in found)
    misfits = [[f for f in fields if not fits(found.get(f[0]), window[f[1]], f[2])] for window in windows]
    best = min(misfits, key=len)
    shown = [(f[0], found.get(f[0])) for f in best]
    checks.true(f"{what}: no window has all {len(fields)} values; the best lacks {shown}", not best)


def fits(found: float | None, exact: float | None, resolution: float) -> bool:
    if exact is None or found is None:
        # Without a value the register says so; a power factor without current reads as none or 0.
        return exact is None and (found is None or found in (0, 32.767))
    return abs(found - exact) <= 0.5 * resolution + 1e-9 * abs(exact) + 1e-9


def check_commands(checks: Checks, told: dict) -> None:
    checks.equal("reset of partial counters", told["async_reset_partial_counters"], "done")
    checks.equal("reset of demand", told["async_reset_demand"], "done")
    checks.equal("reset of totals", told["async_reset_total_counters"], "exception 03")
    checks.equal("reset of tariff counters", told["async_reset_tariff_counters"], "exception 03")
    checks.true(f"partial after its reset: {told['partial_after']}", told["partial_after"] < 0.01)


if __name__ == "__main__":
    sys.exit(main())
