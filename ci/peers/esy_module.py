#!/usr/bin/env python3
"""A module of the ESY bus played by pymodbus, from nothing but the printed map: `ems map esy --format json`.

    esy_module.py EMS
"""

import asyncio
import binascii
import json
import os
import pathlib
import pty
import queue
import struct
import subprocess
import sys
import tempfile
import threading
import tty

from meter import PATIENCE_S, Checks, table
from pymodbus import FramerType
from pymodbus.datastore import ModbusDeviceContext, ModbusSequentialDataBlock, ModbusServerContext
from pymodbus.server import ModbusSerialServer

SERIAL = "PY00000001"
GOOD, NOT_WIRED = 0, 0x81
VALUES = {"active_power.system": 1234.5, "voltage_ln.l1": 229.875, "current.l1": 5.25,
          "active_energy_import.total.system": 77.0625}  # fmt: skip


class Map:
    """The rows of the printed map by their paths."""

    def __init__(self, ems: str) -> None:
        printed = subprocess.run([ems, "map", "esy", "--format", "json"], capture_output=True, text=True, check=True)
        self.rows = json.loads(printed.stdout)
        self.by_path = {row["path"]: row for row in self.rows}

    def address(self, path: str) -> int:
        return self.by_path[path]["address"]


class Block(ModbusSequentialDataBlock):
    """Registers of a module. Writing the number of a poll holds the newest window for reading."""

    def __init__(self, module_map: Map) -> None:
        # pymodbus counts registers from 1.
        super().__init__(1, [0] * 0x2000)
        self.map, self.number, self.written = module_map, 0, {}
        key = binascii.crc32(SERIAL.encode())
        self.key = (key & 0xFFFF, key >> 16)
        self.put("identity/map_version", [1])
        self.put("identity/model", [1])
        self.put("identity/serial", text(SERIAL, 8))
        self.put("identity/firmware_id", text("pymodbus", 8))
        self.put("identity/ct_primary", [60_000, 0])
        self.put("identity/address", [1])

    def put(self, path: str, words: list[int]) -> None:
        super().setValues(self.map.address(path) + 1, words)

    def setValues(self, address: int, values: list[int]) -> None:  # noqa: N802, the name of pymodbus
        self.written[address - 1] = list(values)
        super().setValues(address, values)
        if address - 1 == self.map.address("window/poll"):
            self.hold()

    def hold(self) -> None:
        """A new window a poll, whose contents never change but for the number and the energy."""
        self.number += 1
        self.put("window/number_low", [self.number])
        self.put("window/key_low", [self.key[0]])
        self.put("window/key_high", [self.key[1]])
        self.put("window/age", low_word_first(struct.pack("<d", 80.0)))
        self.put("window/finding", [1, 0, 0, 0])
        for block in range(1, 6):
            self.put(f"window/revision_{block}", [self.number if block == 2 else 1])
            self.put(f"window/number_low_{block}", [self.number])
            self.put(f"window/key_low_{block}", [self.key[0]])
        for row in self.map.rows:
            kind, _, name = row["path"].partition("/")
            if kind == "points":
                value = VALUES.get(name, 0.0)
                value += self.number * 0.25 if "total" in name and name in VALUES else 0.0
                self.put(row["path"], low_word_first(struct.pack("<d", value)))
            elif kind == "status":
                pair = [GOOD if point in VALUES else NOT_WIRED for point in name.split(" ")]
                self.put(row["path"], [pair[0] << 8 | (pair[1] if len(pair) == 2 else 0)])


def text(words: str, count: int) -> list[int]:
    data = words.encode().ljust(2 * count, b"\0")
    return [int.from_bytes(data[place : place + 2], "big") for place in range(0, 2 * count, 2)]


def low_word_first(data: bytes) -> list[int]:
    return [int.from_bytes(data[place : place + 2], "little") for place in range(0, len(data), 2)]


def terminal() -> tuple[int, str]:
    """A pseudo terminal: one end, and the path of the other, which is held open."""
    near, far = pty.openpty()
    tty.setraw(near)
    tty.setraw(far)
    return near, os.ttyname(far)


def relay(source: int, target: int) -> None:
    """The wire between two terminals."""
    while True:
        try:
            os.write(target, os.read(source, 4096))
        except OSError:
            return


def serve(port: str, block: Block) -> None:
    async def server() -> None:
        device = ModbusDeviceContext(hr=block, ir=block)
        context = ModbusServerContext(devices={1: device}, single=False)
        await ModbusSerialServer(
            context, framer=FramerType.RTU, port=port, baudrate=115_200, ignore_missing_devices=True
        ).serve_forever()

    asyncio.run(server())


def main() -> int:
    checks, ems = Checks("module by pymodbus"), sys.argv[1]
    block = Block(Map(ems))
    (meter_end, meter_port), (module_end, module_port) = terminal(), terminal()
    for ends in ((meter_end, module_end), (module_end, meter_end)):
        threading.Thread(target=relay, args=ends, daemon=True).start()
    threading.Thread(target=serve, args=(module_port, block), daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder, "config.toml")
        config.write_text(
            f'[esy]\nport = "{meter_port}"\n[[esy.module]]\nslot = 1\nmodel = "ESY3XMV"\n'
            f'serial = "{SERIAL}"\nname = "Pump"\nct_primary_a = 250.0\n'
        )
        process = subprocess.Popen(
            [ems, "run", "--no-web", "--config", str(config), "--ephemeral", "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        told: queue.Queue = queue.Queue()
        threading.Thread(target=lambda: [told.put(json.loads(line)) for line in process.stdout], daemon=True).start()
        windows = [next_window(told) for _ in range(20)]
        process.terminate()
        process.wait(timeout=PATIENCE_S)
    totals = [window.pop(("active_energy_import", "total", "system")) for window in windows]
    checks.true(f"totals of successive windows {totals}", all(b > a for a, b in zip(totals, totals[1:])))
    checks.true("each is that of its window", all(((total - 77.0625) / 0.25).is_integer() for total in totals))
    for window in windows:
        for name, value in (("active_power", 1234.5), ("voltage_ln", 229.875), ("current", 5.25)):
            scope = "system" if name == "active_power" else "l1"
            checks.equal(name, window[(name, None, scope)], value)
        checks.equal("a point that is not wired", window[("voltage_ln", None, "l2")], None)
    wiring = block.map.address("settings/wiring")
    checks.true("it was told the settings of metering", wiring in block.written)
    ratio = block.written.get(block.map.address("command/ct_primary"))
    checks.equal("its transformers", ratio, [250_000 & 0xFFFF, 250_000 >> 16])
    checks.equal("and its name", block.written.get(block.map.address("command/name")), text("Pump", 16))
    return checks.exit()


def next_window(told: queue.Queue) -> dict:
    """The next window of the module."""
    while True:
        line = told.get(timeout=PATIENCE_S)
        if line["type"] == "window" and line["meter"] == "esy1":
            return table(line)


if __name__ == "__main__":
    sys.exit(main())
