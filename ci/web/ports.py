#!/usr/bin/env python3
"""[S1, S2, S7, W13] The sockets that really listen are the rows of the datasheet's table that this build opens,
factory states included, and the page says the same.

    ci/web/ports.py [EMS]       as root: it makes a network namespace of its own
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

from harness import Client, Failed, PASSWORDS, binary, check

INSIDE = "EMS_PORTS_INSIDE"
LISTEN = "0A"
PATIENCE_S = 20.0


def main() -> int:
    ems = str(pathlib.Path(binary(sys.argv[1:])).resolve())
    if not os.environ.get(INSIDE):
        # Nobody else listens in a namespace that was just made, and 80 and 443 are free there.
        again = ["unshare", "--net", sys.executable, __file__, ems]
        return subprocess.run(again, env={**os.environ, INSIDE: "1"}).returncode
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    check(listening() == set(), f"the namespace is not empty: {listening()}")
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder, "config.toml")
        config.write_text("backend = \"sim\"\n")
        data = pathlib.Path(folder, "data")
        password = PASSWORDS["administrator"]
        add = [ems, "user", "add", "admin1", "--role", "administrator", "--data", str(data)]
        subprocess.run(add, input=password + "\n", text=True, check=True, capture_output=True)
        log = open(pathlib.Path(folder, "log"), "w+")
        run = [ems, "run", "--config", str(config), "--data", str(data)]
        meter = subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=log)
        try:
            factory = {("tcp", 80), ("tcp", 443)}
            wait_until(lambda: listening() == factory, lambda: f"as delivered: {sorted(listening())}, {log_of(log)}")
            client = Client(443)
            answer = client.post("/api/v1/login", {"username": "admin1", "password": password})
            check(answer.status == 200, f"login: {answer.status} {answer.body!r}")
            client.cookie, client.csrf = answer.headers["set-cookie"].split(";")[0], answer.json()["csrf"]
            compare(client, factory)
            switch(client, True)
            check(listening() == factory | {("tcp", 502)}, f"with Modbus: {sorted(listening())}")
            compare(client, factory | {("tcp", 502)})
            switch(client, False)
            check(listening() == factory, f"without Modbus again: {sorted(listening())}")
            switch(client, True)
            meter.terminate()
            check(meter.wait(timeout=PATIENCE_S) == 0, log_of(log))
            check(listening() == set(), f"after its end: {sorted(listening())}")
            meter = subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=log)
            # What was switched on the page holds at the next start.
            with_modbus = factory | {("tcp", 502)}
            wait_until(lambda: listening() == with_modbus, lambda: f"at the next start: {sorted(listening())}")
        finally:
            meter.terminate()
            meter.wait(timeout=PATIENCE_S)
    print("as delivered 80 and 443 listen, with Modbus 502 too, and nothing else; the page says the same")
    return 0


def listening() -> set[tuple[str, int]]:
    """Sockets that take connections or datagrams, as the kernel lists them."""
    found = set()
    for kind in ("tcp", "tcp6", "udp", "udp6"):
        for line in pathlib.Path(f"/proc/net/{kind}").read_text().splitlines()[1:]:
            fields = line.split()
            if kind.startswith("udp") or fields[3] == LISTEN:
                found.add((kind.rstrip("6"), int(fields[1].rsplit(":", 1)[1], 16)))
    return found


def compare(client: Client, expected: set) -> None:
    rows = client.get("/api/v1/ports").json()["inbound"]
    shown = {(row["transport"].lower(), row["port"]) for row in rows if row["state"] == "listening"}
    check(shown == expected, f"the page shows {sorted(shown)}, and {sorted(expected)} listen")
    others = {row["id"]: row["state"] for row in rows if row["state"] not in ("listening", "off")}
    wanted = {"S3": "of_the_system", "S4": "not_in_this_build", "S5": "not_in_this_build", "S6": "not_in_this_build"}
    check(others == wanted, f"the other rows: {others}")


def switch(client: Client, on: bool) -> None:
    answer = client.ask("PATCH", "/api/v1/services", {"modbus_tcp": {"enabled": on}})
    check(answer.status == 200, f"switching Modbus: {answer.status} {answer.body!r}")


def wait_until(holds, said) -> None:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        check(time.monotonic() < until, said())
        time.sleep(0.05)


def log_of(file) -> str:
    file.flush()
    return pathlib.Path(file.name).read_text()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        sys.exit(f"ports: {failed}")
