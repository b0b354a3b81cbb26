#!/usr/bin/env python3
"""What an installer does from afar: another configuration, a copy and its way back, a version that is announced, what the
program is made of, a certificate that nears its end.

    ci/web/upkeep.py [EMS]
"""

import base64
import hashlib
import json
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import tomllib

from harness import Client, Failed, Meter, PASSWORDS, binary, check

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main() -> int:
    ems = binary(sys.argv[1:])
    with Meter(ems) as meter:
        meter.add_users()
        client = meter.log_in("administrator")
        copied = copies(client)
        configured(client)
        announced(meter, client)
        listed = inventory(meter.log_in("viewer"))
        meter.stop()
        short_lived(meter.data / "web/certificate.pem", meter.data / "web/certificate.key")
        with Meter(ems, data=meter.data) as again:
            client = again.log_in("administrator")
            shown = client.get("/api/v1/configuration").json()
            check("Europe/Paris" in shown["text"] and shown["takes_effect"] == "now", f"at the next start: {shown}")
            check(client.get("/api/v1/device").json()["zone"] == "Europe/Paris", "the zone holds")
            name = client.get("/api/v1/dashboards/board").json()["name"]
            check(name == "As it was", f"what was restored is kept: {name}")
            check("it makes a new one" in again.log(), "a certificate of its own that ends soon is made anew")
            certificate(again, client, False)
            begun_anew(again, client)
    imported(ems)
    print(f"{copied} settings copied and put back, a configuration from the next start on, a newer version announced, begun anew with another zone")
    print(f"{listed} in the inventory, as in the lock files; a certificate that ends soon is told, and made anew if it is the own")
    return 0


def copies(client: Client) -> int:
    board = {"name": "As it was", "shared": True, "widgets": []}
    check(client.ask("PUT", "/api/v1/dashboards/board", board).status == 200, "a dashboard")
    check(client.ask("PATCH", "/api/v1/settings", {"demand_interval_min": 30}).status == 200, "a setting")
    copy = client.get("/api/v1/backup").json()
    text = json.dumps(copy)
    check(all(secret not in text for secret in (*PASSWORDS.values(), "argon2id", "PRIVATE KEY")), "a secret in a copy")
    check("password" not in copy["settings"], "the password of Modbus in a copy")
    client.ask("PUT", "/api/v1/dashboards/board", {**board, "name": "Another"})
    client.ask("PATCH", "/api/v1/settings", {"demand_interval_min": 5})
    wrong = {**copy, "settings": {**copy["settings"], "demand_interval_min": 7}}
    refused = client.post("/api/v1/backup/restore", wrong)
    check((refused.status, refused.json().get("field")) == (422, "settings.demand_interval_min"), f"{refused.body!r}")
    for damaged in ({**copy, "schema": 9}, {**copy, "documents": {"accounts": {}}}, {**copy, "documents": {"dashboards": 7}}, {}):
        answer = client.post("/api/v1/backup/restore", damaged)
        check(answer.status == 422, f"a damaged copy: {answer.status}")
    check(client.get("/api/v1/dashboards/board").json()["name"] == "Another", "a refused copy changes nothing")
    done = client.post("/api/v1/backup/restore", copy)
    check(done.status == 200, f"restoring: {done.status} {done.body!r}")
    check(client.get("/api/v1/settings").json()["settings"]["demand_interval_min"]["value"] == 30, "the setting is back")
    check(client.get("/api/v1/dashboards/board").json()["name"] == "As it was", "the dashboard is back")
    return len(copy["settings"])


def configured(client: Client) -> None:
    before = client.get("/api/v1/configuration").json()
    check(before["takes_effect"] == "now" and "[[log]]" in before["text"], f"as delivered: {before}")
    wrong = client.post("/api/v1/configuration/check", {"text": 'zone = "Mars"\n'})
    check(wrong.status == 422 and "line 1" in wrong.json()["detail"], f"a zone that is none: {wrong.body!r}")
    text = before["text"].replace('zone = "UTC"', 'zone = "Europe/Paris"')
    check(text != before["text"], before["text"][:200])
    check(client.post("/api/v1/configuration/check", {"text": text}).status == 204, "a right one")
    shown = client.ask("PUT", "/api/v1/configuration", {"text": text})
    check(shown.status == 200 and shown.json()["takes_effect"] == "next_start", f"{shown.body!r}")


def begun_anew(meter: Meter, client: Client) -> None:
    """Another zone by set-up, and the run begins anew with it: the same addresses, counters and sessions."""
    wrong = client.ask("PUT", "/api/v1/setup/language", {"language": "en", "zone": "Europe/Atlantis"})
    check((wrong.status, wrong.json().get("field")) == (422, "zone"), f"a zone that is none: {wrong.body!r}")
    done = client.ask("PUT", "/api/v1/setup/language", {"language": "en", "zone": "Asia/Tokyo"})
    check(done.status == 200, f"a zone: {done.status} {done.body!r}")
    check(client.get("/api/v1/configuration").json()["takes_effect"] == "next_start", "the zone waits")
    check(meter.log_in("operator").post("/api/v1/restart").status == 403, "an operator does not")
    check(client.post("/api/v1/restart").status == 204, "beginning anew")
    meter.wait_for(r"(the run begins anew)[\s\S]*its certificate")
    device = client.get("/api/v1/device")
    check(device.status == 200, f"who was logged in stays so: {device.status}")
    check(device.json()["zone"] == "Asia/Tokyo", "the zone holds")
    check(client.get("/api/v1/configuration").json()["takes_effect"] == "now", "and nothing waits")


