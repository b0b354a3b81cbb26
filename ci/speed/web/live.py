#!/usr/bin/env python3
"""Goal F11: 200 WebSocket clients at five messages a second for 30 s.

    live.py EMS

None is lost, each gets every window, and the process spends at most a fifth of a core more than without them. That a
window is serialised once is told by processor time: a message to one client more costs a small part of what a window costs
the web server's thread when nobody looks, which is little else than making the message.
"""

import asyncio
import sys
import time

import rig
from rig import Failed, LiveClient, Meter

CLIENTS = 200
SECONDS = 30.0
# What opening the connections leaves to do.
SETTLE_S = 2.0
WINDOWS = round(5 * SECONDS)
CORE_MAX = 0.20
# Of the cost of a window without clients.
MESSAGE_MAX = 0.5


async def quiet(running: Meter) -> tuple[float, dict[int, float]]:
    """Processor time of the process and of its threads over the time, in seconds."""
    pid = running.process.pid
    process, threads = rig.process_s(pid), rig.threads_s(pid)
    await asyncio.sleep(SECONDS)
    spent = {thread: now - threads.get(thread, 0.0) for thread, now in rig.threads_s(pid).items()}
    return rig.process_s(pid) - process, spent


async def crowd(running: Meter, secret: str) -> tuple[float, dict[int, float], list[LiveClient]]:
    """The same with clients."""
    clients = await rig.live_clients(running.port, secret, CLIENTS)
    await asyncio.sleep(SETTLE_S)
    for client in clients:
        del client.windows[:-1]
        client.messages = client.bytes = 0
    spent, threads = await quiet(running)
    for client in clients:
        client.close()
    return spent, threads, clients


def judge(clients: list[LiveClient]) -> list[str]:
    """What is wrong with what they heard."""
    found = [client.lost for client in clients if client.lost]
    for client in clients:
        steps = {after - before for before, after in zip(client.windows, client.windows[1:])}
        if steps - {0, 1}:
            found.append(f"a client missed windows: steps of {sorted(steps)}")
        # The first is that before the time began.
        heard = client.windows[-1] - client.windows[0]
        if heard < WINDOWS - 1:
            found.append(f"a client heard {heard} windows of {WINDOWS}")
    return found


def main() -> int:
    (ems,) = sys.argv[1:]
    rig.raise_descriptors()
    with rig.meter(ems) as running:
        secret = rig.token(running)
        alone_s, alone = asyncio.run(quiet(running))
        own_s = time.process_time()
        with_s, threads, clients = asyncio.run(crowd(running, secret))
        own_s = time.process_time() - own_s
    found = judge(clients)
    messages = sum(client.messages for client in clients)
    core = (with_s - alone_s) / SECONDS
    print(
        f"{CLIENTS} live clients for {SECONDS:.0f} s: {messages} messages of {clients[0].bytes / clients[0].messages:.0f} bytes, "
        f"{'none lost, every window to each' if not found else 'NOT all'}; process {100 * with_s / SECONDS:.1f} % of a core, "
        f"{100 * alone_s / SECONDS:.1f} % without them: {100 * core:.1f} % (goal: at most {100 * CORE_MAX:.0f}); "
        f"the clients' own {100 * own_s / SECONDS:.0f} %"
    )
    web = max(threads, key=lambda thread: threads[thread] - alone.get(thread, 0.0))
    window_us = alone[web] / WINDOWS * 1e6
    message_us = (threads[web] - alone[web]) / messages * 1e6
    print(
        f"the web server's thread: {window_us:.0f} us a window without clients, {message_us:.1f} us more for each message: "
        f"{message_us / window_us:.2f} of it (goal: at most {MESSAGE_MAX})"
    )
    found += [f"{100 * core:.1f} % of a core"] if core > CORE_MAX else []
    found += ["a message costs each client what making it costs"] if message_us > MESSAGE_MAX * window_us else []
    for sentence in found[:10]:
        print(f"live: {sentence}")
    return 1 if found else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as error:
        sys.exit(f"live: {error}")
