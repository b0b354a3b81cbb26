"""A meter with its page for the checks of ci/web: started, asked over HTTPS, stopped.

Only the standard library: what is asked here is what any client could ask.
"""

import http.client
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

PASSWORDS = {
    "viewer": "a quiet green river",
    "operator": "seven loud mountains",
    "administrator": "an early winter train",
}
PATIENCE_S = 20.0


class Failed(Exception):
    """A check that did not hold."""


def check(holds: bool, sentence: str) -> None:
    if not holds:
        raise Failed(sentence)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self):
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """Slug of the problem; empty if it is none."""
        if self.headers.get("content-type") != "application/problem+json":
            return ""
        return self.json()["type"].rsplit("/", 1)[-1]


@dataclass
class Client:
    """Somebody who calls: with a session, with a token, or nobody."""

    port: int
    cookie: str = ""
    csrf: str = ""
    token: str = ""
    # Addresses have to wait after failures, and this machine has more than one.
    source: str = "127.0.0.1"
    extra: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body=None, headers: dict | None = None, raw: bytes | None = None) -> Answer:
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, context=anyone(), timeout=PATIENCE_S, source_address=(self.source, 0)
        )
        sent = dict(self.extra)
        if self.cookie:
            sent["Cookie"] = self.cookie
        if self.csrf and method not in ("GET", "HEAD"):
            sent["X-CSRF-Token"] = self.csrf
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = raw
        if body is not None:
            sent["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        sent.update(headers or {})
        connection.request(method, path, body=data, headers=sent)
        response = connection.getresponse()
        # A stream does not end; its head is the answer.
        bytes_ = b"" if response.headers.get_content_type() == "text/event-stream" else response.read()
        answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, bytes_)
        connection.close()
        return answer

    def get(self, path: str, **options) -> Answer:
        return self.ask("GET", path, **options)

    def post(self, path: str, body=None, **options) -> Answer:
        return self.ask("POST", path, body=body, **options)


def anyone() -> ssl.SSLContext:
    """The certificate is the device's own, so that nobody vouches for it."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Meter:
    """A running meter. With `usual` its data lie where they do if nothing is said, in a home of its own."""

    def __init__(
        self, ems: str, *arguments: str, data: pathlib.Path | None = None, json_lines: bool = False, usual: bool = False
    ):
        self.ems = ems
        self.folder = None if data else tempfile.TemporaryDirectory()
        self.data = data or pathlib.Path(self.folder.name, "data")
        self.log_file = tempfile.NamedTemporaryFile("w+", suffix=".log")
        command = [ems, "run", "--https", "127.0.0.1:0", "--http", "127.0.0.1:0", "--modbus", "127.0.0.1:0"]
        command += arguments if usual else ["--data", str(self.data), *arguments]
        command += ["--json"] if json_lines else []
        self.lines_file = tempfile.NamedTemporaryFile("w+", suffix=".ndjson")
        surroundings = {**os.environ, "XDG_STATE_HOME": str(self.data)}
        self.process = subprocess.Popen(command, stdout=self.lines_file, stderr=self.log_file, env=surroundings)
        self.port = int(self.wait_for(r"the page: https://[^:]+:(\d+)/"))

    def wait_for(self, pattern: str) -> str:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            found = re.search(pattern, self.log())
            if found:
                return found[1]
            if self.process.poll() is not None:
                raise Failed(f"the meter ended: {self.log()}")
            time.sleep(0.02)
        raise Failed(f"the meter did not say {pattern}: {self.log()}")

    def log(self) -> str:
        return pathlib.Path(self.log_file.name).read_text()

    def lines(self) -> list[dict]:
        text = pathlib.Path(self.lines_file.name).read_text()
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    @property
    def link(self) -> str:
        return self.wait_for(r"#link=([0-9a-f]+)")

    def nobody(self) -> Client:
        return Client(self.port)

    def add_users(self) -> None:
        for role, password in PASSWORDS.items():
            self.command("user", "add", f"{role}1", "--role", role, "--data", str(self.data), given=password)

    def command(self, *arguments: str, given: str = "") -> str:
        done = subprocess.run([self.ems, *arguments], input=given + "\n", capture_output=True, text=True)
        check(done.returncode == 0, f"ems {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def log_in(self, role: str) -> Client:
        return self.log_in_as(f"{role}1", PASSWORDS[role])

    def log_in_as(self, name: str, password: str, source: str = "127.0.0.1") -> Client:
        client = Client(self.port, source=source)
        answer = client.post("/api/v1/login", {"username": name, "password": password})
        check(answer.status == 200, f"login as {name}: {answer.status} {answer.body!r}")
        client.cookie = answer.headers["set-cookie"].split(";")[0]
        client.csrf = answer.json()["csrf"]
        return client

    def follow(self, link: str) -> Client:
        client = self.nobody()
        answer = client.post("/api/v1/login/link", {"token": link})
        check(answer.status == 200, f"login by link: {answer.status} {answer.body!r}")
        client.cookie = answer.headers["set-cookie"].split(";")[0]
        client.csrf = answer.json()["csrf"]
        return client

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                code = self.process.wait(timeout=PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise Failed("the meter did not stop") from None
            check(code == 0, f"the meter ended with {code}: {self.log()}")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            self.stop()
        except Failed:
            if kind is None:
                raise
        finally:
            if self.process.poll() is None:
                self.process.kill()
            if self.folder and kind is None:
                self.folder.cleanup()


def check_windows(meter: Meter, may_have_gaps: bool = False) -> int:
    """Whether the meter has missed no window and no sample, and how many windows there were."""
    windows = [line for line in meter.lines() if line["type"] == "window" and line["meter"] == "main"]
    numbers = [line["window"] for line in windows]
    check(len(numbers) > 50, f"only {len(numbers)} windows")
    check(numbers == list(range(1, len(numbers) + 1)), "a window is missing")
    gaps = {line["window"] for line in windows for reading in line["readings"] if reading["quality"] == "gap"}
    check(may_have_gaps or not gaps, f"windows have gaps: {gaps}")
    return len(numbers)


def raw_connection(port: int, receive_bytes: int | None = None) -> ssl.SSLSocket:
    """A connection over which anything can be sent; with so much room for what comes and is not read."""
    stream = socket.socket()
    stream.settimeout(PATIENCE_S)
    if receive_bytes:
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    stream.connect(("127.0.0.1", port))
    return anyone().wrap_socket(stream)


def binary(arguments: list[str]) -> str:
    """The program under test."""
    if arguments:
        return arguments[0]
    return os.environ.get("EMS_BIN", str(pathlib.Path(__file__).parents[2] / "target/debug/ems"))
