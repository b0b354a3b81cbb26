#!/usr/bin/env python3
"""Holds the sources against the invariants of ARCHITECTURE.md that no compiler checks.

Numbers are those of ARCHITECTURE.md. Looked at are the manifests, as `cargo metadata` tells them, and the
text of the sources, in which comments and what stands in `#[cfg(test)] mod tests` do not count.

    ci/invariants.py              check: a line `file:line: what, and what to do` for each finding
    ci/invariants.py --self-test  try the checks on samples that they must find
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Which of our crates each may use (dev-dependencies do not count). What is missing here is a service: see SERVICE.
MAY_USE = {
    "catalog": set(),
    "port": {"catalog"},
    "recording": {"port"},
    "metering": {"catalog", "port"},
    "image": {"catalog", "port"},
    "world": {"catalog", "port", "metering", "image"},
    "esy": {"catalog", "port"},
    "display": {"catalog", "port", "image"},
    "sim": {"catalog", "port", "metering", "recording", "esy"},
    "adc": {"port"},
    "linux": {"port", "adc"},
    "host": {"catalog", "port", "image"},
    "esy_master": {"catalog", "port", "esy"},
    "panel": {"catalog", "port", "image", "host", "display"},
    "accounts": {"host"},
    "web": {"catalog", "port", "image", "host", "accounts", "display", "panel", "store", "files", "paper", "webapp"},
    "webapp": set(),
    "paper": set(),
    "config": {"catalog", "port", "image", "store"},
    "store": {"catalog", "port", "metering", "image"},
    "files": {"catalog", "port", "image", "store"},
    "runner": {"catalog", "port", "metering", "image", "world", "host"},
    "lab": {"catalog", "port", "metering", "image", "world", "runner", "sim"},
    "verify": {"catalog", "port", "metering", "image", "world", "host", "runner", "sim", "modbus"},
    "report": {"verify", "paper"},
    "ems": None,
    "benches": None,
}
SERVICE = {"catalog", "port", "image", "host"}

# Crates whose sources are the software id.
METROLOGY = ["catalog", "port", "metering"]

# Word in the text, what it is, and what to do instead.
SURROUNDINGS = [
    (r"\bstd::fs\b|\bFile::open\b|\binclude_(?:str|bytes)!", "a file", "take bytes; the binary opens the files"),
    (r"\bstd::net\b|\bTcp(?:Stream|Listener)\b|\bUdpSocket\b|\bstd::os::", "a socket", "that is a service's work"),
    (r"\bstd::thread\b|\btokio\b|\brayon\b|\basync fn\b", "a thread or task", "a tick is one thread; see services/runner"),
    (r"\bInstant\b|\bSystemTime\b|\bthread::sleep\b", "a clock", "time comes in with a tick, as port::Timestamp or a sample count"),
    (r"\bstd::env\b|\bstd::process\b|\benv!|\boption_env!", "the surroundings of the process", "configuration comes in as a value"),
    (r"\bthread_rng\b|\brand::rng\b|\brand::random\b|\bfrom_os_rng\b|\bfrom_rng\b|\bgetrandom\b|\bOsRng\b|\bSysRng\b",
     "a random number without a seed", "seed rand_chacha from the scenario"),
    (r"\bHash(?:Map|Set)\b|\bRandomState\b", "an order that differs from run to run", "use BTreeMap or BTreeSet"),
]

# Where a literal that is also a slug or a unit is something else.
OTHER_MEANINGS = {
    ("twin/sim/src/scenario", "frequency"): "a key of scenario files",
    ("twin/sim/src/scenario", "current"): "a key of scenario files",
    ("twin/sim/src/scenario", "power_factor"): "a key of scenario files",
    ("twin/sim/src/scenario", "kWh"): "a unit of values in scenario files",
    ("twin/sim/src/scenario", "kvarh"): "a unit of values in scenario files",
    ("twin/sim/src/scenario", "kVAh"): "a unit of values in scenario files",
    ("twin/sim/src/frontend", "current"): "a key of front-end files",
    ("services/ems/src/channels.rs", "current"): "a kind of recorded channel, in a message",
    ("twin/recording/src", "current"): "a kind of recorded channel, in a message",
    ("twin/recording/src", "kWh"): "a unit in a recording",
    ("services/verify/src", "frequency"): "the name of a clause or of a line of the datasheet",
    ("services/verify/src", "current"): "the name of a clause or of a line of the datasheet",
    ("services/report/src/groups.rs", "frequency"): "the last part of a clause's id",
}

Finding = str


def main(arguments: list[str]) -> int:
    if arguments == ["--self-test"]:
        self_test()
        return 0
    if arguments:
        print("usage: ci/invariants.py [--self-test]", file=sys.stderr)
        return 2
    packages = workspace()
    sources = {str(path.relative_to(ROOT)): code_of(path.read_text()) for path in rust_sources()}
    findings = [
        *check_dependencies(packages),
        *check_surroundings(sources),
        *check_names(sources, slugs(sources), symbols(sources)),
        *check_path(sources),
        *check_software_id(packages, sources),
    ]
    for finding in findings:
        print(finding, file=sys.stderr)
    print(f"{len(packages)} crates, {len(sources)} sources, {len(findings)} findings")
    return 1 if findings else 0


# --- what is there --------------------------------------------------------------------------


def workspace() -> dict[str, dict]:
    """Our crates by name: where the manifest is, and the dependencies by kind."""
    command = ["cargo", "metadata", "--locked", "--no-deps", "--format-version", "1"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit("cargo metadata failed")
    packages = {}
    for package in json.loads(done.stdout)["packages"]:
        packages[package["name"]] = {
            "manifest": str(Path(package["manifest_path"]).relative_to(ROOT)),
            "uses": [(d["name"], d["kind"] or "normal") for d in package["dependencies"]],
        }
    return packages


def rust_sources() -> list[Path]:
    folders = [ROOT / name for name in ("twin", "hw", "services", "benches")]
    return sorted(path for folder in folders for path in folder.rglob("*.rs") if "target" not in path.parts)


TOKEN = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)"
    r"|(?P<raw>r(?P<hashes>#*)\".*?\"(?P=hashes))"
    r"|(?P<string>\"(?:\\.|[^\"\\])*\")"
    r"|(?P<char>'(?:\\.[^']*|[^'\\])')",
    re.DOTALL,
)


def code_of(text: str) -> str:
    """The text without comments and unit tests; what is left keeps its line."""
    bare = TOKEN.sub(lambda match: blank(match[0]) if match["comment"] else match[0], text)
    tests = re.search(r"^#\[cfg\(test\)\]\s*\nmod \w+ \{", bare, re.MULTILINE)
    return bare if not tests else bare[: tests.start()]


def without_strings(code: str) -> str:
    return TOKEN.sub(lambda match: blank(match[0]), code)


def blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def line_in_manifest(manifest: str, word: str) -> int:
    path = ROOT / manifest
    lines = path.read_text().splitlines() if path.exists() else []
    found = [number for number, line in enumerate(lines, 1) if re.match(rf"{re.escape(word)}\b", line)]
    return found[0] if found else 1


def is_test(path: str) -> bool:
    return "/tests/" in path or path.startswith("benches/")


# --- 1 and 4: who uses whom -----------------------------------------------------------------


def check_dependencies(packages: dict[str, dict]) -> list[Finding]:
    findings = []
    for name, package in packages.items():
        for used, kind in package["uses"]:
            at = f"{package['manifest']}:{line_in_manifest(package['manifest'], used)}"
            if used.startswith("bevy") and name not in ("world", "benches"):
                findings.append(f"{at}: {name} depends on {used} (invariant 1); read the Image instead")
            if kind == "dev" or used not in packages:
                continue
            allowed = MAY_USE.get(name, SERVICE)
            if allowed is not None and used not in allowed:
                findings.append(
                    f"{at}: {name} depends on {used}, which lies above or beside it (invariant 4); pass the value or "
                    "a trait of port in from the binary, or say why in MAY_USE and ARCHITECTURE.md"
                )
    return findings


# --- 2: nothing happens by itself in twin/ --------------------------------------------------


def check_surroundings(sources: dict[str, str]) -> list[Finding]:
    findings = []
    for path, code in sources.items():
        if not path.startswith("twin/") or is_test(path):
            continue
        bare = without_strings(code)
        for pattern, what, remedy in SURROUNDINGS:
            for match in re.finditer(pattern, bare):
                at = f"{path}:{line_of(bare, match.start())}"
                findings.append(f"{at}: `{match[0]}` is {what} (invariant 2); {remedy}")
    return findings


# --- 3: typed once --------------------------------------------------------------------------


def slugs(sources: dict[str, str]) -> set[str]:
    found = set(re.findall(r"row\(\s*QuantityId::\w+,\s*\"([a-z0-9_]+)\"", sources["twin/catalog/src/quantity.rs"]))
    assert len(found) >= 20, "the table of quantities has changed its form: mend slugs()"
    return found


def symbols(sources: dict[str, str]) -> set[str]:
    """Symbols of units that mean nothing else: those of one or two letters are everybody's."""
    found = set(re.findall(r"Unit::\w+ => \"([^\"]+)\"", sources["twin/catalog/src/unit.rs"]))
    assert len(found) >= 10, "the table of units has changed its form: mend symbols()"
    return {symbol for symbol in found if len(symbol) > 2 and symbol != "var"}


