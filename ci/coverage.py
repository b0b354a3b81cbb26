#!/usr/bin/env python3
"""Which requirement is proved by which test: reads the tests, writes docs/coverage.md.

A *requirement* is a line of ci/requirements.toml. A *citation* is `[E5]` or `[E1, E5]` in a
comment. It counts for a test when it stands directly above the test function or inside it; a line
`//! Proves [E5]` counts for every test of its file. A citation anywhere else is mere prose. Ids
with a hyphen (`D-1`, the fault tests) and ids of other letters (`F1`, the goals) are other lists
and are passed over. A test marked `#[ignore]` proves nothing.

A *clause* of `ems verify` names the requirements that it serves in its row of services/verify/src/limits.rs. It
counts like a test, since `ci/verify` measures every clause and fails where one does not hold.

Citing an id that does not exist is an error: a typing slip must not hide a gap.
Names of tests come from where they stand; a test whose name a macro makes is not seen.

    ci/coverage.py              write docs/coverage.md
    ci/coverage.py --check      fail if the page is not what the tests say
    ci/coverage.py --self-test  try the reader on samples
"""

import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "ci" / "requirements.toml"
PAGE = ROOT / "docs" / "coverage.md"
CLAUSES = ROOT / "services" / "verify" / "src" / "limits.rs"

GROUPS = {
    "G": "Product roles",
    "E": "Electrical systems and inputs",
    "N": "Energy registers",
    "H": "Hour counters",
    "V": "Instantaneous variables",
    "A": "Accuracy",
    "R": "Resolution",
    "I": "Digital input",
    "O": "Digital output",
    "D": "Display",
    "L": "LED",
    "P": "Physical interfaces",
    "S": "Ports that listen",
    "T": "Services it calls",
    "W": "Data, web, users, security",
    "B": "Body, surroundings, safety",
}

# A comment's bracket counts as a citation when it holds ids and commas only.
CITATION = re.compile(r"\[\s*([A-Z]-?\d+(?:\s*,\s*[A-Z]-?\d+)*)\s*\]")
# `[E1..E5]` would be read as prose and prove nothing, silently: refused instead.
RANGE = re.compile(r"\[\s*[A-Z]\d+\s*(?:\.\.|–|-|to)\s*[A-Z]?\d+\s*\]")
# `#[test]`, `#[tokio::test(...)]`; what follows up to the function's name is matched in two steps.
TEST_ATTRIBUTE = re.compile(r"#\[\s*(?:\w+\s*::\s*)*test\b[^\]]*\]")
TEST_FUNCTION = re.compile(r"(?:\s|#\[[^\]]*\]|\bpub\b(?:\([^)]*\))?|\basync\b)*\bfn\s+(\w+)")
MODULE = re.compile(r"\bmod\s+(\w+)\s*\{")
# A row of the table of clauses: its id first, what it serves last.
CLAUSE = re.compile(r'^ *(?:class|exact)\("([^"]+)",.*&\[([^\]]*)\]\),$', re.MULTILINE)


class Refused(Exception):
    """What is wrong, in a sentence that names the file and the line."""


@dataclass
class Test:
    """One test function: its path, and the ids cited for it with the line of each."""

    path: str
    cited: list[tuple[str, int]]


def main(arguments: list[str]) -> int:
    if arguments == ["--self-test"]:
        self_test()
        return 0
    if arguments not in ([], ["--check"]):
        print("usage: ci/coverage.py [--check | --self-test]", file=sys.stderr)
        return 2
    try:
        requirements = tomllib.loads(REQUIREMENTS.read_text())
        check_requirements(requirements)
        tests = proofs(rust_files(), requirements)
        for cited, names in clauses(CLAUSES.read_text(), requirements).items():
            tests[cited] = tests.get(cited, []) + names
        page = render(requirements, tests)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    if not arguments:
        PAGE.write_text(page)
    elif not PAGE.exists() or PAGE.read_text() != page:
        print("docs/coverage.md is not what the tests say: run ci/coverage.py", file=sys.stderr)
        return 1
    print(page.splitlines()[SUMMARY_LINE])
    return 0


