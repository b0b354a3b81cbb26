#!/usr/bin/env python3
"""Goal F10: the snapshot of eleven meters over HTTPS, against nginx that serves the same bytes from a file.

    snapshot.py EMS

Over plain HTTP our server only says where HTTPS is, so that there is nothing to compare. 50 connections are kept alive by wrk
on one core; both servers have the other one, the same certificate, version of TLS and cipher, and one thread that serves. Ours
checks a token at each request and meters meanwhile, in the same process; nginx looks at no header. Compared are answers a
processor-second of all threads of a server, in turn, plain and packed.
"""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import rig
from rig import Answer, Client, Failed, Meter, check

CONNECTIONS = 50
ROUNDS = 7
ROUND_S = 3
GOAL = 0.8
PATH = "/api/v1/measurements"
# What ours answers besides, so that heads are as long.
SAME_HEADERS = (
    "strict-transport-security", "content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy",
    "cache-control", "vary",
)


def nginx_configuration(folder: pathlib.Path, data: pathlib.Path, port: int, answer: Answer) -> str:
    headers = "\n".join(f'      add_header {name} "{answer.headers[name]}";' for name in SAME_HEADERS)
    user = "user root;" if os.geteuid() == 0 else ""
    return f"""
{user}
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  server_tokens off;
  sendfile on;
  tcp_nodelay on;
  keepalive_timeout 75;
  keepalive_requests 1000000000;
  open_file_cache max=8 inactive=1h;
  open_file_cache_valid 1h;
  default_type application/json;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {data}/web/certificate.pem;
    ssl_certificate_key {data}/web/certificate.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    location = {PATH} {{
      alias {folder}/measurements.json;
      gzip_static on;
{headers}
    }}
  }}
}}
"""


def children(pid: int) -> list[int]:
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextlib.contextmanager
def nginx(running: Meter, plain: Answer, packed: Answer):
    """An nginx that serves these bytes; its port and the processes whose time counts."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "measurements.json").write_bytes(plain.body)
        (folder / "measurements.json.gz").write_bytes(packed.body)
        port = rig.free_port()
        (folder / "nginx.conf").write_text(nginx_configuration(folder, running.data, port, plain))
        # Debian's package has it where only root looks for programs.
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        on_core = ["taskset", "--cpu-list", str(rig.SERVER_CORE)]
        process = subprocess.Popen([*on_core, program, "-p", name, "-c", f"{name}/nginx.conf"], stderr=subprocess.DEVNULL)
        try:
            rig.wait_for_port(port, process)
            yield port, [process.pid, *children(process.pid)]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)


def cipher(port: int) -> tuple:
    """What both sides of a handshake agree on."""
    with rig.raw_connection(port) as stream:
        return stream.version(), stream.cipher()


def wrk(port: int, secret: str, encoding: str, seconds: float) -> int:
    """Answers that came, all of them right."""
    headers = ["-H", f"Authorization: Bearer {secret}", "-H", f"Accept-Encoding: {encoding}"]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *headers, f"https://127.0.0.1:{port}{PATH}"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    check("Non-2xx" not in text and "Socket errors" not in text, text)
    return int(re.search(r"(\d+) requests in", text)[1])


def speed(port: int, pids: list[int], secret: str, encoding: str) -> float:
    """Thousand answers a processor-second of the server."""
    before = sum(rig.process_s(pid) for pid in pids)
    answers = wrk(port, secret, encoding, ROUND_S)
    # What is still on its way belongs to them.
    time.sleep(0.2)
    return answers / (sum(rig.process_s(pid) for pid in pids) - before) / 1000


def compare(running: Meter, secret: str, answers: dict[str, Answer], their_port: int, pids: list[int]) -> bool:
    reached = True
    check(cipher(running.port) == cipher(their_port), f"other TLS: {cipher(running.port)} and {cipher(their_port)}")
    for encoding, answer in answers.items():
        for port in (running.port, their_port):
            wrk(port, secret, encoding, 1)
        pairs = [
            (speed(running.port, [running.process.pid], secret, encoding), speed(their_port, pids, secret, encoding))
            for _ in range(ROUNDS)
        ]
        ours, theirs = zip(*pairs)
        ratios = [our / their for our, their in pairs]
        ratio = sorted(ratios)[ROUNDS // 2]
        reached &= ratio >= GOAL
        print(
            f"snapshot, {encoding}, {len(answer.body)} bytes, {CONNECTIONS} connections, {cipher(their_port)[1][0]}: "
            f"{rig.spread(ours)} k answers a processor-second, nginx {rig.spread(theirs)} k, "
            f"ratio {rig.spread(ratios)} (goal: at least {GOAL})"
        )
    return reached


def main() -> int:
    (ems,) = sys.argv[1:]
    with rig.meter(ems) as running:
        secret = rig.token(running)
        client = Client(running.port, token=secret)
        # All values have settled.
        time.sleep(2)
        answers = {name: client.get(PATH, headers={"Accept-Encoding": name}) for name in ("identity", "gzip")}
        with nginx(running, answers["identity"], answers["gzip"]) as (port, pids):
            for name, answer in answers.items():
                theirs = Client(port, token=secret).get(PATH, headers={"Accept-Encoding": name})
                check(theirs.body == answer.body, f"nginx serves other bytes: {theirs.status}")
                lengths = [len("".join(f"{k}: {v}\r\n" for k, v in side.headers.items())) for side in (answer, theirs)]
                check(abs(lengths[0] - lengths[1]) < 150, f"heads of {lengths} bytes")
            reached = compare(running, secret, answers, port, pids)
    if not reached:
        print("snapshot: the goal is missed")
    return 0 if reached else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as error:
        sys.exit(f"snapshot: {error}")
