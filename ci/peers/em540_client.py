"""What a user of `carlo-gavazzi-energy-meter-modbus` writes, and the socket that Pyodide lacks.

The library, `modbus-connection` and `tmodbus` run as published. They open TCP by the event loop's
`create_connection`, which Pyodide's loop does not have: `Socket` fills that one gap, byte for byte.
"""

import asyncio
import enum
import json
import sys
import types

# `modbus-connection` names the type of a TLS context; Pyodide ships the module apart, and TLS is not used.
sys.modules.setdefault("ssl", types.SimpleNamespace(SSLContext=type("SSLContext", (), {})))

import node_tcp  # from em540_client.mjs
from carlo_gavazzi_energy_meter_modbus import async_detect
from modbus_connection import ModbusExceptionError, ModbusTcpParams
from modbus_connection.tmodbus import ModbusConnection
from pyodide.ffi import create_proxy, to_js

# How often all readings are taken.
ROUNDS = 3


class Socket(asyncio.Transport):
    """A Node socket as an asyncio transport."""

    def __init__(self, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self.protocol = protocol
        self.closing = False
        self.node = None
        self.proxies = [create_proxy(self.received), create_proxy(self.lost)]

    def received(self, piece) -> None:
        self.protocol.data_received(piece.to_bytes())

    def lost(self) -> None:
        self.closing = True
        self.protocol.connection_lost(None)

    def write(self, data) -> None:
        self.node.send(to_js(bytes(data)))

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True
        self.node.close()


async def create_connection(protocol_factory, host=None, port=None):
    socket = Socket(protocol_factory())
    socket.node = await node_tcp.connectTcp(host, port, *socket.proxies)
    socket.protocol.connection_made(socket)
    return socket, socket.protocol


async def main(host: str, port: int) -> str:
    asyncio.get_running_loop().create_connection = create_connection
    connection = ModbusConnection(ModbusTcpParams(host=host, port=port))
    told = {"python": sys.version.split()[0], "units": {}}
    try:
        for unit in (1, 2, 3):
            told["units"][unit] = await read_unit(connection.for_unit(unit))
        told["commands"] = await command(connection.for_unit(1))
    finally:
        await connection.close()
    return json.dumps(told)


async def read_unit(unit) -> dict:
    meter = await async_detect(unit)
    rounds = []
    for _ in range(ROUNDS):
        report = await meter.async_update()
        rounds.append({name: values(getattr(meter, name)) for name in SUBSYSTEMS})
    return {
        "model": meter.model.name,
        "series": meter.model.series.name,
        "serial": meter.serial_number,
        "firmware": meter.firmware_version,
        "wide_reads": meter.wide_reads,
        "measures_export": meter.measures_export,
        "failed": [str(name) for name in report.failed],
        "raw_blocks": len(await meter.async_read_raw()),
        "rounds": rounds,
    }


SUBSYSTEMS = (
    "measurements", "power_quality", "demand", "energy", "tariff_energy", "status", "settings",
)  # fmt: skip


def values(component) -> dict:
    """Every public field of a component, as its user reads it."""
    names = [name for name in vars(type(component)) if not name.startswith("_")]
    found = {name: getattr(component, name) for name in names}
    plain = {name: plain_value(value) for name, value in found.items() if not callable(value)}
    return {name: value for name, value in plain.items() if value is not ...}


def plain_value(value):
    if isinstance(value, enum.Enum):
        return value.name
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return ...


async def command(unit) -> dict:
    """The library's commands: two act, two are refused, since totals cannot be reset."""
    meter = await async_detect(unit)
    outcome = {}
    for name in (
        "async_reset_partial_counters", "async_reset_demand",
        "async_reset_total_counters", "async_reset_tariff_counters",
    ):  # fmt: skip
        try:
            await getattr(meter, name)()
            outcome[name] = "done"
        except ModbusExceptionError as error:
            outcome[name] = f"exception {error.exception_code:02d}"
    await meter.async_update()
    outcome["partial_after"] = meter.energy.energy_imported_partial
    return outcome