def check_names(sources: dict[str, str], names: set[str], units: set[str]) -> list[Finding]:
    findings = []
    for path, code in sources.items():
        if path.startswith("twin/catalog/") or is_test(path):
            continue
        for match in TOKEN.finditer(code):
            literal = match[0][1:-1]
            if not match["string"] or literal not in names | units:
                continue
            if any(path.startswith(folder) and literal == word for folder, word in OTHER_MEANINGS):
                continue
            remedy = "row().slug" if literal in names else "row().unit.symbol()"
            at = f"{path}:{line_of(code, match.start())}"
            findings.append(f"{at}: \"{literal}\" is typed again (invariant 3); take it from the catalogue: {remedy}")
    return findings


# --- 8: one path to metering ----------------------------------------------------------------


def check_path(sources: dict[str, str]) -> list[Finding]:
    findings = []
    allowed = ("twin/world/src/", "twin/sim/src/esy", "twin/sim/src/steps/stretch", "twin/metering/")
    for path, code in sources.items():
        if path.startswith(allowed) or is_test(path):
            continue
        bare = without_strings(code)
        for match in re.finditer(r"\bBank::new\b|\bderive_readings\(", bare):
            at = f"{path}:{line_of(bare, match.start())}"
            findings.append(
                f"{at}: `{match[0]}` is a second path to metering (invariant 8); give a SampleSource to the runner"
            )
    bank = sources["twin/metering/src/bank.rs"]
    if not re.search(r"pub fn push\([^)]*rows: &\[&\[i32\]\]", bank):
        findings.append(
            "twin/metering/src/bank.rs:1: Bank::push takes no rows of i32 (invariant 8); metering reads counts and "
            "nothing else"
        )
    return findings


