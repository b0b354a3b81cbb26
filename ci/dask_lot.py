#!/usr/bin/env python3
"""Runs examples/dask/lot.py with two local workers: its certificate, its sockets, its errors.

    dask_lot.py EMS

Runs in the example's own virtual environment, which `ci/dask` makes.
"""

import filecmp
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "dask" / "lot.py"

# A lot on one wiring and voltage: seconds, and every shard has units and points.
LOT = ["--lot", "8"]
SMALL = ["--wiring", "1p2w", "--un", "230"]
SHARDS = 4

# Some seconds on an idle machine; what takes this long hangs.
PATIENCE_S = 300
LOOK_EVERY_S = 0.2

# Fails as a machine that has no memory does, in the shard that FAILS names: so many times as COUNT says.
UNRELIABLE = """#!/bin/sh
case " $* " in *" --shard $FAILS/"*)
    tried=$(cat "$MARK" 2>/dev/null || echo 0)
    echo $((tried + 1)) > "$MARK"
    if [ "$tried" -lt "$COUNT" ]; then echo "no memory today" >&2; exit 70; fi;;
esac
exec "$REAL" "$@"
"""


class Broken(Exception):
    """What does not hold, in a sentence."""


def main() -> int:
    ems = str(Path(sys.argv[1]).resolve())
    os.environ["SOURCE_DATE_EPOCH"] = "1700000000"
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        try:
            for check in (same_bytes, tried_again, given_up, refused, no_program, no_scheduler):
                begun = time.monotonic()
                print(f"{check(ems, work)} ({time.monotonic() - begun:.0f} s)", flush=True)
        except Broken as broken:
            print(f"ci/dask: {broken}", file=sys.stderr)
            return 1
    return 0


def lot(*arguments: str, code: int, **environment: str) -> tuple[str, set[str]]:
    """Runs the example, which must end with this code: what it said, and the addresses it listened on."""
    command = [sys.executable, str(EXAMPLE), *LOT, *arguments]
    listened = set()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=said, stdin=subprocess.DEVNULL
        )
        begun = time.monotonic()
        while process.poll() is None:
            listened |= listeners(process.pid)
            time.sleep(LOOK_EVERY_S)
            if time.monotonic() - begun > PATIENCE_S:
                process.kill()
                raise Broken(f"{arguments} was not done after {PATIENCE_S} s")
        said.seek(0)
        text = said.read()
    if process.returncode != code:
        raise Broken(f"{arguments} ended with {process.returncode} instead of {code}:\n{text}")
    if "Traceback" in text:
        raise Broken(f"{arguments} shows a traceback:\n{text}")
    return text, listened


def listeners(pid: int) -> set[str]:
    """Addresses that a process or one of its children listens on."""
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return set()
    found = set()
    for process in family:
        try:
            connections = process.net_connections(kind="inet")
        except psutil.Error:  # It has just ended.
            continue
        found |= {connection.laddr.ip for connection in connections if connection.status == psutil.CONN_LISTEN}
    return found


def same_bytes(ems: str, work: Path) -> str:
    single, spread = work / "single", work / "spread"
    subprocess.run([ems, "verify", *LOT, *SMALL, "--out", str(single)], check=True, capture_output=True, timeout=PATIENCE_S)
    said, listened = lot("--ems", ems, "--shards", str(SHARDS), "--out", str(spread), "--", *SMALL, code=0)
    for shard in range(1, SHARDS + 1):
        if f"shard {shard} is done" not in said:
            raise Broken(f"shard {shard} is not told to be done:\n{said}")
    names = sorted(path.name for path in single.iterdir())
    if names != sorted(path.name for path in spread.iterdir()) or "certificate.pdf" not in names:
        raise Broken(f"the folders of the single run and the cluster hold different files: {names}")
    _, different, unread = filecmp.cmpfiles(single, spread, names, shallow=False)
    if different or unread:
        raise Broken(f"these differ between the single run and the cluster: {different + unread}")
    if listened != {"127.0.0.1"}:
        raise Broken(f"the cluster must listen on 127.0.0.1 alone, and listened on {sorted(listened)}")
    return f"a lot of {LOT[1]} in {SHARDS} shards over 2 workers: {len(names)} files as in a single run, on 127.0.0.1 alone"


def unreliable(ems: str, work: Path, count: int) -> dict[str, str]:
    """Environment and program of a machine that fails shard 2 so many times."""
    program = work / "unreliable"
    program.write_text(UNRELIABLE)
    program.chmod(0o755)
    mark = work / f"mark-{count}"
    return {"EMS_BIN": str(program), "REAL": ems, "FAILS": "2", "MARK": str(mark), "COUNT": str(count)}


def tried_again(ems: str, work: Path) -> str:
    shards = ("--shards", "2", "--out", str(work / "again"), "--", *SMALL)
    said, _ = lot(*shards, code=0, **unreliable(ems, work, 2))
    if said.count("shard 2 failed and is tried again") != 2 or "no memory today" not in said:
        raise Broken(f"a shard that fails twice is not told to be tried again twice:\n{said}")
    if (work / "again" / "certificate.csv").read_bytes() != (work / "single" / "certificate.csv").read_bytes():
        raise Broken("a shard that was tried again gives another certificate")
    return "a shard that failed twice was tried again, and the certificate is the same"


def given_up(ems: str, work: Path) -> str:
    out = work / "never"
    said, _ = lot("--shards", "2", "--out", str(out), "--", *SMALL, code=4, **unreliable(ems, work, 99))
    if "shard 2 failed 3 times" not in said or "exit code 70: no memory today" not in said or out.exists():
        raise Broken(f"a shard that always fails is not given up with its reason:\n{said}")
    return "a shard that always fails is given up after 3 tries, with its reason"


def refused(ems: str, work: Path) -> str:
    said, _ = lot("--ems", ems, "--shards", "2", "--out", str(work / "u"), "--", "--un", "240", code=2)
    if "expected 120, 230 or 277" not in said or "tried again" in said:
        raise Broken(f"what `ems` refuses is not told at once:\n{said}")
    bad = work / "bad.toml"
    bad.write_text("[voltage]\nfull_scale = 0\n")
    said, _ = lot("--ems", ems, "--shards", "2", "--out", str(work / "f"), "--", "--front-end", str(bad), code=3)
    if f"{bad}: line 2: " not in said or "tried again" in said:
        raise Broken(f"a bad file is not told with its line:\n{said}")
    said, _ = lot("--ems", ems, "--shards", "2", "--out", str(work / "o"), "--", "--shard", "1/2", code=2)
    if "--shard is given by this program" not in said:
        raise Broken(f"--shard behind -- is not refused:\n{said}")
    return "usage, a bad file and arguments that are the example's own are refused at once"


def no_program(_ems: str, work: Path) -> str:
    said, _ = lot("--ems", str(work / "none"), "--shards", "2", "--out", str(work / "n"), code=4)
    if "cannot run" not in said or "EMS_BIN" not in said:
        raise Broken(f"a program that is not there is not told:\n{said}")
    return "a program that is not there is told"


def no_scheduler(ems: str, work: Path) -> str:
    # Port 9 (discard) of this machine: nothing of ours listens there.
    where = ("--scheduler", "tcp://127.0.0.1:9", "--shards", "2", "--out", str(work / "s"))
    said, _ = lot("--ems", ems, *where, code=4)
    if "no scheduler answers at tcp://127.0.0.1:9" not in said:
        raise Broken(f"a scheduler that is not there is not told:\n{said}")
    return "a scheduler that does not answer is told"


if __name__ == "__main__":
    sys.exit(main())