# --- requirements ---------------------------------------------------------------------------


def check_requirements(requirements: dict) -> None:
    for name, row in requirements.items():
        if not re.fullmatch(r"[A-Z]\d+", name) or name[0] not in GROUPS:
            raise Refused(f"ci/requirements.toml: {name} is of no known group")
        if not row.get("text") or set(row) - {"text", "state"}:
            raise Refused(f"ci/requirements.toml: {name} needs `text`, and may have `state`")
        if "state" in row and not re.fullmatch(r"(later|partly): .+", row["state"]):
            raise Refused(f"ci/requirements.toml: {name}: a state is `later: …` or `partly: …`")


# --- reading Rust ---------------------------------------------------------------------------


def rust_files() -> list[Path]:
    """Tracked files and those about to be, so that the answer is the same before a commit and after."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.rs"]
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in sorted(set(listing.split("\0"))) if name and (ROOT / name).exists()]


def proofs(files: list[Path], requirements: dict) -> dict[str, list[str]]:
    """The tests that cite each id, sorted."""
    found = defaultdict(set)
    for file in files:
        name = str(file.relative_to(ROOT))
        for test in read_tests(file.read_text(), module_path(file), name):
            for cited, line in test.cited:
                if cited[0] not in GROUPS:
                    continue
                if cited not in requirements:
                    raise Refused(f"{name}:{line}: {cited} is no requirement (ci/requirements.toml)")
                found[cited].add(test.path)
    return {cited: sorted(paths) for cited, paths in found.items()}


def clauses(table: str, requirements: dict) -> dict[str, list[str]]:
    """The clauses of a verification that serve each id, in the order of the table."""
    rows = CLAUSE.findall(table)
    if not rows:
        raise Refused(f"{CLAUSES.relative_to(ROOT)} has no clauses: its form has changed, mend CLAUSE")
    found = defaultdict(list)
    for name, served in rows:
        for cited in re.findall(r'"([^"]+)"', served):
            if cited not in requirements:
                raise Refused(f"clause {name} serves {cited}, which is no requirement (ci/requirements.toml)")
            found[cited].append(f"ems verify: {name}")
    return found


def module_path(file: Path) -> str:
    """`crate::module` of a source file, from the manifest above it."""
    folder = file.parent
    while not (folder / "Cargo.toml").exists():
        folder = folder.parent
    manifest = tomllib.loads((folder / "Cargo.toml").read_text())
    crate = manifest.get("package", {}).get("name", folder.name).replace("-", "_")
    parts = list(file.relative_to(folder).with_suffix("").parts)
    if parts[0] in ("src", "tests", "benches"):
        del parts[0]
    if parts and parts[-1] in ("lib", "main", "mod"):
        del parts[-1]
    return "::".join([crate, *parts])


def read_tests(source: str, module: str, file: str) -> list[Test]:
    """The tests of one file, with what is cited for each."""
    code, comments = split(source)
    starts = [match.start() for match in re.finditer(r"^", source, re.MULTILINE)]

    def line_of(offset: int) -> int:
        return source.count("\n", 0, offset) + 1

    blocks = [(m.group(1), m.end() - 1, closing(code, m.end() - 1)) for m in MODULE.finditer(code)]
    for_all = [
        citation
        for offset, text in comments
        if text.startswith("//!") and "Proves" in text
        for citation in citations(text, line_of(offset), file)
    ]
    tests, seen = [], set()
    for attribute in TEST_ATTRIBUTE.finditer(code):
        function = TEST_FUNCTION.match(code, attribute.end())
        if function is None or function.start(1) in seen:
            continue
        seen.add(function.start(1))
        begin = head_of(code, comments, starts, line_of(attribute.start()))
        end = closing(code, code.find("{", function.end()))
        if re.search(r"#\[\s*ignore\b", code[begin : function.end()]):
            continue
        within = [name for name, opened, closed in blocks if opened < function.start() < closed]
        cited = [
            citation
            for offset, text in comments
            if begin <= offset < end
            for citation in citations(text, line_of(offset), file)
        ]
        tests.append(Test("::".join([module, *within, function.group(1)]), cited + for_all))
    return tests


def citations(comment: str, line: int, file: str) -> list[tuple[str, int]]:
    """The ids in one comment, each with its line. Hyphened ids belong to another list."""
    wrong = RANGE.search(comment)
    if wrong and wrong.group(0)[1] in GROUPS and not CITATION.fullmatch(wrong.group(0)):
        here = line + comment.count("\n", 0, wrong.start())
        raise Refused(f"{file}:{here}: write the ids of {wrong.group(0)} out, with commas")
    found = []
    for match in CITATION.finditer(comment):
        here = line + comment.count("\n", 0, match.start())
        found += [(name.strip(), here) for name in match.group(1).split(",") if "-" not in name]
    return found


def head_of(code: str, comments: list[tuple[int, str]], starts: list[int], line: int) -> int:
    """Where the comments and attributes directly above `line` begin. A blank line ends them."""
    commented = set()
    for offset, text in comments:
        first = code.count("\n", 0, offset) + 1
        if not text.startswith("//!"):
            commented.update(range(first, first + text.count("\n") + 1))
    while line > 1:
        start = starts[line - 2]
        above = code[start : starts[line - 1]].strip()
        alone = not above and (line - 1) in commented
        if not alone and not (above.startswith("#[") and above.endswith("]")):
            break
        line -= 1
    return starts[line - 1]


def closing(code: str, opened: int) -> int:
    """Where the brace at `opened` is closed; the end of the text where it is not."""
    if opened < 0:
        return len(code)
    depth = 0
    for match in re.compile(r"[{}]").finditer(code, opened):
        depth += 1 if match.group(0) == "{" else -1
        if depth == 0:
            return match.end()
    return len(code)


# Whatever is not code, longest forms first. A lone quote that is no character is a lifetime.
NOT_CODE = re.compile(
    r"""//[^\n]*|(?P<block>/\*)|b?r(?P<hashes>\#*)".*?"(?P=hashes)|b?c?"(?:\\.|[^"\\])*"|'(?:\\[^\n]|[^'\\\n])[^'\n]{0,10}?'""",
    re.DOTALL,
)


