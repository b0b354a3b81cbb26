"""`ems run` in the background: its address, its windows as they close, its end."""

import json
import queue
import subprocess
import threading

LISTENS = "Modbus TCP listens on "
# A window closes five times a second; twenty seconds without one is a fault, not a slow machine.
PATIENCE_S = 20


class Meter:
    """Runs a scenario in real time with a free Modbus port until the block ends."""

    def __init__(self, ems: str, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [ems, "run", "--json", "--ephemeral", "--no-web", "--modbus", "127.0.0.1:0", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        said = next(line for line in self.process.stderr if line.startswith(LISTENS))
        host, port = said.removeprefix(LISTENS).split(" ")[0].rsplit(":", 1)
        self.address = (host, int(port))
        self.windows: list[dict] = []
        self.incoming: queue.Queue = queue.Queue()
        for reader in (self.read_lines, self.drain_errors):
            threading.Thread(target=reader, daemon=True).start()

    def read_lines(self) -> None:
        for line in self.process.stdout:
            self.incoming.put(json.loads(line))
        self.incoming.put(None)

    def drain_errors(self) -> None:
        for _ in self.process.stderr:
            pass

    def __enter__(self) -> "Meter":
        return self

    def __exit__(self, *_unused) -> None:
        self.process.terminate()
        code = self.process.wait(timeout=PATIENCE_S)
        if code != 0:
            raise SystemExit(f"ems run ended with {code} after SIGTERM")

    def next_window(self, meter: str = "main") -> dict:
        """Waits for a window of a meter to close; all that close are kept."""
        while True:
            told = self.incoming.get(timeout=PATIENCE_S)
            if told is None:
                raise SystemExit("ems run ended by itself")
            if told["type"] == "window":
                self.windows.append(told)
                if told["meter"] == meter:
                    return told

    def windows_of(self, meter: str) -> list[dict]:
        """The windows of a meter seen so far, each as (quantity, register, scope) to its value."""
        return [table(w) for w in self.windows if w["meter"] == meter]


def table(window: dict) -> dict:
    readings = {(r["quantity"], None, r["scope"]): r["value"] for r in window["readings"]}
    energies = {(r["quantity"], r["register"], r["scope"]): r["value"] for r in window["energy"]}
    return readings | energies


class Checks:
    """Counts what was held against what, and says what failed."""

    def __init__(self, name: str) -> None:
        self.name, self.done, self.failed = name, 0, 0

    def equal(self, what: str, found, expected) -> None:
        self.true(f"{what}: {found!r} where {expected!r} belongs", found == expected)

    def true(self, what: str, holds: bool) -> None:
        self.done += 1
        if not holds:
            self.failed += 1
            print(f"FAILED {self.name}: {what}")

    def exit(self) -> int:
        print(f"{self.name}: {self.done - self.failed} passed, {self.failed} failed")
        return 1 if self.failed else 0
