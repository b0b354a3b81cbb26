"""D-8: twenty years of minutes, of loads whose energy is known in closed form.

Two installations of one meter and three phases: one of constant loads, one with a pattern of the day, which also
supplies. Each runs for ten, five and five years with stops between, in phasors, as fast as it can, with all jobs
of delivery but the one of seconds, of which steps of a minute know nothing. Rows are kept for ten years.

- Twenty years of one take less than ten minutes of processor time of all threads: other programs may run beside.
- Every counter is less than 1 Wh from the exact integral, after each part.
- The store of twenty years is about as large as that of ten.
- The gains of all rows add up to the counter: from zero on as long as no row is too old, then from row to row.

No load of the meter's range reaches the roll-over at 100,000,000 kWh in twenty years; tests of their own pass it.
"""

import csv
import json
import os
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

# Days of the parts: ten years, five and five, with their leap days.
PARTS = (3653, 1826, 1826)

# Of processor time.
LIMIT_S = 600
ERROR_MAX_WH = 1
# What is kept may grow by this between ten and twenty years: free pages, and days that are not over.
GROWTH_MAX = 1.1

IMPORT = "active_energy_import.total"
EXPORT = "active_energy_export.total"
JOB = "minutes"
NWS_A_WH = 3600 * 10**9
DAY_MIN = 1440

# Name, phase, watts, and from which minute of the day on for how many; all day if there are none.
CONSTANT = (
    ("One", "l1", 1234, ()),
    ("Two", "l2", 987, ()),
    ("Three", "l3", 2500, ()),
)
PATTERN = (
    ("Standby", "l1", 77, ()),
    ("Kettle", "l1", 2000, ((405, 3), (440, 2), (1215, 7))),
    ("Hob", "l2", 1600, ((730, 25), (1120, 35))),
    ("Night", "l3", 3333, ((60, 192),)),
    ("Roof", "l3", -4000, ((600, 300),)),
)

# Those of delivery for one meter, without the seconds.
JOBS = """
zone = "UTC"

[[log]]
name = "minutes"
interval = "1min"
meters = ["main"]
points = ["live", "energies"]
aggregates = ["mean", "delta"]
keep = "10y"

[[log]]
name = "demand"
interval = "15min"
meters = ["all"]
points = ["demand", "energies"]
aggregates = ["last", "delta"]
keep = "10y"

[[log]]
name = "extremes"
interval = "15min"
meters = ["main"]
points = ["live"]
aggregates = ["min", "min_at", "max", "max_at"]
keep = "10y"
"""


def scenario(name: str, loads) -> str:
    text = f'''schema = 1
name = "{name}"
seed = 1
start = "2026-01-01T00:00:00Z"
duration = "{sum(PARTS)} d"
fidelity = "phasor"

[device]
wiring = "3p4w"
front_end = "ideal"
'''
    for load, phase, watts, times in loads:
        text += f'\n[[loads]]\nname = "{load}"\nkind = "linear"\nconnect = "{phase}"\npower = "{watts} W"\n'
        if times:
            on = ", ".join(
                f'{{ at = "{at // 60:02}:{at % 60:02}", for = "{minutes} min", every = "1 d" }}' for at, minutes in times
            )
            text += f"on = [{on}]\n"
    return text


def a_day(loads) -> dict:
    """Watt-hours of a day by path, exactly: minute by minute, and what a phase takes and gives apart."""
    sums = {f"{path}.{scope}": Fraction(0) for path in (IMPORT, EXPORT) for scope in ("l1", "l2", "l3", "system")}
    for minute in range(DAY_MIN):
        of_phase = {"l1": 0, "l2": 0, "l3": 0}
        for _, phase, watts, times in loads:
            if not times or any(at <= minute < at + minutes for at, minutes in times):
                of_phase[phase] += watts
        of_phase["system"] = sum(of_phase.values())
        for scope, watts in of_phase.items():
            sums[f"{IMPORT if watts > 0 else EXPORT}.{scope}"] += Fraction(abs(watts), 60)
    return sums


