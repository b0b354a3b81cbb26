#!/usr/bin/env python3
"""Every operation of the published interface, called by everybody: nobody, each role, each scope of a token.

    ci/web/roles.py [EMS]

What is expected follows from `x-needs` of the document and from nothing else, so that an operation that is added
is checked without a line here. A fresh device refuses all but set-up, health and ready.
"""

import sys
import time

from harness import PATIENCE_S, Client, Failed, Meter, binary, check

RANK = {"viewer": 1, "operator": 2, "administrator": 3}

# What may be called with which rank; tokens are at most operators.
NEEDS = {
    "nobody": 0,
    "set-up": 0,
    "viewer": 1,
    "metrics": 1,
    "operator": 2,
    "administrator": 3,
    "administrator, password confirmed": 3,
}


def main() -> int:
    ems = binary(sys.argv[1:])
    with Meter(ems) as meter:
        meter.add_users()
        document = operations(meter.log_in("viewer"))
        callers = everybody(meter)
        checked = 0
        for method, path, needs in document:
            for name, (rank, scopes, login) in callers.items():
                checked += 1
                call(meter, method, path, needs, name, rank, scopes, login())
    with Meter(ems, "--fresh") as meter:
        fresh = 0
        for method, path, needs in document:
            if needs == "nobody":
                continue
            answer = send(meter.nobody(), method, path)
            check(
                (answer.status, answer.problem) == (403, "set-up-first"),
                f"fresh device: {method} {path} answers {answer.status} {answer.body[:200]!r}",
            )
            fresh += 1
        for path in ("/api/v1/health", "/api/v1/setup"):
            check(meter.nobody().get(path).status == 200, f"fresh device: {path}")
        check(meter.nobody().get("/api/v1/ready").status in (200, 503), "fresh device: ready")
        check("#link=" not in meter.log(), "a fresh device gives no link")
    print(f"{len(document)} operations, {checked} calls by {len(callers)} callers as expected; {fresh} refused by a fresh device")
    return 0


def operations(client: Client) -> list[tuple[str, str, str]]:
    document = client.get("/api/v1/openapi.json").json()
    rows = [
        (method.upper(), path, operation["x-needs"])
        for path, entry in document["paths"].items()
        for method, operation in entry.items()
    ]
    # Whoever logs out is nobody for what follows.
    return sorted(rows, key=lambda row: row[1].endswith("/logout"))


def everybody(meter: Meter) -> dict:
    administrator = meter.log_in("administrator")
    tokens = {}
    for scope in ("read", "write", "metrics"):
        made = administrator.post("/api/v1/tokens", {"name": f"for {scope}", "scopes": [scope], "days": 1})
        check(made.status == 201, f"a token: {made.status} {made.body!r}")
        tokens[scope] = made.json()["token"]
    callers = {"nobody": (0, set(), meter.nobody)}
    for role, rank in RANK.items():
        sessions = meter.log_in(role)
        callers[role] = (rank, set(), lambda session=sessions: session)
    for scope, rank in (("read", 1), ("write", 2), ("metrics", 0)):
        client = Client(meter.port, token=tokens[scope])
        callers[f"token to {scope}"] = (rank, {scope}, lambda client=client: client)
    return callers


def send(client: Client, method: str, path: str):
    # A name that nothing has: what may be called finds nothing, and nothing is done.
    path = path.replace("{id}", "0").replace("{username}", "nobody1")
    body = {} if method in ("POST", "PUT", "PATCH") else None
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return client.ask(method, path, body=body)
        except ConnectionRefusedError:
            # One of the operations is that the run begins anew.
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def call(meter: Meter, method: str, path: str, needs: str, name: str, rank: int, scopes: set, client: Client) -> None:
    answer = send(client, method, path)
    said = f"{method} {path} by {name}: {answer.status} {answer.problem}"
    allowed = rank >= NEEDS[needs] or (needs == "metrics" and "metrics" in scopes)
    if allowed:
        check(answer.status != 401 or answer.problem == "login-failed", said)
        check(answer.status != 403, said)
        check(answer.status < 500 or answer.problem == "busy", said)
    elif name == "nobody":
        check((answer.status, answer.problem) == (401, "not-logged-in"), said)
    else:
        check((answer.status, answer.problem) == (403, "not-allowed"), said)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        sys.exit(f"roles: {failed}")