# --- 7: the software id ---------------------------------------------------------------------


def check_software_id(packages: dict[str, dict], sources: dict[str, str]) -> list[Finding]:
    findings = []
    build = sources["services/ems/build.rs"]
    read = re.search(r"const METROLOGY: [^=]*= \[([^\]]*)\]", build)
    if not read or re.findall(r"\"(\w+)\"", read[1]) != METROLOGY:
        line = line_of(build, read.start()) if read else 1
        findings.append(
            f"services/ems/build.rs:{line}: the software id is not over {', '.join(METROLOGY)} (invariant 7); these "
            "three are what measures"
        )
    for name in METROLOGY:
        manifest = packages[name]["manifest"]
        for used, kind in packages[name]["uses"]:
            if used in packages and kind != "dev" and used not in METROLOGY:
                at = f"{manifest}:{line_in_manifest(manifest, used)}"
                findings.append(f"{at}: {name} uses {used}, which is not in the software id (invariant 7)")
    return findings


# --- self-test ------------------------------------------------------------------------------


def self_test() -> None:
    packages = {
        "modbus": {"manifest": "m", "uses": [("sim", "normal"), ("bevy_ecs", "normal"), ("sim", "dev"), ("image", "normal")]},
        "ems": {"manifest": "e", "uses": [("sim", "normal"), ("modbus", "normal")]},
        "metering": {"manifest": "t", "uses": [("image", "normal"), ("port", "normal")]},
        "catalog": {"manifest": "c", "uses": []},
        "port": {"manifest": "p", "uses": [("catalog", "normal")]},
        "sim": {"manifest": "s", "uses": []},
        "image": {"manifest": "i", "uses": []},
    }
    expect(check_dependencies(packages), ["m:1: modbus depends on sim", "m:1: modbus depends on bevy", "t:1: metering"])
    text = '// std::fs\nfn f() { let x = "std::fs"; std::fs::read("a"); }\n/* Instant */ Instant::now();\n'
    expect(check_surroundings({"twin/a/src/b.rs": code_of(text)}), ["twin/a/src/b.rs:2:", "twin/a/src/b.rs:3:"])
    expect(check_surroundings({"services/a/src/b.rs": text, "twin/a/tests/b.rs": text}), [])
    tests = "fn a() {}\n#[cfg(test)]\nmod tests {\n use std::fs;\n}\n"
    expect(check_surroundings({"twin/a/src/b.rs": code_of(tests)}), [])
    names = {'services/a/src/b.rs': code_of('f(\n"voltage_ln");\nf("a voltage_ln"); f(\'"\'); // "voltage_ln"\nf("kWh")')}
    expect(check_names(names, {"voltage_ln"}, {"kWh"}), ["services/a/src/b.rs:2:", "services/a/src/b.rs:4:"])
    good_bank = "pub fn push(&mut self, first: u64, rows: &[&[i32]], sink: S)"
    second = {"services/a/src/b.rs": "\nBank::new(1)", "twin/metering/src/bank.rs": good_bank, "benches/b.rs": "Bank::new"}
    expect(check_path(second), ["services/a/src/b.rs:2:"])
    expect(check_path({"twin/metering/src/bank.rs": good_bank.replace("i32", "f64")}), ["twin/metering/src/bank.rs:1:"])
    build = {"services/ems/build.rs": '\nconst METROLOGY: [&str; 2] = ["catalog", "web"];'}
    expect(check_software_id(packages, build), ["services/ems/build.rs:2:", "t:1: metering uses image"])
    print("self-test passed")


def expect(findings: list[Finding], starts: list[str]) -> None:
    matching = [finding.startswith(start) for finding, start in zip(findings, starts)]
    assert len(findings) == len(starts) and all(matching), f"{starts} expected, found {findings}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
