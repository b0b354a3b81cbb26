"""What is done to a simulation over the API is seen by the meter, and can be played again.

Injects one of each kind into a running meter, looks for what comes of some of them, and plays the scenario that the
meter then gives out from its beginning: it has to give the same digest.
"""

import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from harness import PATIENCE_S, Client, Failed, Meter, binary, check, raw_connection

# The house: an oven of its own would do, but it has modules and loads of all kinds.
SCENARIO = "house"
PACE = 8


def value(client: Client, path: str) -> dict:
    return client.get("/api/v1/measurements?meter=main").json()["meters"][0]["values"][path]


def position(client: Client) -> float:
    return client.get("/api/v1/twin/digest").json()["position_s"]


def wait_until(what: str, holds) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if holds():
            return
        time.sleep(0.05)
    raise Failed(f"{what}: not within {PATIENCE_S:.0f} s")


def pace(client: Client, speed) -> None:
    check(client.ask("PUT", "/api/v1/twin/pace", {"speed": speed}).status == 200, f"pace {speed}")


def inject(client: Client, kind: str, **parameters) -> dict:
    answer = client.post("/api/v1/twin/inject", {"kind": kind, **parameters})
    check(answer.status == 200, f"{kind}: {answer.status} {answer.body!r}")
    return answer.json()["injected"][-1]


def refusals(client: Client) -> None:
    """The parameter at fault is named."""
    for field, body in [
        ("kind", {"kind": "earthquake"}),
        ("to", {"kind": "sag"}),
        ("to", {"kind": "sag", "to": 170}),
        ("to", {"kind": "sag", "to": "70 V"}),
        ("depth", {"kind": "sag", "to": 70, "depth": 3}),
        ("load", {"kind": "load", "load": "perpetuum mobile", "to": 10}),
        ("wires", {"kind": "currents", "wires": ["l1"]}),
        ("kind", {"kind": "setting", "setting": "wiring", "to": "1p2w"}),
    ]:
        answer = client.post("/api/v1/twin/inject", body)
        check(answer.status == 422 and answer.problem == "invalid", f"{body}: {answer.status} {answer.body!r}")
        check(answer.json()["field"] == field, f"{body}: {answer.body!r}")


def effects(client: Client) -> None:
    # Each stays until the next, so that however slow this machine is, it is seen.
    inject(client, "sag", to=60, phases=["l2"])
    wait_until("a sag on L2", lambda: 130 < (value(client, "voltage_ln.l2")["value"] or 0) < 145)
    inject(client, "sag", to=100, phases=["l2"])
    wait_until("its end", lambda: (value(client, "voltage_ln.l2")["value"] or 0) > 220)
    before = value(client, "active_power.l1")["value"]
    inject(client, "currents", wires=["-l1", "l2", "l3"])
    wait_until("a transformer turned round", lambda: (value(client, "active_power.l1")["value"] or 0) * before < 0)
    inject(client, "currents", wires=["l1", "l2", "l3"])
    # A gap ends by itself: a long one, and time that passes slowly.
    pace(client, "realtime")
    inject(client, "gap", **{"for": 8})
    wait_until("a gap", lambda: value(client, "voltage_ln.l1")["value"] is None)
    pace(client, PACE)
    wait_until("its end", lambda: value(client, "voltage_ln.l1")["value"] is not None)
    inject(client, "contact", to="closed")
    wait_until("the contact", lambda: client.get("/api/v1/io").json()["input"]["closed"])


def every_kind(client: Client) -> int:
    kinds = client.get("/api/v1/twin/injections").json()
    for kind in kinds:
        given = {row["name"]: row["default"] for row in kind["parameters"] if row["default"] is not None}
        for row in kind["parameters"]:
            if row["needed"] and row["name"] not in given:
                given[row["name"]] = row["choices"][0]
        # What lasts for ever would hide the others.
        if any(row["name"] == "for" for row in kind["parameters"]):
            given["for"] = 1
        done = inject(client, kind["kind"], **given)
        # One thing is held by one entry at a time.
        wait_until(kind["kind"], lambda: position(client) > done["at_s"] + 1)
    return len(kinds)


def played_again(ems: str, text: str, end: dict) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "again.toml")
        path.write_text(text)
        command = [ems, "run", str(path), "--speed", "max", "--ephemeral", "--no-web", "--modbus", "127.0.0.1:0"]
        command += ["--duration", str(end["duration_s"]), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        check(done.returncode == 0, done.stderr)
        again = json.loads(done.stdout.splitlines()[-1])
    check(again["digest"] == end["digest"], f"played again: {again['digest']}, not {end['digest']}")


def another_scenario(ems: str) -> None:
    """Another scenario takes the place of the one that runs: the same addresses and certificate, other users and data."""
    with Meter(ems, SCENARIO, usual=True) as meter:
        console = meter.follow(meter.link)
        before = fingerprint(meter.port)
        refused = console.ask("PUT", "/api/v1/twin/scenario", {"name": "no-such"})
        check((refused.status, refused.json().get("field")) == (422, "name"), f"no such: {refused.body!r}")
        answer = console.ask("PUT", "/api/v1/twin/scenario", {"name": "ten-modules"})
        check(answer.status == 202, f"another: {answer.status} {answer.body!r}")
        meter.wait_for(r"(the scenario ten-modules begins)[\s\S]*its certificate")
        check(console.get("/api/v1/me").status == 401, "whoever was logged in is so no more")
        there = meter.follow(answer.json()["link"])
        check(there.get("/api/v1/twin").json()["scenario"]["name"] == "ten-modules", "it runs")
        check(len(there.get("/api/v1/meters").json()) == 11, "with its modules")
        check(fingerprint(meter.port) == before, "browsers know the certificate")
    with Meter(ems, SCENARIO) as meter:
        given = meter.follow(meter.link).ask("PUT", "/api/v1/twin/scenario", {"name": "ten-modules"})
        check(given.status == 422, f"a folder that was given is not left: {given.status}")


def fingerprint(port: int) -> str:
    with raw_connection(port) as stream:
        return hashlib.sha256(stream.getpeercert(binary_form=True)).hexdigest()


def main() -> None:
    ems = binary(sys.argv[1:])
    another_scenario(ems)
    meter = Meter(ems, SCENARIO, "--speed", str(PACE), json_lines=True)
    with meter:
        meter.add_users()
        client = meter.log_in("operator")
        refusals(client)
        effects(client)
        count = every_kind(client)
        text = client.get("/api/v1/twin/scenario").body.decode()
        told = client.get("/api/v1/twin").json()["injected"]
    played_again(ems, text, meter.lines()[-1])
    print(f"{count} kinds injected, {len(told)} entries; played again with the same digest")


if __name__ == "__main__":
    main()