class Years:
    """One installation."""

    def __init__(self, ems: Path, folder: Path, name: str, loads, require):
        self.ems, self.folder, self.name, self.loads, self.require = ems, folder, name, loads, require
        self.data = folder / f"{name} data"
        self.story = folder / f"{name}.toml"
        self.story.write_text(scenario(name, loads))
        self.sizes = []
        self.processor_s = 0.0

    def run(self) -> None:
        self.configure()
        days = 0
        for part in PARTS:
            self.simulate(part)
            days += part
            self.check(days)
        self.require(self.processor_s < LIMIT_S, f"{self.name}: twenty years took {self.processor_s:.0f} processor s")
        self.require(
            self.sizes[-1] <= self.sizes[0] * GROWTH_MAX,
            f"{self.name}: {self.sizes} bytes after ten, fifteen and twenty years",
        )

    def simulate(self, days: int) -> None:
        options = ("--speed", "max", "--duration", f"{days}d", "--no-web", "--modbus", "127.0.0.1:0", "--data", self.data)
        errors = self.folder / f"{self.name} errors"
        with open(errors, "w") as file:
            # A line for every minute of the years is of no use here.
            meter = subprocess.Popen([self.ems, "run", self.story, *options], stdout=subprocess.DEVNULL, stderr=file)
        _, status, used = os.wait4(meter.pid, 0)
        meter.returncode = os.waitstatus_to_exitcode(status)
        self.require(meter.returncode == 0, f"{self.name}: {errors.read_text()[-2000:]}")
        self.processor_s += used.ru_utime + used.ru_stime

    def call(self, *arguments) -> str:
        command = [self.ems, *arguments, "--data", self.data]
        done = subprocess.run(command, capture_output=True, text=True)
        self.require(done.returncode == 0, f"ems {' '.join(map(str, arguments))}: {done.stderr[-2000:]}")
        return done.stdout

    def configure(self) -> None:
        file = self.folder / f"{self.name} jobs.toml"
        file.write_text(JOBS)
        self.call("config", "import", file)

    def check(self, days: int) -> None:
        stats = json.loads(self.call("store", "stats", "--json"))
        counters = stats["counters"]["meters"]["main"]
        error_wh = max(
            abs(Fraction(int(counters[path]), NWS_A_WH) - wh * days) for path, wh in a_day(self.loads).items()
        )
        self.require(error_wh < ERROR_MAX_WH, f"{self.name}: {float(error_wh)} Wh from the integral after {days} days")
        rows = self.check_rows(counters)
        self.sizes.append(sum(stats["bytes"].values()))
        print(
            f"ci/soak: {self.name}, {days} days: {self.processor_s:.0f} processor s so far, {float(error_wh):.6f} Wh from the exact "
            f"integral, {rows} rows of minutes, journal and database {self.sizes[-1] / 1e6:.1f} MB",
            flush=True,
        )

    def check_rows(self, counters: dict) -> int:
        """Follows the gains from row to row; how many rows there are."""
        paths = [f"{IMPORT}.system", f"{EXPORT}.system"]
        out = self.folder / f"{self.name} export"
        asked = [f"main/{path}/{aggregate}" for path in paths for aggregate in ("delta", "last")]
        ask = ("--job", JOB, "--columns", ",".join(asked), "--format", "csv", "--out", out, "--json")
        files = json.loads(self.call("export", *ask))["files"]
        self.require(len(files) == 1, f"{self.name}: {len(files)} layouts of one job")
        with open(out / files[0]["file"], newline="") as file:
            rows = csv.reader(file)
            header = next(rows)
            places = [header.index(f"{column} [kWh]") for column in asked]
            seq = header.index("seq")
            before = None
            for row in rows:
                number = int(row[seq])
                # kWh with three decimals: whole watt-hours.
                whole = (int(row[place].replace(".", "")) for place in places)
                import_gain, import_wh, export_gain, export_wh = whole
                if before is None:
                    before = (number - 1, import_wh - import_gain, export_wh - export_gain)
                    self.require(number > 1 or before == (0, 0, 0), f"{self.name}: row 1 begins at {before}")
                expected = (before[0] + 1, before[1] + import_gain, before[2] + export_gain)
                before = (number, import_wh, export_wh)
                self.require(
                    expected == before,
                    f"{self.name}: row {number} stands at {before}, and its gains lead to {expected}",
                )
        for path, standing_wh in zip(paths, before[1:]):
            wh = Fraction(int(counters[path]), NWS_A_WH)
            what = f"{self.name}: {path}: {standing_wh} Wh in the last row, {float(wh)} counted"
            self.require(abs(wh - standing_wh) <= Fraction(1, 2), what)
        (out / files[0]["file"]).unlink()
        return int(files[0]["rows"])


def prove(ems: Path, require) -> None:
    """All of it; the installations beside each other, as one needs about a core."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ems-years-") as folder:
        both = [("constant", CONSTANT), ("pattern", PATTERN)]
        installations = [Years(ems, Path(folder), name, loads, require) for name, loads in both]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(Years.run, installations))
    print(f"ci/soak: twenty years, twice, with all that was looked at: {time.monotonic() - began:.0f} s", flush=True)
