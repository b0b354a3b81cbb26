"""What the published description allows, and what it forbids, sent to a real meter by schemathesis.

Every answer has to be one that the description knows: its status, its media type, its headers, its shape; what the
description forbids has to be refused; nothing may be a fault of the program. By administrators and by a viewer. Meanwhile
no window is lost, and afterwards the meter begins again with all that it was given.

    ci/web/fuzz.py [EMS]       with a Python that has ci/web/requirements.txt
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import Client, Failed, Meter, binary, check, check_windows

HERE = Path(__file__).parent
SEED = 20261127
# Of each operation; those that nothing can be sent to are called a few times whatever stands here.
EXAMPLES = 30
EXAMPLES_VIEWER = 5
ALL_PHASES = "examples,coverage,fuzzing,stateful"
PASSWORD = "eleven patient lanterns"

# Not positive_data_acceptance: that a text is TOML or the name of a column is more than a schema says. Roles and logins
# are the matter of roles.py, so that no check here leaves credentials out.
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "unsupported_method", "allow_header_conformance",
    "missing_required_header", "busy_says_when",
)

# Not called, with the reason.
LEFT_OUT = {
    "stream": "has no end; attacks.py has it",
    "restart": "ends the run whose windows are counted; upkeep.py has it",
}

# Called after all others, each row by an administrator of its own: with luck they leave gaps on purpose, change the pace of
# everything, end their session, or take users away, at last those who call here.
LAST = (
    ("inject", "injections"),
    ("set_pace", "twin"),
    ("restore", "backup"),
    ("set_own_password", "confirm_password"),
    ("logout", "me"),
    ("add_user", "users", "change_user", "remove_user"),
)

# Of these rows, what is called only there.
ONLY_LAST = {"inject", "set_pace", "restore", "set_own_password", "logout", "change_user", "remove_user"}


def main() -> int:
    ems = binary(sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data")
        # A folder that was given is kept to, so that choose_scenario is refused and need not be left out.
        with Meter(ems, data=data, json_lines=True) as meter:
            tested, names, calls = fuzz(meter, Path(folder))
            windows = check_windows(meter, may_have_gaps=True)
        with Meter(ems, data=data) as meter:
            meter.command("user", "add", "late1", "--role", "administrator", "--data", str(data), given=PASSWORD)
            late = meter.log_in_as("late1", PASSWORD, source="127.0.0.2")
            check(late.get("/api/v1/audit/check").json() == {"whole": True}, "the log is whole")
    left_out = "; ".join(f"{name} {why}" for name, why in LEFT_OUT.items())
    print(f"{tested} of {names} operations, {calls} calls, {windows} windows meanwhile. Left out: {left_out}")
    return 0


def fuzz(meter: Meter, folder: Path) -> tuple[int, int, int]:
    """Calls everything; how many operations of how many, and how often."""
    meter.add_users()
    for row in LAST:
        meter.command("user", "add", last_user(row), "--role", "administrator", "--data", str(meter.data), given=PASSWORD)
    # All log in before anything is called: what is called guesses passwords too, and then this address has to wait.
    administrator, viewer = meter.log_in("administrator"), meter.log_in("viewer")
    others = [meter.log_in_as(last_user(row), PASSWORD) for row in LAST]
    document = administrator.get("/api/v1/openapi.json").json()
    names = {operation["operationId"] for entry in document["paths"].values() for operation in entry.values()}
    gone = {*LEFT_OUT, *ONLY_LAST, *(name for row in LAST for name in row)} - names
    check(not gone, f"no operations any more, take them off the lists: {gone}")
    path = folder / "openapi.json"
    path.write_text(json.dumps(with_known_names(document, administrator)))
    most = sorted(names - {*LEFT_OUT} - ONLY_LAST)
    tested = set()
    calls = 0

    def run(who: str, client: Client, wanted: list[str], phases: str, examples: int) -> None:
        nonlocal calls
        report = called(meter, client, path, wanted, phases, examples)
        done = report["operations"]
        # A run that calls nothing finds no fault either.
        check(
            (done["total"], done["selected"], done["tested"], done["errored"]) == (len(names), len(wanted), len(wanted), 0),
            f"{who}: {len(wanted)} of {len(names)} operations were wanted: {done}",
        )
        tested.update(wanted)
        calls += report["test_cases"]["generated"]
        what = f"{len(wanted)} operations" if len(wanted) > 9 else ", ".join(wanted)
        print(f"{who}: {what}, {report['test_cases']['generated']} calls in {report['running_time']:.0f} s", flush=True)

    run("an administrator", administrator, most, ALL_PHASES, EXAMPLES)
    run("a viewer", viewer, most, "fuzzing", EXAMPLES_VIEWER)
    check_windows(meter)
    for row, client in zip(LAST, others):
        run("an administrator", client, list(row), ALL_PHASES, EXAMPLES)
        if "set_pace" in row:
            check(client.ask("PUT", "/api/v1/twin/pace", {"speed": "realtime"}).status == 200, "the pace is set back")
    check(tested | {*LEFT_OUT} == names, f"never called: {names - tested - {*LEFT_OUT}}")
    health = meter.nobody().get("/api/v1/health")
    check(health.status == 200 and health.json()["status"] == "ok", f"afterwards: {health}")
    before = len(meter.lines())
    time.sleep(2)
    check(len(meter.lines()) > before, "it measures on")
    return len(tested), len(names), calls


def last_user(row: tuple[str, ...]) -> str:
    return "last-" + row[0].replace("_", "-")


def called(meter: Meter, client: Client, document: Path, names: list[str], phases: str, examples: int) -> dict:
    """Calls operations; what schemathesis reports of it."""
    report = document.with_name("report.json")
    report.unlink(missing_ok=True)
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(HERE / "schemathesis.toml"), "run", str(document),
        "--url", f"https://127.0.0.1:{meter.port}", "--tls-verify", "false", "--request-timeout", "20", "--workers", "2",
        "--phases", phases, "--checks", ",".join(CHECKS), "--max-examples", str(examples), "--seed", str(SEED),
        "--generation-database", "none", "--generation-with-security-parameters", "false", "--suppress-health-check", "all",
        "--header", f"Cookie: {client.cookie}", "--header", f"X-CSRF-Token: {client.csrf}",
        "--no-shrink", "--warnings", "off", "--no-color", "--report-json-path", str(report),
    ]
    for name in names:
        command += ["--include-operation-id", name]
    surroundings = {**os.environ, "SCHEMATHESIS_HOOKS": "fuzz_checks", "PYTHONPATH": str(HERE), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, cwd=document.parent, env=surroundings, capture_output=True, text=True, timeout=300)
    said = f"{done.stdout[-12000:]}{done.stderr[-4000:]}\nthe meter says:\n{meter.log()[-3000:]}"
    check(done.returncode == 0 and report.exists(), f"schemathesis:\n{said}")
    return json.loads(report.read_text())


def with_known_names(document: dict, client: Client) -> dict:
    """The description, in which a text may also be one of those that this meter knows. It allows the same, since a text is a
    text; but who only guesses never gets past "there is no such meter"."""
    catalog = client.get("/api/v1/catalog").json()
    columns = [column["path"] for column in client.get("/api/v1/history/columns").json()["columns"]]
    ids = {
        "/api/v1/meters/{id}": [meter["id"] for meter in client.get("/api/v1/meters").json()],
        "/api/v1/users/{username}": ["viewer1", "nobody1"],
        "/api/v1/": ["1", "2", "a"],
    }
    asked = {
        "columns": [*columns[:4], ",".join(columns[:3])],
        "kinds": catalog["event_kinds"],
        "meters": ["main"],
        "points": ["active_power.*", "*.total.*", "frequency"],
        "from": ["2026-01-01", "2026-06-17T06:00", "1970-01-01T00:00:00Z"],
        "to": ["2027-01-01", "2100-01-01T00:00:00Z"],
        "step": ["auto", "1s", "15min", "day", "year"],
    }
    for path, entry in document["paths"].items():
        known = next(values for begin, values in ids.items() if path.startswith(begin)) if "{" in path else []
        for operation in entry.values():
            for parameter in operation.get("parameters", []):
                values = known if parameter["in"] == "path" else asked.get(parameter["name"])
                if values:
                    parameter["schema"] = {"anyOf": [{"enum": values}, parameter["schema"]]}
    settings = {
        slug: {"anyOf": [{"type": "integer", "minimum": row["min"], "maximum": row["max"]}, {"type": "string"}]}
        for slug, row in client.get("/api/v1/settings").json()["settings"].items()
    }
    for method, path in (("patch", "/api/v1/settings"), ("post", "/api/v1/settings/check")):
        sent(document, method, path)["schema"]["properties"] = settings
    bodies = {
        ("put", "/api/v1/meters/{id}/correction"): [object_of({"text": {"enum": ["-l1 l2 l3", "l3 l1 l2"]}})],
        ("put", "/api/v1/configuration"): [object_of({"text": {"enum": [client.get("/api/v1/configuration").json()["text"]]}})],
        ("put", "/api/v1/twin/pace"): [object_of({"speed": {"enum": ["max", "60x", 0.5]}})],
        ("post", "/api/v1/twin/inject"): [injection(kind) for kind in client.get("/api/v1/twin/injections").json()],
        ("post", "/api/v1/backup/restore"): [{"enum": [client.get("/api/v1/backup").json()]}],
    }
    for (method, path), known in bodies.items():
        content = sent(document, method, path)
        content["schema"] = {"anyOf": [*known, content["schema"]]}
    return document


def sent(document: dict, method: str, path: str) -> dict:
    """What is sent to an operation."""
    return document["paths"][path][method]["requestBody"]["content"]["application/json"]


def object_of(properties: dict) -> dict:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def injection(kind: dict) -> dict:
    """What an injection is sent as."""
    properties = {"kind": {"const": kind["kind"]}}
    for row in kind["parameters"]:
        word = {"enum": row["choices"]} if row.get("choices") else {}
        limits = {key: row[name] for key, name in (("minimum", "min"), ("maximum", "max")) if name in row}
        properties[row["name"]] = {
            "number": {"type": "number", **limits},
            "set": {"type": "array", "items": word, "minItems": 1},
        }.get(row["type"], word)
    needed = ["kind", *(row["name"] for row in kind["parameters"] if row["needed"])]
    return {**object_of(properties), "required": needed}


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        sys.exit(f"fuzz: {failed}")