def split(source: str) -> tuple[str, list[tuple[int, str]]]:
    """The source with comments and literals blanked out, at the same offsets; and the comments."""
    code, comments, at = [], [], 0
    while match := NOT_CODE.search(source, at):
        begin, end, text = match.start(), match.end(), match.group(0)
        if text.startswith("'") and not re.fullmatch(r"'(?:\\[^\n]+|[^'\\\n])'", text):
            code.append(source[at : begin + 1])
            at = begin + 1
            continue
        if match.group("block"):
            end = block_end(source, begin)
            text = source[begin:end]
        if text.startswith(("//", "/*")):
            comments.append((begin, text))
        code.append(source[at:begin] + re.sub(r"[^\n]", " ", text))
        at = end
    return "".join(code) + source[at:], comments


def block_end(source: str, begin: int) -> int:
    """Block comments nest in Rust."""
    depth = 0
    for match in re.compile(r"/\*|\*/").finditer(source, begin):
        depth += 1 if match.group(0) == "/*" else -1
        if depth == 0:
            return match.end()
    return len(source)


# --- the page -------------------------------------------------------------------------------

SUMMARY_LINE = 6  # of the page, counted from 0


def state(row: dict, tests: list[str]) -> tuple[str, str]:
    """The word, and what the table shows."""
    kind, _, reason = row.get("state", "").partition(": ")
    if tests and not kind:
        return "proved", "proved"
    if tests:
        return "partly", f"partly: {reason}"
    return "missing", f"missing: {reason or 'no test cites it'}"


