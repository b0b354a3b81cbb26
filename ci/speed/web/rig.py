"""What the speed goals of the page share: a meter of eleven loads on a core of its own, processor time, many clients.

The clients are Python on the other core, and only look at as much of an answer as tells that it is right.
"""

import asyncio
import contextlib
import os
import pathlib
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "ci/web"))
from harness import Answer, Client, Failed, Meter, anyone, check, raw_connection  # noqa: E402, F401

SERVER_CORE, CLIENT_CORE = 0, 1

# The defaults are 32 each: this many clients come from one address here.
CONFIGURATION = """
[modbus]
enabled = true
connections_max = 128
[web]
connections_an_address_max = 250
live_max = 250
[sim]
scenario = "{scenario}"
"""


def eleven_loads() -> str:
    """Ten modules and the built-in meter, 36 channels: the shipped scenario, with typical front ends and without an end."""
    text = (ROOT / "scenarios/ten-modules.toml").read_text().split("[[expect]]")[0]
    for was, becomes in (
        ('front_end = "ideal"', 'front_end = "typical"'),
        ('duration = "6 s"\n', ""),
        ('on = [{ at = "1 s", for = "4 s" }]\n', ""),
    ):
        if was not in text:
            raise Failed(f"scenarios/ten-modules.toml has no {was} any more")
        text = text.replace(was, becomes)
    return text


@contextlib.contextmanager
def meter(ems: str, *arguments: str, scenario: str = "", json_lines: bool = False):
    """A running meter bound to the server's core; this process goes to the other one."""
    with tempfile.TemporaryDirectory() as folder:
        if not scenario:
            scenario = str(pathlib.Path(folder, "eleven-loads.toml"))
            pathlib.Path(scenario).write_text(eleven_loads())
        configuration = pathlib.Path(folder, "ems.toml")
        configuration.write_text(CONFIGURATION.format(scenario=scenario))
        os.sched_setaffinity(0, {SERVER_CORE})
        data = pathlib.Path(folder, "data")
        running = Meter(ems, "--config", str(configuration), *arguments, data=data, json_lines=json_lines)
        os.sched_setaffinity(0, {CLIENT_CORE})
        with running:
            yield running


def modbus_address(running: Meter) -> str:
    return running.wait_for(r"Modbus TCP listens on (\S+)")


def token(running: Meter) -> str:
    """A secret that may read."""
    running.add_users()
    administrator = running.log_in("administrator")
    made = administrator.post("/api/v1/tokens", {"name": "speed", "scopes": ["read"], "days": 1})
    check(made.status == 201, f"a token: {made.status} {made.body!r}")
    return made.json()["token"]


def process_s(pid: int) -> float:
    """Processor time of a process, with threads that have ended, in hundredths of a second."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def threads_s(pid: int) -> dict[int, float]:
    """The same of each thread that lives, in nanoseconds' resolution."""
    threads = {}
    for folder in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            threads[int(folder.name)] = int((folder / "schedstat").read_text().split()[0]) * 1e-9
    return threads


def spread(values: list[float], digits: int = 2) -> str:
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f} [{low:.{digits}f}..{high:.{digits}f}]"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for_port(port: int, process: subprocess.Popen) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        check(process.poll() is None, f"the server at port {port} ended with {process.poll()}")
        time.sleep(0.05)
    raise Failed(f"nobody listens at port {port}")


def raise_descriptors() -> None:
    """Enough for all clients of a goal."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))


class LiveClient(asyncio.Protocol):
    """A client of /api/v1/live. It keeps the number of the built-in meter's window of each message, and its bytes."""

    def __init__(self, port: int, secret: str):
        self.port, self.secret = port, secret
        self.unread = bytearray()
        self.opened = asyncio.get_running_loop().create_future()
        self.windows: list[int] = []
        self.messages = 0
        self.bytes = 0
        self.lost = ""
        self.ends = False

    def connection_made(self, transport):
        self.transport = transport
        head = (
            f"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {self.secret}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        transport.write(head.encode())

    def data_received(self, data: bytes):
        unread = self.unread
        unread += data
        if not self.opened.done():
            end = unread.find(b"\r\n\r\n")
            if end < 0:
                return
            if not unread.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(Failed(f"a live client was refused: {bytes(unread[:end])!r}"))
                return
            del unread[: end + 4]
            self.opened.set_result(None)
        at = 0
        while len(unread) - at >= 2:
            # What a server sends is not masked (RFC 6455, 5.2).
            begin, length = at + 2, unread[at + 1]
            if length >= 126:
                size = 2 if length == 126 else 8
                if len(unread) - at < 2 + size:
                    break
                begin += size
                length = int.from_bytes(unread[at + 2 : begin], "big")
            if len(unread) < begin + length:
                break
            self.frame(unread[at] & 15, unread, begin, length)
            at = begin + length
        del unread[:at]

    def frame(self, opcode: int, unread: bytearray, begin: int, length: int):
        if opcode == 9:
            self.transport.write(b"\x8a\x80\0\0\0\0")
        elif opcode == 1:
            # The built-in meter comes first.
            place = unread.index(b'"windows":', begin) + 10
            self.windows.append(int(unread[place : unread.index(b",", place)]))
            self.messages += 1
            self.bytes += length

    def connection_lost(self, error):
        if not self.ends:
            self.lost = f"a live client was cut off after {self.messages} messages: {error}"

    def close(self):
        self.ends = True
        self.transport.abort()


async def live_clients(port: int, secret: str, count: int) -> list[LiveClient]:
    """Opens them one after the other: this many handshakes at once would only measure TLS."""
    context = anyone()
    clients = []
    for _ in range(count):
        made = asyncio.get_running_loop().create_connection(
            lambda: LiveClient(port, secret), "127.0.0.1", port, ssl=context
        )
        _, client = await made
        await asyncio.wait_for(client.opened, 10)
        clients.append(client)
    return clients
