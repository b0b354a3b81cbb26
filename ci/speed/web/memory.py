#!/usr/bin/env python3
"""Goal F15: memory stays flat over a month, with ten modules, 100 Modbus and 50 live clients.

    memory.py EMS [--minutes 10] [--waveform-minutes 10]

A month of phasor steps passes in that many minutes, with everything kept as in a meter. It begins after four months that pass
quickly, because the database fills its cache of pages (16 MiB) until then. A month of samples would take hours of a whole
core, so of those there is as much as a factor of 100 makes in its minutes.
"""

import argparse
import asyncio
import pathlib
import re
import sys
import time
from dataclasses import dataclass

import rig
from rig import Client, Failed, LiveClient, Meter, check

MODBUS_CLIENTS, LIVE_CLIENTS = 100, 50
ASK_EVERY_S = 0.2
SAMPLE_EVERY_S = 0.5
MONTH_S = 30 * 86_400
WARM_UP_S, WARM_UP_SPEED = 120 * 86_400, 43_200
WAVEFORM_SPEED = 100
# What a month may add, by the slope of the second half.
GROWTH_MAX_KIB = 5 * 1024


@dataclass
class Modbus:
    """Clients that keep asking, each another meter."""

    address: str
    answers: int = 0
    lost: str = ""

    async def ask(self, number: int):
        host, port = self.address.rsplit(":", 1)
        reader, writer = await asyncio.open_connection(host, int(port))
        request = bytes([0, number, 0, 0, 0, 6, 1 + number % 11, 4, 0, 0, 0, 50])
        try:
            while True:
                writer.write(request)
                head = await asyncio.wait_for(reader.readexactly(9), 10)
                check(head[:2] == request[:2] and head[7:] == bytes([4, 100]), f"no answer to a read: {head!r}")
                await reader.readexactly(100)
                self.answers += 1
                await asyncio.sleep(ASK_EVERY_S)
        except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError, Failed) as error:
            self.lost = self.lost or f"Modbus client {number} after {self.answers} answers of all: {error!r}"
        finally:
            writer.close()


def resident_kib(pid: int) -> int:
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def slope(points: list[tuple[float, int]]) -> float:
    """Of the straight line through the points, by least squares."""
    mean_x, mean_y = (sum(values) / len(points) for values in zip(*points))
    above = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return above / sum((x - mean_x) ** 2 for x, _ in points)


async def watch(running: Meter, secret: str, seconds: float) -> tuple[list[tuple[float, int]], Modbus, list[LiveClient]]:
    """Seconds and KiB, while the clients ask."""
    modbus = Modbus(rig.modbus_address(running))
    asking = [asyncio.create_task(modbus.ask(number)) for number in range(MODBUS_CLIENTS)]
    live = await rig.live_clients(running.port, secret, LIVE_CLIENTS)
    begun = time.monotonic()
    samples = []
    while (since := time.monotonic() - begun) < seconds:
        samples.append((since, resident_kib(running.process.pid)))
        await asyncio.sleep(SAMPLE_EVERY_S)
    lost = modbus.lost or next((client.lost for client in live if client.lost), "")
    check(not lost, lost)
    for task in asking:
        task.cancel()
    for client in live:
        client.close()
    return samples, modbus, live


def position_s(running: Meter, secret: str) -> float:
    """Simulated seconds since the first sample."""
    return Client(running.port, token=secret).get("/api/v1/twin").json()["position_s"]


def warm_up(running: Meter, secret: str, speed: float) -> None:
    """Lets months pass, then goes on at the pace that is wanted."""
    until = time.monotonic() + 4 * WARM_UP_S / WARM_UP_SPEED
    while position_s(running, secret) < WARM_UP_S:
        check(time.monotonic() < until, "this machine is too slow for the months before")
        time.sleep(1)
    paced = running.log_in("administrator").ask("PUT", "/api/v1/twin/pace", {"speed": speed})
    check(paced.status == 200, f"another pace: {paced.status} {paced.body!r}")


def month(ems: str, minutes: float) -> bool:
    """Whether a month of phasor steps leaves the memory as it was."""
    # A little more than the month, for what opening the connections takes.
    speed = MONTH_S / (60 * minutes) * 1.02
    with rig.meter(ems, "--speed", str(WARM_UP_SPEED), scenario="house-year") as running:
        secret = rig.token(running)
        warm_up(running, secret, speed)
        return is_flat("phasors", running, secret, 60 * minutes)


def waveforms(ems: str, minutes: float) -> bool:
    """The same of samples, as far as they go."""
    with rig.meter(ems, "--speed", str(WAVEFORM_SPEED)) as running:
        return is_flat("waveforms", running, rig.token(running), 60 * minutes)


def is_flat(title: str, running: Meter, secret: str, seconds: float) -> bool:
    before = position_s(running, secret)
    samples, modbus, live = asyncio.run(watch(running, secret, seconds))
    passed_s = position_s(running, secret) - before
    half_kib = slope([sample for sample in samples if sample[0] > seconds / 2]) * seconds / 2
    # What does not reach a month is not stretched to one: a few pages would become megabytes.
    is_month = passed_s > 0.95 * MONTH_S
    growth_kib = half_kib * MONTH_S / (passed_s / 2) if is_month else half_kib
    kib = [kib for _, kib in samples]
    quarters = ", ".join(str(kib[(len(kib) - 1) * part // 4]) for part in range(5))
    print(
        f"{title}: {passed_s / 86_400:.2f} d in {seconds:.0f} s, {MODBUS_CLIENTS} Modbus clients with {modbus.answers} answers, "
        f"{LIVE_CLIENTS} live clients with {sum(client.messages for client in live)} messages; resident by quarters "
        f"{quarters} KiB, at most {max(kib)}; by the slope of the second half {growth_kib:+.0f} KiB in "
        f"{'a month' if is_month else 'that half'} (goal: at most {GROWTH_MAX_KIB})"
    )
    return growth_kib <= GROWTH_MAX_KIB


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("ems")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--waveform-minutes", type=float, default=10)
    given = parser.parse_args()
    rig.raise_descriptors()
    flat = month(given.ems, given.minutes)
    flat &= waveforms(given.ems, given.waveform_minutes)
    if not flat:
        print("memory: the goal is missed")
    return 0 if flat else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as error:
        sys.exit(f"memory: {error}")
