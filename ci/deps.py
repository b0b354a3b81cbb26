#!/usr/bin/env python3
"""Holds our dependencies against ci/deps.toml and ci/advisories.toml.

Looked at is what cargo would build for our targets, tests included; what only another system needs
is not. Checked are licences, banned crates, crates in several versions, known advisories,
that each line of [workspace.dependencies] says what the crate spares us, and that members take
their dependencies from there.

    ci/deps.py              check, one sentence for each finding
    ci/deps.py --self-test  try the licence reader on samples
"""

import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    if arguments == ["--self-test"]:
        self_test()
        return 0
    if arguments:
        print("usage: ci/deps.py [--self-test]", file=sys.stderr)
        return 2
    policy = tomllib.loads((ROOT / "ci" / "deps.toml").read_text())
    advisories = tomllib.loads((ROOT / "ci" / "advisories.toml").read_text())
    manifest_text = (ROOT / "Cargo.toml").read_text()
    packages, dependents = graph(policy["targets"])
    findings = [
        *check_licences(packages, policy),
        *check_bans(packages, dependents, policy["banned"]),
        *check_duplicates(packages, dependents, policy["duplicates"]),
        *check_advisories(packages, advisories.get("advisory", [])),
        *check_reasons(manifest_text),
        *check_members(packages),
    ]
    for finding in findings:
        print(finding, file=sys.stderr)
    others = sum(package["source"] is not None for package in packages.values())
    print(f"{others} crates of others, {len(findings)} findings; advisories last read: {advisories['reviewed']}")
    return 1 if findings else 0


def graph(targets: list[str]) -> tuple[dict, dict]:
    """Packages by id over all targets, and for each id the names of those who ask for it."""
    packages, dependents = {}, defaultdict(set)
    for target in targets:
        metadata = json.loads(cargo("metadata", "--format-version", "1", "--filter-platform", target))
        built = built_for(target)
        here = {p["id"]: p for p in metadata["packages"] if (p["name"], p["version"]) in built}
        packages |= here
        for node in metadata["resolve"]["nodes"]:
            for dependency in node["dependencies"]:
                if node["id"] in here and dependency in here:
                    dependents[dependency].add(here[node["id"]]["name"])
    return packages, dependents


def built_for(target: str) -> set[tuple[str, str]]:
    """Names and versions in cargo's tree: metadata alone also counts optional crates that nobody switches on."""
    tree = cargo("tree", "--workspace", "--target", target, "--edges", "normal,build,dev", "--prefix", "none")
    return {(name, version) for name, version in re.findall(r"^(\S+) v(\S+)", tree, re.MULTILINE)}


