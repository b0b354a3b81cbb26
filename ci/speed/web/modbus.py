#!/usr/bin/env python3
"""Goal F9: Modbus beside the metering of 36 channels in real time, and no window missed while it is asked for 60 s.

    modbus.py EMS PROGRAM

PROGRAM is the example `beside_metering` of the benches, which has the clients and the other servers.
"""

import subprocess
import sys
import time
from collections import defaultdict

import rig
from rig import Failed, Meter, check

SECONDS = 60
WINDOWS_A_SECOND = 5


def told(running: Meter) -> dict[str, list[int]]:
    """Numbers of the windows that each meter has told of."""
    windows = defaultdict(list)
    for line in running.lines():
        if line["type"] == "window":
            windows[line["meter"]].append(line["window"])
    return windows


def no_window_is_missed(ems: str, program: str) -> bool:
    with rig.meter(ems, json_lines=True) as running:
        time.sleep(3)
        begun, before = time.monotonic(), told(running)
        subprocess.run([program, rig.modbus_address(running), str(SECONDS)], check=True)
        seconds, after = time.monotonic() - begun, told(running)
    check(len(after) == 11, f"windows of {sorted(after)}")
    found = []
    for meter, windows in sorted(after.items()):
        heard = windows[-1] - before[meter][-1]
        if windows != list(range(windows[0], windows[0] + len(windows))):
            found.append(f"{meter}: numbers are missing")
        # One may have closed on either side of a look.
        if abs(heard - seconds * WINDOWS_A_SECOND) > 2:
            found.append(f"{meter}: {heard} windows in {seconds:.1f} s")
    all_windows = sum(len(windows) - len(before[meter]) for meter, windows in after.items())
    verdict = "; ".join(found) or "none missed, none late"
    print(f"windows: {all_windows} of eleven meters in {seconds:.1f} s, {verdict}")
    return not found


def main() -> int:
    ems, program = sys.argv[1:]
    with rig.meter(ems) as running:
        pid, address = str(running.process.pid), rig.modbus_address(running)
        reached = subprocess.run([program, pid, address]).returncode == 0
    reached &= no_window_is_missed(ems, program)
    return 0 if reached else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as error:
        sys.exit(f"modbus: {error}")
