"""What the published description allows, and what it forbids, sent to a real meter by schemathesis.

Every answer has to be one that the description knows: its status, its media type, its shape; what the description forbids
has to be refused; nothing may be a fault of the server. As an administrator and as a viewer. Afterwards the meter is as
well as before, and no window is missing.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

from harness import Client, Failed, Meter, binary, check

HERE = pathlib.Path(__file__).parent

# Cases of an operation. More find nothing new in a minute.
EXAMPLES = "12"

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "response_headers_conformance,negative_data_rejection,unsupported_method"
)

# What would end the test itself, or has no end.
LEFT_OUT = {
    "login": "throttles the address after five failures; attacks.py has it",
    "login_by_link": "the same",
    "logout": "ends the session that asks",
    "restart": "ends the run; upkeep.py has it",
    "choose_scenario": "the same; twin.py has it",
    "setup_password": "refused once there are users; roles.py has it",
    "set_own_password": "ends the session that asks; roles.py has it",
    "live": "a WebSocket; attacks.py has it",
    "stream": "has no end; attacks.py has it",
}


def fuzz(meter: Meter, role: str, folder: pathlib.Path) -> int:
    client = meter.log_in(role)
    document = client.get("/api/v1/openapi.json").json()
    operations = [row for path in document["paths"].values() for row in path.values() if "operationId" in row]
    known = {row["operationId"] for row in operations}
    check(set(LEFT_OUT) <= known, f"no such operation: {set(LEFT_OUT) - known}")
    (folder / "openapi.json").write_text(json.dumps(document))
    (folder / "schemathesis.toml").write_text((HERE / "schemathesis.toml").read_text())
    report = folder / f"{role}.json"
    command = [str(pathlib.Path(sys.executable).with_name("schemathesis")), "run", "openapi.json"]
    command += ["--url", f"https://127.0.0.1:{meter.port}", "--tls-verify", "false", "--request-timeout", "20"]
    command += ["-H", f"Cookie: {client.cookie}", "-H", f"X-CSRF-Token: {client.csrf}"]
    command += ["--generation-with-security-parameters", "false", "--generation-deterministic", "-n", EXAMPLES]
    command += ["--phases", "coverage,fuzzing", "--checks", CHECKS, "--continue-on-failure", "--no-color"]
    command += ["--report", "json", "--report-json-path", str(report)]
    for name in LEFT_OUT:
        command += ["--exclude-operation-id", name]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    wanted = len(known) - len(LEFT_OUT)
    check(f"Tested: {wanted}\n" in done.stdout, f"not every operation was tried:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    check(done.returncode == 0, f"as {role}:\n{done.stdout[-12000:]}")
    return wanted


def whole(meter: Meter, client: Client) -> None:
    check(client.get("/api/v1/health").status == 200, "the meter is as well as before")
    windows = [line["window"] for line in meter.lines() if line["type"] == "window" and line["meter"] == "main"]
    check(len(windows) > 10, f"only {len(windows)} windows")
    missing = [after for before, after in zip(windows, windows[1:]) if after != before + 1]
    check(not missing, f"windows are missing before {missing[:5]}")


def main() -> None:
    ems = binary(sys.argv[1:])
    with tempfile.TemporaryDirectory() as name, Meter(ems, "house", json_lines=True) as meter:
        meter.add_users()
        counts = [fuzz(meter, role, pathlib.Path(name)) for role in ("viewer", "administrator")]
        whole(meter, meter.nobody())
    print(f"{counts[0]} operations as a viewer, {counts[1]} as an administrator: nothing that the description does not know")


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(f"fuzz: {failed}")
