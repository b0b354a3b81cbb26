"""A function of the digital input and output is the same whichever way it is set: over the interface (which the page uses),
by the configuration's file, over Modbus. [I3, O4]

    ci/web/same.py [EMS]
"""

import pathlib
import re
import socket
import struct
import sys
import tempfile

from harness import Client, Failed, Meter, binary, check

# Settings by their names, what each becomes, and its own register, as docs/modbus-map.md has it: address and registers.
WANTED = {
    "digital_input_function": ("tariff", 0, 0x7068, 1),
    "digital_output_function": ("remote", 2, 0x7090, 2),
    "digital_output_normal_state": ("closed", 1, 0x7092, 2),
}


def ask_modbus(port: int, function: int, body: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as stream:
        stream.sendall(struct.pack(">HHHBB", 1, 0, len(body) + 2, 1, function) + body)
        head = stream.recv(7)
        answer = stream.recv(struct.unpack(">H", head[4:6])[0])
    check(answer[0] == function, f"Modbus refuses: {answer.hex()}")
    return answer[1:]


def read(port: int, address: int, count: int) -> int:
    data = ask_modbus(port, 3, struct.pack(">HH", address, count))[1:]
    words = struct.unpack(f">{count}H", data)
    # The low word comes first.
    return sum(word << (16 * place) for place, word in enumerate(words))


def write(port: int, address: int, count: int, value: int) -> None:
    words = [(value >> (16 * place)) & 0xFFFF for place in range(count)]
    ask_modbus(port, 16, struct.pack(f">HHB{count}H", address, count, 2 * count, *words))


def seen(meter: Meter, client: Client) -> dict:
    """What the interface and Modbus say of them."""
    port = int(meter.wait_for(r"Modbus TCP listens on [^:]+:(\d+)"))
    settings = client.get("/api/v1/settings").json()["settings"]
    io = client.get("/api/v1/io").json()
    return {
        "settings": {name: (settings[name]["name"], settings[name]["value"]) for name in WANTED},
        "io": (io["input"]["function"], io["output"]["function"], io["output"]["normal_state"], io["output"]["closed"]),
        "modbus": {name: read(port, address, count) for name, (_, _, address, count) in WANTED.items()},
    }


def by_interface(meter: Meter, client: Client) -> None:
    done = client.ask("PATCH", "/api/v1/settings", {name: word for name, (word, *_) in WANTED.items()})
    check(done.status == 200 and len(done.json()["done"]) == len(WANTED), f"{done.body!r}")


def by_modbus(meter: Meter, _client: Client) -> None:
    port = int(meter.wait_for(r"Modbus TCP listens on [^:]+:(\d+)"))
    for _, value, address, count in WANTED.values():
        write(port, address, count, value)


def by_file(meter: Meter) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "settings.toml")
        exported = meter.command("config", "export", "--data", str(meter.data))
        text = exported
        for name, (word, *_) in WANTED.items():
            text, count = re.subn(rf'(?m)^{name} = .*$', f'{name} = "{word}"', text)
            check(count == 1, f"{name} is in what is exported once: {exported}")
        path.write_text(text)
        meter.command("config", "import", str(path), "--data", str(meter.data))


def main() -> int:
    ems = binary(sys.argv[1:])
    found = {}
    for name, way in (("interface", by_interface), ("modbus", by_modbus)):
        with Meter(ems, "house") as meter:
            meter.add_users()
            client = meter.log_in("operator")
            before = seen(meter, client)
            way(meter, client)
            found[name] = seen(meter, client)
            check(found[name] != before, f"by {name} nothing changes")
    with Meter(ems, "house") as meter:
        meter.add_users()
        meter.stop()
        by_file(meter)
        with Meter(ems, "house", data=meter.data) as again:
            found["file"] = seen(again, again.log_in("operator"))
    wanted = {name: (word, value) for name, (word, value, *_) in WANTED.items()}
    for name, state in found.items():
        check(state["settings"] == wanted, f"by {name}: {state}")
        check(state == found["interface"], f"by {name}: {state}, by the interface: {found['interface']}")
    print(f"{len(WANTED)} settings alike by {', '.join(found)}: {found['interface']['io']}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        sys.exit(f"same: {failed}")