def render(requirements: dict, tests: dict[str, list[str]]) -> str:
    states = {name: state(row, tests.get(name, [])) for name, row in requirements.items()}
    words = [word for word, _ in states.values()]
    lines = [
        "# Coverage",
        "",
        "<!-- Written by ci/coverage.py from the tests; edit those, or ci/requirements.toml. -->",
        "Each requirement of the datasheet, the tests that cite it, and so what is shown to work. A name behind",
        "`ems verify:` is a clause of the [verification](verification.md), which CI measures for every commit.",
        "",
        f"{len(words)} requirements: {words.count('proved')} proved, {words.count('partly')} partly, "
        f"{words.count('missing')} missing.",
    ]
    for letter, title in GROUPS.items():
        names = [name for name in requirements if name[0] == letter]
        if not names:
            continue
        lines += ["", f"## {title}", "", "| id | requirement | tests | state |", "|---|---|---|---|"]
        for name in sorted(names, key=lambda name: int(name[1:])):
            listed = "<br>".join(f"`{test}`" for test in tests.get(name, []))
            cells = [name, requirements[name]["text"], listed, states[name][1]]
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


# --- the reader, tried ----------------------------------------------------------------------

SAMPLE = """//! Vocabulary [A1].
//! Proves [V1, D-1, F1].
use std::x; // [N9] is prose here

/// Also prose [N8].
fn helper<'a>(text: &'a str) -> char { '{' }

/// First [E1].
#[test]
// second [E2, E3]
#[should_panic]
fn outside() {
    let brace = "{ [N1]"; let raw = r#"} " ["#; // inside [E4]
    if true { /* block [E5] /* nested */ [E6] */ }
}

mod tests {
    // Not directly above [N2].

    #[tokio::test(flavor = "current_thread")]
    async fn within() {}

    proptest! {
        #![proptest_config(config())]
        // [E7]
        #[test]
        fn generated(a in 0..1) { let q = '\\''; let b = b"\\""; }
    }
    #[test]
    #[ignore]
    fn switched_off() { /* [E8] */ }
    macro_rules! case { ($name:ident) => { #[test] fn $name() {} } }
}
"""


SAMPLE_CLAUSES = """
    class("a/b",  "standard, table 1", "title (with brackets)", &["A1", "A4"]),
    exact("e/f",  "title",  &["A4"]),
"""


def self_test() -> None:
    got = {test.path: sorted(name for name, _ in test.cited) for test in read_tests(SAMPLE, "k", "f")}
    want = {
        "k::outside": ["E1", "E2", "E3", "E4", "E5", "E6", "F1", "V1"],
        "k::tests::within": ["F1", "V1"],
        "k::tests::generated": ["E7", "F1", "V1"],
    }
    assert got == want, got
    assert ("E4", 14 - 1) in read_tests(SAMPLE, "k", "f")[0].cited
    try:
        read_tests("#[test]\nfn a() { // [E1..E5]\n}", "k", "f")
        raise AssertionError("a range was taken")
    except Refused as refused:
        assert str(refused).startswith("f:2:"), refused
    served = clauses(SAMPLE_CLAUSES, {"A1": {}, "A4": {}})
    assert served == {"A1": ["ems verify: a/b"], "A4": ["ems verify: a/b", "ems verify: e/f"]}, served
    for wrong in (clauses, SAMPLE_CLAUSES, {"A1": {}}), (clauses, "", {}):
        try:
            wrong[0](*wrong[1:])
            raise AssertionError("a clause without a requirement, or no clause, was taken")
        except Refused:
            pass
    assert state({"text": "x"}, ["t"])[0] == "proved"
    assert state({"text": "x", "state": "later: y"}, ["t"]) == ("partly", "partly: y")
    assert state({"text": "x", "state": "partly: y"}, []) == ("missing", "missing: y")
    print("the reader of tests reads its samples")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
