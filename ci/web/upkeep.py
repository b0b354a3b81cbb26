#!/usr/bin/env python3
"""What an installer does from afar: another configuration, a copy and its way back, a version that is announced.

    ci/web/upkeep.py [EMS]
"""

import json
import sys

from harness import Client, Failed, Meter, PASSWORDS, binary, check


def main() -> int:
    ems = binary(sys.argv[1:])
    with Meter(ems) as meter:
        meter.add_users()
        client = meter.log_in("administrator")
        copied = copies(client)
        configured(client)
        announced(meter, client)
        meter.stop()
        with Meter(ems, data=meter.data) as again:
            client = again.log_in("administrator")
            shown = client.get("/api/v1/configuration").json()
            check("Europe/Paris" in shown["text"] and shown["takes_effect"] == "now", f"at the next start: {shown}")
            check(client.get("/api/v1/device").json()["zone"] == "Europe/Paris", "the zone holds")
            name = client.get("/api/v1/dashboards/board").json()["name"]
            check(name == "As it was", f"what was restored is kept: {name}")
            begun_anew(again, client)
    print(f"{copied} settings copied and put back, a configuration from the next start on, a newer version announced, begun anew with another zone")
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


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        sys.exit(f"upkeep: {failed}")
