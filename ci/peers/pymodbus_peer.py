#!/usr/bin/env python3
"""pymodbus reads and writes the meter: functions 03, 04, 06, 08, 10h, exceptions, units 0 to 3.

    pymodbus_peer.py EMS
"""

import socket
import struct
import sys

from meter import Checks, Meter, table
from pymodbus.client import ModbusTcpClient

def main() -> int:
    checks = Checks("pymodbus")
    with Meter(sys.argv[1]) as meter:
        meter.next_window("esy2")
        client = ModbusTcpClient(meter.address[0], port=meter.address[1])
        checks.true("connects", client.connect())
        reads(checks, client)
        values(checks, client, meter)
        refusals(checks, client)
        writes(checks, client)
        broadcast(checks, client, meter.address)
        loopback(checks, client)
        client.close()
    return checks.exit()


def signed(registers: list[int]) -> int:
    """Low word first, two's complement."""
    data = b"".join(struct.pack(">H", word) for word in reversed(registers))
    return int.from_bytes(data, "big", signed=True)


def reads(checks: Checks, client: ModbusTcpClient) -> None:
    """What real clients ask for, by both functions, of every unit."""
    for unit in (1, 2, 3):
        for read in (client.read_holding_registers, client.read_input_registers):
            for address, count in ((0x0000, 64), (0x0000, 52), (0x002E, 5), (0x0033, 29), (0x0500, 64)):
                answer = read(address, count=count, device_id=unit)
                checks.true(f"unit {unit} {address:04X}h x {count}: {answer}", not answer.isError())
                if not answer.isError():
                    checks.equal(f"unit {unit} {address:04X}h", len(answer.registers), count)
            alone = read(0x000B, count=1, device_id=unit).registers
            checks.equal(f"unit {unit} identification code", alone, [1760])
        # In a longer read the same address is the high word of V L3-L1.
        pair = client.read_input_registers(0x000A, count=2, device_id=unit).registers
        checks.true(f"unit {unit} V L3-L1 {pair}", 3000 < signed(pair) < 5000)


def values(checks: Checks, client: ModbusTcpClient, meter: Meter) -> None:
    """A block is of one window, to the resolution of its registers."""
    rows = (
        [(2 * k, "voltage_ln", f"l{k + 1}", 10) for k in range(3)]
        + [(0x0C + 2 * k, "current", f"l{k + 1}", 1000) for k in range(3)]
        + [(0x12 + 2 * k, "active_power", f"l{k + 1}", 10) for k in range(3)]
        + [(0x28, "active_power", "system", 10), (0x2C, "reactive_power", "system", 10)]
    )
    for unit, name in ((1, "main"), (2, "esy1"), (3, "esy2")):
        before = table(meter.next_window(name))
        words = client.read_input_registers(0, count=52, device_id=unit).registers
        windows = [before] + [table(meter.next_window(name)) for _ in range(3)]
        misfits = [
            sum(
                abs(signed(words[a : a + 2]) / weight - window[quantity, None, scope]) > 0.5001 / weight
                for a, quantity, scope, weight in rows
            )
            for window in windows
        ]
        checks.equal(f"unit {unit}: values that no one window has", min(misfits), 0)


def refusals(checks: Checks, client: ModbusTcpClient) -> None:
    def code(answer) -> int:
        return answer.exception_code if answer.isError() else 0

    read = client.read_holding_registers
    checks.equal("unlisted address", code(read(0x3000, count=2, device_id=1)), 2)
    checks.equal("ends on nothing", code(read(0x0034, count=23, device_id=1)), 2)
    checks.equal("a unit that nobody has", code(read(0, count=2, device_id=77)), 10)
    checks.equal("a module that is not configured", code(read(0, count=2, device_id=9)), 10)
    checks.equal("coils", code(client.read_coils(0, count=1, device_id=1)), 1)
    checks.equal("read-only", code(client.write_register(0x0000, 1, device_id=1)), 2)
    checks.equal("value out of range", code(client.write_register(0x1103, 0, device_id=1)), 3)
    checks.equal("totals cannot be reset", code(client.write_register(0x4003, 1, device_id=1)), 3)
    checks.equal("nor tariff counters", code(client.write_register(0x4006, 1, device_id=1)), 3)
    checks.equal("EM300 command", code(client.write_register(0x4000, 1, device_id=1)), 2)


def writes(checks: Checks, client: ModbusTcpClient) -> None:
    for write in (
        lambda address, value: client.write_register(address, value, device_id=1),
        lambda address, value: client.write_registers(address, [value], device_id=1),
    ):
        for mode in (1, 2):
            answer = write(0x1103, mode)
            checks.true(f"netting {mode}: {answer}", not answer.isError())
            found = client.read_holding_registers(0x1103, count=1, device_id=1).registers
            checks.equal("netting reads back", found, [mode])
    for unit in (1, 2, 3):
        for address in (0x4004, 0x4005):
            answer = client.write_register(address, 1, device_id=unit)
            checks.true(f"unit {unit} command {address:04X}h: {answer}", not answer.isError())
            found = client.read_holding_registers(address, count=1, device_id=unit).registers
            checks.equal("a command reads back 0", found, [0])


def broadcast(checks: Checks, client: ModbusTcpClient, address: tuple[str, int]) -> None:
    """Unit 0: a write is carried out and not answered; a read is neither."""
    write = struct.pack(">HHHBBHH", 7, 0, 6, 0, 6, 0x1103, 1)
    read = struct.pack(">HHHBBHH", 8, 0, 6, 0, 3, 0x0000, 2)
    asked = struct.pack(">HHHBBHH", 9, 0, 6, 1, 3, 0x1103, 1)
    with socket.create_connection(address, timeout=10) as raw:
        raw.sendall(write + read + asked)
        first = raw.recv(64)
    # The first answer is that of the last request: the two before it had none.
    checks.equal("answer after two broadcasts", first, struct.pack(">HHHBBBH", 9, 0, 5, 1, 3, 2, 1))
    client.write_register(0x1103, 2, device_id=1)


def loopback(checks: Checks, client: ModbusTcpClient) -> None:
    answer = client.diag_query_data(b"\x12\x34", device_id=1)
    checks.true(f"loopback: {answer}", not answer.isError() and b"\x12\x34" in bytes_of(answer.message))
    refused = client.diag_restart_communication(True, device_id=1)
    checks.equal("other diagnostics", getattr(refused, "exception_code", 0), 1)


def bytes_of(message) -> bytes:
    if isinstance(message, bytes):
        return message
    words = message if isinstance(message, (list, tuple)) else [message]
    return b"".join(word if isinstance(word, bytes) else struct.pack(">H", word) for word in words)


if __name__ == "__main__":
    sys.exit(main())
