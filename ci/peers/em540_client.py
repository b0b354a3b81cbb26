"""What a user of `carlo-gavazzi-energy-meter-modbus` writes, plus a socket for Pyodide.

The library, `modbus-connection` and `tmodbus` run as published. They open TCP by the event loop's
`create_connection`, which Pyodide's loop does not have: `Loopback` fills that one gap.
"""

import asyncio
import dataclasses
import enum
import json
import sys
import types


def without_serial_ports() -> None:
    """`tmodbus` imports a serial port library that wants an operating system; TCP uses none of it."""
    try:
        import serialx  # noqa: F401
    except ImportError:
        stand_in = types.ModuleType("serialx")
        stand_in.Parity = stand_in.StopBits = enum.Enum("Unused", [])
        sys.modules["serialx"] = stand_in
