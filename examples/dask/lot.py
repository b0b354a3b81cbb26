#!/usr/bin/env python3
"""Spreads a production lot over a Dask cluster: each task is `ems verify --shard K/N`, then they are merged.

    lot.py --lot 1000 --shards 40 --out certificate [-- arguments of `ems verify`]

Without --scheduler the workers are processes of this machine. The certificate is that of a single run,
byte by byte but for its date, whoever did which shard and in what order.

A shard that fails for a reason of its machine is tried again, TRIES times at most. One that `ems` refuses
(usage, invalid file) would be refused everywhere, so that ends the whole. Exit codes are those of `ems`: 0 all
passed, 1 a point or a unit failed, 2 usage, 3 file, 4 environment.
"""

import argparse
import logging
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from distributed import Client, LocalCluster, as_completed

USAGE, FILE, ENVIRONMENT = 2, 3, 4

# A machine that is short of memory may have room later; one that fails three times needs a person.
TRIES = 3

# Arguments of `ems verify` that are this program's to give.
OURS = ("--shard", "--json", "--junit", "--out", "--lot", "merge", "compare")


class Stop(Exception):
    """Why there is no certificate, and the exit code for it."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def main() -> int:
    options = parsed()
    try:
        parts = spread(options)
    except Stop as stop:
        say(str(stop))
        return stop.code
    merge = [options.ems, "verify", "merge", *map(str, parts), "--out", str(options.out)]
    return subprocess.run(merge).returncode


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lot", type=at_least(1), required=True, metavar="N", help="units of the lot")
    parser.add_argument("--shards", type=at_least(1), required=True, metavar="N", help="tasks; a few for each worker")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the certificate")
    parser.add_argument("--parts", type=Path, metavar="DIR", help="folder of the shards' parts (default: OUT.parts)")
    parser.add_argument("--ems", default=os.environ.get("EMS_BIN", "ems"), help="the program (default: EMS_BIN, or ems)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a cluster, such as tcp://10.0.0.1:8786")
    parser.add_argument("--workers", type=at_least(1), default=2, metavar="N", help="without --scheduler (default: 2)")
    parser.add_argument("--timeout", type=at_least(1), default=3600, metavar="S", help="for one shard (default: 3600)")
    parser.add_argument("more", nargs="*", metavar="-- ARGUMENT", help="of `ems verify`, such as --full --seed 7")
    options = parser.parse_args()
    for argument in options.more:
        if argument.partition("=")[0] in OURS:
            parser.error(f"{argument} is given by this program; leave it out behind --")
    found = shutil.which(options.ems)
    if found is None:
        say(f"cannot run {options.ems}; build it and name it with --ems or EMS_BIN")
        sys.exit(ENVIRONMENT)
    # Workers of this machine stand in another folder; those of another machine have their own.
    options.ems = str(Path(found).resolve()) if options.scheduler is None else options.ems
    options.parts = options.parts or options.out.with_name(options.out.name + ".parts")
    return options


def at_least(least: int):
    def number(text: str) -> int:
        value = int(text)
        if value < least:
            raise ValueError
        return value

    number.__name__ = f"number from {least}"
    return number


def spread(options: argparse.Namespace) -> list[Path]:
    """Has all shards done and gives the files of their parts."""
    try:
        options.parts.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(ENVIRONMENT, f"cannot make the folder {options.parts}: {error.strerror}") from error
    with client(options) as cluster:
        say(f"{options.shards} shards over {len(cluster.scheduler_info(n_workers=-1)['workers'])} workers")
        return gather(cluster, options)


def client(options: argparse.Namespace) -> Client:
    if options.scheduler is not None:
        try:
            return Client(options.scheduler, timeout="10s")
        except (OSError, ValueError) as error:
            raise Stop(ENVIRONMENT, f"no scheduler answers at {options.scheduler}: {error}") from error
    # Nothing listens beyond this machine, and no fixed port is taken. `ems` has threads of its own.
    local = LocalCluster(
        n_workers=options.workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        scheduler_port=0,
        dashboard_address="127.0.0.1:0",
        worker_dashboard_address="127.0.0.1:0",
        silence_logs=logging.ERROR,
    )
    return OwnedClient(local)


class OwnedClient(Client):
    """Ends its cluster with itself."""

    def __exit__(self, *reason) -> None:
        local = self.cluster
        super().__exit__(*reason)
        local.close()


def gather(cluster: Client, options: argparse.Namespace) -> list[Path]:
    """Writes each part as it arrives; tries again what failed by its machine's fault."""
    begun, tries, parts = time.monotonic(), dict.fromkeys(range(1, options.shards + 1), 1), {}

    def submit(shard: int):
        command = [options.ems, "verify", "--lot", str(options.lot), "--shard", f"{shard}/{options.shards}", "--json"]
        # The key tells the shard; the same key would give the same outcome, failed or not.
        key = f"shard-{shard}-try-{tries[shard]}-{os.getpid()}"
        return cluster.submit(work, command + options.more, options.timeout, key=key, pure=False)

    futures = {submit(shard): shard for shard in tries}
    waiting = as_completed(list(futures))
    for future in waiting:
        shard = futures.pop(future)
        problem = failed(future)
        if problem is None:
            parts[shard] = options.parts / f"part-{shard}-of-{options.shards}.json"
            parts[shard].write_text(future.result()["stdout"])
            say(f"shard {shard} is done, {len(parts)} of {options.shards}, after {time.monotonic() - begun:.0f} s")
            continue
        if tries[shard] == TRIES:
            raise Stop(ENVIRONMENT, f"shard {shard} failed {TRIES} times, the last time: {problem}")
        tries[shard] += 1
        say(f"shard {shard} failed and is tried again ({tries[shard]} of {TRIES}): {problem}")
        again = submit(shard)
        futures[again] = shard
        waiting.add(again)
    return [parts[shard] for shard in sorted(parts)]


def failed(future) -> str | None:
    """Why there is no part, if another machine or another time may do better."""
    if future.status != "finished":
        return str(future.exception() or future.status)
    outcome = future.result()
    if outcome["code"] in (USAGE, FILE):
        raise Stop(outcome["code"], outcome["stderr"].strip())
    if outcome["code"] != 0:
        return f"on {outcome['host']}, exit code {outcome['code']}: {outcome['stderr'].strip() or 'it said nothing'}"
    return None


def work(command: list[str], timeout_s: int) -> dict:
    """Runs on a worker, which needs no file of this example: only Dask, and `ems` where the command says."""
    import socket
    import subprocess

    host = socket.gethostname()
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"on {host}, {command[0]} was not done after {timeout_s} s") from None
    except OSError as error:
        raise RuntimeError(f"on {host}, cannot run {command[0]}: {error.strerror}") from None
    return {"code": ran.returncode, "stdout": ran.stdout, "stderr": ran.stderr, "host": host}


def say(text: str) -> None:
    print(f"lot: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    # Dask tells every reconnection; what matters is said here.
    logging.getLogger("distributed").setLevel(logging.ERROR)
    sys.exit(main())