def announced(meter: Meter, client: Client) -> None:
    check("available" not in client.get("/api/v1/update").json(), "nothing is announced")
    news = {"version": "9.0.0", "published": "2027-01-01T00:00:00Z", "notes": "More of it.", "url": "https://example.org"}
    (meter.data / "web/update.json").write_text(json.dumps(news))
    check(client.get("/api/v1/update").json()["available"] == news, "a newer version")
    (meter.data / "web/update.json").write_text(json.dumps({**news, "version": "0.0.1"}))
    check("available" not in client.get("/api/v1/update").json(), "an older version is none")


def inventory(client: Client) -> str:
    """It is that of the lock files, and of cargo's tree."""
    answer = client.get("/api/v1/inventory")
    media = answer.headers.get("content-type")
    check((answer.status, media) == (200, "application/vnd.cyclonedx+json"), f"the inventory: {answer.status} {media}")
    document = answer.json()
    check((document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6"), f"{document['specVersion']}")
    program, components = document["metadata"]["component"], document["components"]
    npm = {(c["name"], c["version"]): c for c in components if c.get("purl", "").startswith("pkg:npm/")}
    crates = {(c["name"], c["version"]): c for c in components if not c.get("purl", "").startswith("pkg:npm/")}
    check(len(npm) + len(crates) == len(components), "something is listed twice")
    check(all(c["licenses"][0]["expression"] for c in [program, *components]), "a licence is missing")

    compiled, linked = (tree(edges) for edges in ("normal", "normal,no-proc-macro"))
    listed = {*crates, (program["name"], program["version"])}
    check(listed == compiled, f"not as cargo's tree: {sorted(listed ^ compiled)}")
    required = {key for key, crate in crates.items() if crate["scope"] == "required"}
    check(required == linked - {(program["name"], program["version"])}, f"linked: {sorted(required ^ linked)}")
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    sums = {(p["name"], p["version"]): p.get("checksum") for p in lock}
    for (name, version), crate in crates.items():
        known = sums[name, version]
        hashes = [{"alg": "SHA-256", "content": known}] if known else None
        purl = f"pkg:cargo/{name}@{version}" if known else None
        check((crate.get("hashes"), crate.get("purl")) == (hashes, purl), f"{name} {version}: {crate}")

    packages = json.loads((ROOT / "services/webapp/app/package-lock.json").read_text())["packages"]
    bundled = {place.rsplit("node_modules/", 1)[1]: p for place, p in packages.items() if place and not p.get("dev")}
    check(set(npm) == {(name, p["version"]) for name, p in bundled.items()}, f"npm: {sorted(npm)}")
    for (name, version), package in npm.items():
        digest = base64.b64decode(bundled[name]["integrity"].removeprefix("sha512-")).hex()
        check(package["hashes"] == [{"alg": "SHA-512", "content": digest}], f"{name}: {package['hashes']}")
        check(package["purl"] == f"pkg:npm/{name.replace('@', '%40')}@{version}", package["purl"])
    return f"{len(crates)} crates and {len(npm)} npm packages"


def tree(edges: str) -> set[tuple[str, str]]:
    """Names and versions of the crates that these edges lead to from ems."""
    command = ["cargo", "tree", "--locked", "-p", "ems", "--prefix", "none", "--edges", edges]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    check(done.returncode == 0, f"cargo tree: {done.stderr}")
    return set(re.findall(r"^(\S+) v(\S+)", done.stdout, re.MULTILINE))


def short_lived(certificate: pathlib.Path, key: pathlib.Path) -> None:
    """Writes a certificate that ends in ten days."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "10"]
    command += ["-subj", "/CN=meter.local", "-out", str(certificate), "-keyout", str(key)]
    done = subprocess.run(command, capture_output=True, text=True)
    check(done.returncode == 0, f"openssl: {done.stderr}")


def certificate(meter: Meter, client: Client, expires_soon: bool) -> None:
    """What is told of it is what is shown."""
    told = client.get("/api/v1/device").json()["certificate"]
    shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", meter.port)))
    check(told["fingerprint"].replace(":", "").lower() == hashlib.sha256(shown).hexdigest(), f"fingerprint: {told}")
    check(told["expires_soon"] == expires_soon, f"whether it ends soon: {told}")
    warned = f"the certificate holds until {told['not_after']}" in meter.log()
    check(warned == expires_soon, f"at the start: {meter.log()}")


def imported(ems: str) -> None:
    """One that somebody brought is only warned of."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        short_lived(folder / "own.pem", folder / "own.key")
        config = folder / "config.toml"
        config.write_text(f'backend = "sim"\n[web]\ncertificate = "{folder}/own.pem"\nkey = "{folder}/own.key"\n')
        with Meter(ems, "--config", str(config)) as meter:
            meter.add_users()
            certificate(meter, meter.log_in("viewer"), True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        sys.exit(f"upkeep: {failed}")
