#!/usr/bin/env python3
"""What somebody might try who has no right to, while the meter measures: it misses no window.

    ci/web/attacks.py [EMS]

Each check is a row of docs/security.md.
"""

import datetime
import socket
import ssl
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

from harness import PASSWORDS, Client, Failed, Meter, anyone, binary, check, check_windows, raw_connection

# Secrets that must be nowhere but where they are kept as hashes.
CANARY_PASSWORD = "fifteen yellow paper boats"
SLOW_S = 25.0
# Live frames fill the client's buffer first; 30 s after that a connection is let go.
READERS_S = 60.0
# Of all together: what lies in buffers, and what the answers to others need.
GROWTH_MIB = 48
PINGS_BYTES = 64 * 1024 * 1024
TCP_LISTEN = "0A"
ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    ems = binary(sys.argv[1:])
    done = []
    with Meter(ems, json_lines=True) as meter:
        meter.add_users()
        for attack in (
            headers, cookies, fixation, logout_ends, cross_site, traversal, large_bodies, large_headers, nonsense,
            old_tls, redirect, whom_to_tell, floods, slow_headers, slow_readers, canaries,
        ):
            attack(meter)
            done.append(attack.__name__)
        windows = check_windows(meter)
    with Meter(ems) as meter:
        meter.add_users()
        brute_force(meter)
        data = meter.data
        meter.stop()
        with Meter(ems, data=data) as again:
            still_locked(again)
        done += ["brute_force", "still_locked"]
    print(f"{len(done)} attacks refused, {windows} windows meanwhile: {', '.join(done)}")
    return 0


def headers(meter: Meter) -> None:
    for path in ("/", "/api/v1/health", "/api/v1/measurements", "/no/such/file.js"):
        answer = meter.nobody().get(path)
        policy = answer.headers.get("content-security-policy", "")
        check("unsafe" not in policy and "default-src 'none'" in policy, f"{path}: policy {policy}")
        check(answer.headers.get("strict-transport-security", "").startswith("max-age="), f"{path}: HSTS")
        check(answer.headers.get("x-content-type-options") == "nosniff", f"{path}: nosniff")
        check(answer.headers.get("x-frame-options") == "DENY", f"{path}: frames")
        check("server" not in answer.headers, f"{path}: a banner {answer.headers.get('server')}")


def cookies(meter: Meter) -> None:
    answer = meter.nobody().post("/api/v1/login", {"username": "viewer1", "password": PASSWORDS["viewer"]})
    cookie = answer.headers["set-cookie"]
    for part in ("__Host-ems=", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        check(part in cookie, f"the cookie lacks {part}: {cookie}")
    check("Domain" not in cookie, cookie)


def fixation(meter: Meter) -> None:
    planted = "__Host-ems=" + "ab" * 32
    client = Client(meter.port, cookie=planted)
    answer = client.post("/api/v1/login", {"username": "viewer1", "password": PASSWORDS["viewer"]})
    check(answer.status == 200, f"login: {answer.status}")
    check(planted not in answer.headers["set-cookie"], "a session takes a secret that somebody else chose")
    check(client.get("/api/v1/me").status == 401, "the planted secret is a session")


def logout_ends(meter: Meter) -> None:
    client = meter.log_in("viewer")
    check(client.get("/api/v1/me").status == 200, "logged in")
    check(client.post("/api/v1/logout").status == 204, "logged out")
    check(client.get("/api/v1/me").status == 401, "a session goes on after its log-out")


def cross_site(meter: Meter) -> None:
    client = meter.log_in("operator")
    body = {"tariff_selected": 2}
    without = Client(meter.port, cookie=client.cookie)
    check(without.ask("PATCH", "/api/v1/settings", body).problem == "csrf", "a change without the token")
    wrong = Client(meter.port, cookie=client.cookie, csrf="0" * 64)
    check(wrong.ask("PATCH", "/api/v1/settings", body).problem == "csrf", "a change with another token")
    for origin in ("https://evil.example", "null", "http://127.0.0.1"):
        answer = client.ask("PATCH", "/api/v1/settings", body, headers={"Origin": origin})
        check(answer.problem == "csrf", f"a change from {origin}: {answer.status}")
    own = client.ask("PATCH", "/api/v1/settings", body, headers={"Origin": f"https://127.0.0.1:{meter.port}"})
    check(own.status == 200, f"a change from our page: {own.status} {own.body!r}")
    # A socket is not bound to its origin by the browser.
    upgrade = {
        "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": "https://evil.example",
    }
    check(client.get("/api/v1/live", headers=upgrade).problem == "csrf", "a socket of another page")
    login = meter.nobody().post(
        "/api/v1/login", {"username": "viewer1", "password": PASSWORDS["viewer"]}, headers={"Origin": "https://evil.example"}
    )
    check(login.problem == "csrf", "a login from another page")


def traversal(meter: Meter) -> None:
    for path in (
        "/../../etc/passwd", "/..%2f..%2fetc/passwd", "/assets/../../data/web/accounts.json", "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%5c..%5cetc%5cpasswd", "//etc/passwd", "/assets/%00.js", "/etc/passwd%00.html",
    ):
        answer = meter.nobody().get(path)
        check(b"root:" not in answer.body and b"argon2id" not in answer.body, f"{path}: {answer.body[:80]!r}")
        check(answer.status in (400, 404) or b"<html" in answer.body[:400].lower(), f"{path}: {answer.status}")
    client = meter.log_in("administrator")
    for name in ("..%2f..%2faccounts", "%2e%2e", "accounts%00", "a%0d%0ab"):
        for noun in ("dashboards", "reports", "users"):
            answer = client.ask("DELETE", f"/api/v1/{noun}/{name}")
            check(answer.status in (404, 405, 422), f"{noun}/{name}: {answer.status}")


def large_bodies(meter: Meter) -> None:
    client = meter.log_in("operator")
    answer = client.ask("PATCH", "/api/v1/settings", raw=b"x" * 2_000_000, headers={"Content-Type": "application/json"})
    check(answer.status == 413, f"2 MB by an operator: {answer.status}")
    answer = meter.nobody().ask("POST", "/api/v1/login", raw=b"x" * 20_000, headers={"Content-Type": "application/json"})
    check(answer.status == 413, f"20 kB by nobody: {answer.status}")
    long = meter.nobody().post("/api/v1/login", {"username": "viewer1", "password": "y" * 4000})
    check(long.status == 401, f"a long password: {long.status}")


def large_headers(meter: Meter) -> None:
    with raw_connection(meter.port) as stream:
        try:
            stream.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 40_000 + b"\r\n\r\n")
            first = stream.recv(100)
        except (ssl.SSLError, ConnectionError):
            # It was cut off while it was still sending.
            first = b""
        check(first.split(b" ")[1:2] == [b"431"] or first == b"", f"40 kB of headers: {first!r}")