def cargo(command: str, *arguments: str) -> str:
    done = subprocess.run(["cargo", command, "--locked", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"cargo {command} failed")
    return done.stdout


# --- licences -------------------------------------------------------------------------------


class NotALicence(Exception):
    """The text is no SPDX expression."""


def check_licences(packages: dict, policy: dict) -> list[str]:
    findings = []
    for package in by_name(packages):
        name = package["name"]
        extra = policy["licences_for"].get(name, {}).get("licence")
        allowed = {*policy["licences"], *([extra] if extra else [])}
        text = package["license"]
        try:
            if text and permitted(text, allowed):
                continue
            why = f"licence `{text}`" if text else "no licence expression"
        except NotALicence as error:
            why = f"licence `{text}`: {error}"
        findings.append(f"{name} {package['version']}: {why}; ci/deps.toml lists what is allowed")
    return findings


def permitted(expression: str, allowed: set[str]) -> bool:
    """Whether an SPDX expression can be met with the allowed licences. `/` is the old way to write OR."""
    tokens = re.findall(r"[()/]|[A-Za-z0-9.+:-]+|\S", expression)
    met, rest = any_of(["OR" if token == "/" else token for token in tokens], allowed)
    if rest:
        raise NotALicence(f"`{rest[0]}` is one too many")
    return met


def any_of(tokens: list[str], allowed: set[str]) -> tuple[bool, list[str]]:
    met, tokens = all_of(tokens, allowed)
    while tokens[:1] == ["OR"]:
        other, tokens = all_of(tokens[1:], allowed)
        met = met or other
    return met, tokens


def all_of(tokens: list[str], allowed: set[str]) -> tuple[bool, list[str]]:
    met, tokens = one(tokens, allowed)
    while tokens[:1] == ["AND"]:
        other, tokens = one(tokens[1:], allowed)
        met = met and other
    return met, tokens


def one(tokens: list[str], allowed: set[str]) -> tuple[bool, list[str]]:
    """A licence with or without an exception, or an expression in parentheses."""
    if tokens[:1] == ["("]:
        met, tokens = any_of(tokens[1:], allowed)
        if tokens[:1] != [")"]:
            raise NotALicence("a parenthesis stays open")
        return met, tokens[1:]
    name = word(tokens)
    if tokens[1:2] == ["WITH"]:
        word(tokens[2:])
        return name in allowed, tokens[3:]
    return name in allowed, tokens[1:]


def word(tokens: list[str]) -> str:
    if not tokens or tokens[0] in ("OR", "AND", "WITH") or not re.match(r"\w", tokens[0]):
        raise NotALicence(f"a name is missing before `{tokens[0]}`" if tokens else "a name is missing at the end")
    return tokens[0]


# --- bans, duplicates, advisories -----------------------------------------------------------


def check_bans(packages: dict, dependents: dict, banned: dict[str, str]) -> list[str]:
    return [
        f"{package['name']} is banned: {banned[package['name']]}; asked for by {names(dependents[package['id']])}"
        for package in by_name(packages)
        if package["name"] in banned
    ]


def check_duplicates(packages: dict, dependents: dict, accepted: dict[str, str]) -> list[str]:
    versions = defaultdict(list)
    for package in by_name(packages):
        versions[package["name"]].append(package)
    twice = {name: found for name, found in versions.items() if len(found) > 1}
    findings = []
    for name, found in twice.items():
        if name not in accepted:
            asked = "; ".join(f"{p['version']} for {names(dependents[p['id']])}" for p in found)
            findings.append(f'{name} comes in {len(found)} versions ({asked}): add `{name} = "why"` to [duplicates] in ci/deps.toml')
    findings += [f"{name} no longer comes in several versions: take it out of ci/deps.toml" for name in accepted if name not in twice]
    return findings


def check_advisories(packages: dict, advisories: list[dict]) -> list[str]:
    return [
        f"{package['name']} {package['version']}: {row['id']}, fixed in {row['fixed'] or 'no version'}"
        for row in advisories
        for package in by_name(packages)
        if package["name"] == row["crate"] and not row["accepted"]
        if not row["fixed"] or numbers(package["version"]) < numbers(row["fixed"])
    ]


def numbers(version: str) -> list[int]:
    return [int(part) for part in re.split(r"[-+]", version)[0].split(".")]


# --- our manifests --------------------------------------------------------------------------


def check_reasons(manifest: str) -> list[str]:
    """Each dependency of others has a comment on its line. Ours are known by their `path`."""
    section = re.search(r"^\[workspace\.dependencies\]\n(.*?)(?=^\[|\Z)", manifest, re.MULTILINE | re.DOTALL)
    findings = []
    for line in section.group(1).splitlines() if section else []:
        entry = re.match(r"([\w-]+)\s*=\s*(.*)", line)
        without_strings = re.sub(r'"[^"]*"', "", line)
        if entry and not re.search(r"\bpath\s*=", without_strings) and not re.search(r"#\s*\S", without_strings):
            findings.append(f"Cargo.toml: {entry.group(1)} needs a comment that says what it spares us")
    return findings


def check_members(packages: dict) -> list[str]:
    """Versions and reasons are written once, in the root manifest."""
    findings = []
    for package in by_name(packages):
        if package["source"] is not None:
            continue
        path = Path(package["manifest_path"])
        manifest = tomllib.loads(path.read_text())
        for table in (manifest, *manifest.get("target", {}).values()):
            for kind in ("dependencies", "dev-dependencies", "build-dependencies"):
                for name, wanted in table.get(kind, {}).items():
                    if not (isinstance(wanted, dict) and wanted.get("workspace")):
                        findings.append(f"{path.relative_to(ROOT)}: {name} should say `workspace = true`")
    return findings


def by_name(packages: dict) -> list[dict]:
    return sorted(packages.values(), key=lambda package: (package["name"], numbers(package["version"])))


def names(found: set[str]) -> str:
    return ", ".join(sorted(found)) or "the workspace"


# --- the licence reader, tried --------------------------------------------------------------


def self_test() -> None:
    allowed = {"MIT", "Apache-2.0", "Unicode-3.0"}
    for expression, want in [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("(MIT OR GPL-2.0+) AND Unicode-3.0", True),
        ("MIT OR GPL-2.0-only AND BSD-4-Clause", True),
        ("(MIT OR GPL-2.0-only) AND BSD-4-Clause", False),
        ("Apache-2.0 WITH LLVM-exception OR GPL-2.0-only", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("MIT/Apache-2.0", True),
        ("Zlib / MIT", True),
        ("((MIT))", True),
    ]:
        assert permitted(expression, allowed) == want, expression
    for expression in ("", "MIT OR", "OR MIT", "(MIT", "MIT)", "MIT Apache-2.0", "MIT WITH", "MIT, Apache-2.0", "()"):
        try:
            permitted(expression, allowed)
        except NotALicence:
            continue
        raise AssertionError(f"`{expression}` was taken for a licence expression")
    reasons = '[workspace.dependencies]\na = "1" # why\nb = "1"\nc = { path = "x#y" }\nd = { version = "1#" } #\n[other]\ne = 1\n'
    assert [finding.split()[1] for finding in check_reasons(reasons)] == ["b", "d"], check_reasons(reasons)
    assert numbers("1.10.0-rc.1") > numbers("1.9.9+x")
    print("the licence reader reads its samples")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
