#!/usr/bin/env python3
"""Holds what DuckDB finds in a folder of Parquet exports against expectations.

    fleet.py FOLDER EXPECTATIONS.json

The expectations, of which each part may be missing:

    {"job": NAME,
     "types":   {COLUMN: TYPE, ...},                              as DuckDB calls them
     "devices": [{"serial": TEXT,
                  "rows":    NUMBER,
                  "absent":  {COLUMN: NUMBER, ...},               nulls
                  "monthly": [{"month": "2026-01", "column": COLUMN, "sum": "123.456"}, ...],    by UTC
                  "total":   {COLUMN: "123.456", ...}}, ...]}     what the counter gained

Sums are texts, since they are held against each other as decimals, exactly.
"""

import json
import re
import sys
from decimal import Decimal
from pathlib import Path

import duckdb

DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "export.md"


class Checks:
    """Counts what was held against what, and says what failed."""

    def __init__(self) -> None:
        self.done, self.failed = 0, 0

    def equal(self, what: str, found, expected) -> None:
        self.done += 1
        if found != expected:
            self.failed += 1
            print(f"FAILED {what}: {found!r} where {expected!r} belongs")

    def exit(self) -> int:
        print(f"DuckDB {duckdb.__version__}: {self.done - self.failed} passed, {self.failed} failed")
        return 1 if self.failed or not self.done else 0


def main(folder: str, expectations: str) -> int:
    expected = json.loads(Path(expectations).read_text())
    files = Path(folder) / "**" / "*.parquet"
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    database.execute(
        f"CREATE VIEW history AS FROM read_parquet({quoted(str(files))}, "
        "hive_partitioning = true, union_by_name = true)"
    )
    checks = Checks()
    check_types(checks, database, expected.get("types", {}))
    devices = expected.get("devices", [])
    found = database.execute("SELECT DISTINCT device FROM history ORDER BY device").fetchall()
    checks.equal("devices", [row[0] for row in found], sorted(device["serial"] for device in devices))
    for device in devices:
        check_device(checks, database, expected["job"], device)
    check_documented(checks, folder)
    return checks.exit()


def check_types(checks: Checks, database, types: dict) -> None:
    found = {row[0]: row[1] for row in database.execute("DESCRIBE history").fetchall()}
    for column, kind in types.items():
        checks.equal(f"type of {column}", found.get(column), kind)


def check_device(checks: Checks, database, job: str, device: dict) -> None:
    serial = device["serial"]
    mine = f"FROM history WHERE device = {quoted(serial)} AND job = {quoted(job)}"

    def ask(columns: str, more: str = ""):
        return database.execute(f"SELECT {columns} {mine} {more}").fetchall()

    if "rows" in device:
        checks.equal(f"{serial}: rows", ask("count(*)")[0][0], device["rows"])
    for column, absent in device.get("absent", {}).items():
        checks.equal(f"{serial}: nulls of {column}", ask(f"count(*) - count({name(column)})")[0][0], absent)
        unsaid = ask("count(*)", f"AND {name(column)} IS NULL AND (remarks IS NULL OR quality = 'good')")
        checks.equal(f"{serial}: nulls of {column} without a remark", unsaid[0][0], 0)
    for column in {month["column"] for month in device.get("monthly", [])}:
        sums = ask(f"strftime(timestamp, '%Y-%m'), sum({name(column)})", "GROUP BY 1 ORDER BY 1")
        wanted = [(m["month"], Decimal(m["sum"])) for m in device["monthly"] if m["column"] == column]
        checks.equal(f"{serial}: sums of {column}", sums, sorted(wanted))
    for column, total in device.get("total", {}).items():
        checks.equal(f"{serial}: gain of {column}", ask(f"sum({name(column)})")[0][0], Decimal(total))
    checks.equal(f"{serial}: rows of another day than their folder", ask("count(*)", "AND date <> timestamp::DATE")[0][0], 0)
    checks.equal(f"{serial}: rows told twice", ask("count(*) - count(DISTINCT seq)")[0][0], 0)


def check_documented(checks: Checks, folder: str) -> None:
    """The queries of the book run."""
    chapter = DOCUMENTED.read_text().split("### DuckDB")[1]
    block = re.search(r"```sql\n(.*?)```", chapter, re.DOTALL)[1]
    database = duckdb.connect()
    for query in block.replace("fleet/", f"{folder}/").split(";"):
        if query.strip():
            columns = database.execute(query).description
            checks.equal(f"result of {query.strip()!r}", bool(columns), True)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