def nonsense(meter: Meter) -> None:
    client = meter.log_in("operator")
    for body in (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"tariff_selected":1}x', b'{"tariff_selected":' + b"[" * 5000):
        answer = client.ask("PATCH", "/api/v1/settings", raw=body, headers={"Content-Type": "application/json"})
        check(answer.status in (400, 422) and answer.problem, f"{body[:30]!r}: {answer.status}")
    answer = client.ask("PATCH", "/api/v1/settings", raw=b"{}", headers={"Content-Type": "text/plain"})
    check(answer.status == 415, f"text/plain: {answer.status}")
    answer = client.ask("PATCH", "/api/v1/settings", {"tarif_selected": 1})
    check(answer.status == 422 and answer.json()["field"] == "tarif_selected", f"a misspelt setting: {answer.body!r}")
    answer = client.ask("BREW", "/api/v1/settings")
    check(answer.status == 405 and "GET" in answer.headers["allow"], f"another method: {answer.status}")
    name = meter.nobody().post("/api/v1/login", {"username": "x\r\nfake entry", "password": "y" * 12})
    check(name.status == 401, "a name with line ends")
    events = client.get("/api/v1/events?limit=20&kinds=access").json()["events"]
    check(all("\n" not in event["text"] and "\r" not in event["text"] for event in events), "line ends in the log")


def old_tls(meter: Meter) -> None:
    context = anyone()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        # That they are old is the point.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    try:
        with socket.create_connection(("127.0.0.1", meter.port)) as stream, context.wrap_socket(stream):
            raise Failed("TLS 1.1 is spoken")
    except (ssl.SSLError, ConnectionError):
        pass
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = anyone()
        context.minimum_version = context.maximum_version = version
        with socket.create_connection(("127.0.0.1", meter.port)) as stream, context.wrap_socket(stream) as secure:
            check(secure.version() is not None, f"{version} is not spoken")


def redirect(meter: Meter) -> None:
    services = meter.log_in("viewer").get("/api/v1/services").json()
    address = next(service["address"] for service in services if service["name"] == "http")
    host, port = address.rsplit(":", 1)
    for given, expected in ((f"meter.local:{port}", f"https://meter.local:{meter.port}/a?b=1"), ("evil/..", None)):
        with socket.create_connection((host, int(port)), timeout=5) as stream:
            stream.sendall(f"GET /a?b=1 HTTP/1.1\r\nHost: {given}\r\n\r\n".encode())
            said = stream.recv(2000).decode()
        if expected:
            check(" 308 " in said.splitlines()[0] and f"location: {expected}\r\n" in said, said)
        else:
            check(" 400 " in said.splitlines()[0], said)


def whom_to_tell(meter: Meter) -> None:
    answer = meter.nobody().get("/.well-known/security.txt")
    check((answer.status, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8"), f"{answer}")
    fields = dict(line.split(": ", 1) for line in answer.body.decode().splitlines())
    base = f"https://127.0.0.1:{meter.port}"
    check(fields["Contact"].startswith(base), f"the contact: {fields}")
    expires = datetime.datetime.fromisoformat(fields["Expires"])
    now = datetime.datetime.now(datetime.timezone.utc)
    check(expires > now, f"security.txt has expired: move EXPIRES on in services/web/src/http/security.rs ({expires})")
    policy = meter.nobody().get(fields["Policy"].removeprefix(base))
    check(policy.body == (ROOT / "SECURITY.md").read_bytes(), "the policy is not that of the repository")
    check(meter.nobody().post("/.well-known/security.txt").status == 405, "security.txt is only read")


def floods(meter: Meter) -> None:
    streams = []
    refused = 0
    try:
        for _ in range(60):
            try:
                streams.append(raw_connection(meter.port))
            except (ConnectionError, ssl.SSLError, OSError):
                refused += 1
    finally:
        for stream in streams:
            stream.close()
    check(len(streams) <= 32 and refused >= 28, f"{len(streams)} connections from one address, {refused} refused")
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            check(meter.nobody().get("/api/v1/health").status == 200, "it answers afterwards")
            break
        except (ConnectionError, ssl.SSLError, OSError):
            time.sleep(0.1)
    client = meter.log_in("viewer")

    def ask() -> None:
        for _ in range(60):
            client.get("/api/v1/measurements")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def slow_headers(meter: Meter) -> None:
    begun = time.monotonic()
    with raw_connection(meter.port) as stream, socket.create_connection(("127.0.0.1", meter.port)) as silent:
        stream.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n")
        stream.settimeout(SLOW_S)
        silent.settimeout(SLOW_S)
        check(silent.recv(10) == b"", "who does not begin TLS is let go")
        handshake_s = time.monotonic() - begun
        said = stream.recv(200)
        while said and b"\r\n\r\n" not in said:
            more = stream.recv(200)
            if not more:
                break
            said += more
    took_s = time.monotonic() - begun
    check(4.0 < handshake_s < 8.0, f"a silent client is let go after {handshake_s:.1f} s")
    check(9.0 < took_s < 15.0 and b" 200 " not in said, f"half a head is let go after {took_s:.1f} s: {said!r}")


def slow_readers(meter: Meter) -> None:
    """Who asks and does not read. Each is let go, holds little memory until then, and keeps nobody else from being served."""
    client = meter.log_in("viewer")
    before_kib = most_kib = resident_kib(meter)
    head = f" HTTP/1.1\r\nHost: x\r\nCookie: {client.cookie}\r\n"
    upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    asks = {
        # Answers of some megabytes, one after the other.
        "the description": f"GET /api/v1/openapi.json{head}\r\n" * 40,
        "the catalogue": f"GET /api/v1/catalog{head}\r\n" * 200,
        "all values": f"GET /api/v1/measurements{head}\r\n" * 100,
        "live events": f"GET /api/v1/stream{head}\r\n",
        "a live socket": f"GET /api/v1/live{head}{upgrade}\r\n",
    }
    readers = []
    for name, ask in [*asks.items()] * 4:
        stream = raw_connection(meter.port, receive_bytes=4096)
        stream.settimeout(1)
        try:
            stream.sendall(ask.encode())
        except (TimeoutError, ssl.SSLError):
            # It reads no more questions while nobody takes the answers.
            pass
        readers.append((name, stream))
    flood = raw_connection(meter.port, receive_bytes=4096)
    flood.sendall(f"GET /api/v1/live{head}{upgrade}\r\n".encode())
    readers.append(("a live socket with pings", flood))
    thread = threading.Thread(target=send_pings, args=(flood,))
    thread.start()
    begun = time.monotonic()
    waiting = {stream.getsockname()[1]: name for name, stream in readers}
    left: dict[str, float] = {}
    slowest_s = 0.0
    while waiting and time.monotonic() - begun < READERS_S:
        for port in waiting.keys() - served(meter):
            left[waiting.pop(port)] = time.monotonic() - begun
        asked = time.monotonic()
        check(client.get("/api/v1/measurements").status == 200, "others are served")
        slowest_s = max(slowest_s, time.monotonic() - asked)
        most_kib = max(most_kib, resident_kib(meter))
        time.sleep(0.2)
    thread.join()
    for _, stream in readers:
        stream.close()
    still = ", ".join(sorted(set(waiting.values())))
    check(not still, f"after {READERS_S:.0f} s are still there: {still}; left are {left}")
    check(slowest_s < 5, f"others wait {slowest_s:.1f} s")
    grown_mib = (most_kib - before_kib) / 1024
    check(grown_mib < GROWTH_MIB, f"{len(readers)} who do not read take {grown_mib:.0f} MiB")
    told = ", ".join(f"{name} {after_s:.0f} s" for name, after_s in left.items())
    print(f"{len(readers)} who do not read: {grown_mib:.1f} MiB, others wait {slowest_s:.2f} s; let go: {told}")


def send_pings(stream: ssl.SSLSocket) -> None:
    """Pings, whose answers nobody reads."""
    # FIN, ping, masked with zeros, 125 bytes.
    pings = (b"\x89\xfd\0\0\0\0" + b"p" * 125) * 500
    try:
        for _ in range(PINGS_BYTES // len(pings)):
            stream.sendall(pings)
    except (OSError, ValueError):
        pass


def served(meter: Meter) -> set[int]:
    """Ports of those whose connections the meter's side still has. The system lets go of who takes nothing without a word."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ends = [(row[1].split(":")[1], row[2].split(":")[1], row[3]) for row in rows]
    return {int(there, 16) for here, there, state in ends if int(here, 16) == meter.port and state != TCP_LISTEN}


def resident_kib(meter: Meter) -> int:
    status = Path(f"/proc/{meter.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")))


def canaries(meter: Meter) -> None:
    administrator = meter.log_in("administrator")
    secrets = [CANARY_PASSWORD, meter.link, administrator.cookie.split("=")[1], administrator.csrf, *PASSWORDS.values()]
    added = administrator.post("/api/v1/users", {"username": "canary", "password": CANARY_PASSWORD, "role": "viewer"})
    check(added.status == 201, f"add a user: {added.body!r}")
    token = administrator.post("/api/v1/tokens", {"name": "canary", "scopes": ["read"], "days": 1}).json()["token"]
    secrets.append(token)
    meter.nobody().post("/api/v1/login", {"username": "canary", "password": CANARY_PASSWORD})
    meter.nobody().post("/api/v1/login", {"username": "canary", "password": "wrong " + CANARY_PASSWORD})
    check(administrator.ask("PATCH", "/api/v1/settings", {"password": 4711}).status == 200, "the password of Modbus")
    key = (meter.data / "web/certificate.key").read_text().splitlines()[1]
    secrets.append(key)
    texts = {"log": meter.log().replace(meter.link, "")}
    for path in ("/api/v1/diagnostics", "/api/v1/events?limit=1000", "/api/v1/users", "/api/v1/tokens", "/api/v1/settings", "/metrics"):
        texts[path] = administrator.get(path).body.decode()
    check("4711" not in texts["/api/v1/settings"] and "4711" not in texts["/api/v1/events?limit=1000"], "the password of Modbus shows")
    for path in sorted(Path(meter.data).rglob("*")):
        if path.is_file() and path.name != "certificate.key":
            texts[str(path)] = path.read_bytes().decode("latin-1")
    for place, text in texts.items():
        for secret in secrets:
            check(secret not in text, f"a secret stands in {place}: {secret[:12]}...")
    mode = (meter.data / "web/certificate.key").stat().st_mode
    check(mode & 0o077 == 0, f"others may read the key: {mode:o}")
    listing = subprocess.run(["ps", "-o", "args=", "-p", str(meter.process.pid)], capture_output=True, text=True)
    check(all(secret not in listing.stdout for secret in secrets), "a secret stands in the arguments")


def brute_force(meter: Meter) -> None:
    answers = [
        meter.nobody().post("/api/v1/login", {"username": "administrator1", "password": f"a wrong password {n}"})
        for n in range(7)
    ]
    statuses = [answer.status for answer in answers]
    check(statuses == [401] * 5 + [429] * 2, f"seven guesses: {statuses}")
    check(int(answers[-1].headers["retry-after"]) > 0, "when to try again")
    right = meter.nobody().post("/api/v1/login", {"username": "administrator1", "password": PASSWORDS["administrator"]})
    check(right.status == 429, "the right password is not told from a wrong one while one waits")
    unknown = [meter.nobody().post("/api/v1/login", {"username": "nosuchuser", "password": "a wrong password"}).status for _ in range(7)]
    check(unknown == statuses, f"who does not exist is told: {unknown}")


def still_locked(meter: Meter) -> None:
    answer = meter.nobody().post("/api/v1/login", {"username": "administrator1", "password": PASSWORDS["administrator"]})
    check(answer.status == 429, f"after a restart: {answer.status}")
    meter.command("user", "reset-password", "administrator1", "--data", str(meter.data), given=PASSWORDS["administrator"])
    check(meter.log_in("administrator").get("/api/v1/me").status == 200, "the console lets in again")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        sys.exit(f"attacks: {failed}")
