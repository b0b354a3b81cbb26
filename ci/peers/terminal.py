#!/usr/bin/env python3
"""`ems run` in a terminal: a table that is drawn over itself, bold unless NO_COLOR is set.

    terminal.py EMS
"""

import os
import pty
import sys

from meter import Checks

ESCAPE = "\x1b["


def main() -> int:
    checks = Checks("terminal")
    plain, coloured = (shown(sys.argv[1], {"NO_COLOR": "1"}), shown(sys.argv[1], {}))
    for name, text in (("NO_COLOR", plain), ("terminal", coloured)):
        checks.true(f"{name}: ends well", text is not None)
        for word in ("SIMULATED", "Voltage L-N", "Active power", "Modbus TCP 127.0.0.1:", "kWh", "digest"):
            checks.true(f"{name}: `{word}` is shown", word in text)
        checks.true(f"{name}: drawn over itself", f"{ESCAPE}" in text and "A" in text.split(ESCAPE)[-1])
    checks.true("bold in a terminal", f"{ESCAPE}1m" in coloured)
    checks.true("not bold with NO_COLOR", f"{ESCAPE}1m" not in plain)
    return checks.exit()


def shown(ems: str, environment: dict) -> str:
    """What a terminal gets of two simulated seconds."""
    child, terminal = pty.fork()
    if child == 0:
        surroundings = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        arguments = [ems, "run", "--ephemeral", "--speed", "max", "--duration", "2s", "--no-web", "--modbus", "127.0.0.1:0"]
        os.execve(ems, arguments, surroundings | environment)
    text = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux tells the end of a terminal so.
            break
        if not piece:
            break
        text += piece
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"ems run ended with {status}: {text.decode()}")
    return text.decode()


if __name__ == "__main__":
    sys.exit(main())
