#!/usr/bin/env python3
"""Writes the tables of docs/verification.md from certificates, so that no number in them is typed.

A table stands between `<!-- begin NAME -->` and `<!-- end NAME -->`. Certificates are told apart by what they
hold: the level of the plan, and whether there is a lot.

    ems verify --quick --json > quick.json
    ems verify --full --json > full.json
    ems verify --lot 1000 --json > lot.json
    ci/verification.py quick.json full.json lot.json
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "verification.md"

REFERENCE_DEGC = 23.0

# Up to so many values are listed; of more, the ends.
LISTED = 8

# Limits that differ from supply to supply, in words.
LIMITS = {
    "62053-21/starting": "1.2 pulse periods to the next, 1.8 to the first",
    "62053-23/starting": "1.2 steps' time to the next, 1.8 to the first",
    "62053-21/no-load": "1 pulse",
    "62053-23/no-load": "1 varh",
    "exact/energy": "1e-4 %, and half a sample at each jump",
}


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0].startswith("-"):
        print("usage: ci/verification.py CERTIFICATE.json...", file=sys.stderr)
        return 2
    tables = {}
    levels = {}
    for name in arguments:
        certificate = json.loads(Path(name).read_text())
        if "lot" in certificate:
            tables["lot"] = lot(certificate["lot"])
            tables["residuals"] = residuals(certificate["lot"])
        else:
            levels[certificate["scope"]["level"]] = certificate
    if "full" in levels:
        tables["margins"] = margins(levels["full"])
        tables["clauses"] = clauses(levels["full"])
        tables["budgets"] = budgets(levels["full"])
    if len(levels) == 2:
        tables["points"] = points(levels["quick"], levels["full"])
    page = PAGE.read_text()
    for name, table in tables.items():
        page, found = re.subn(
            rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)",
            lambda match: match[1] + "\n" + table + "\n" + match[2],
            page,
            flags=re.DOTALL,
        )
        if found != 1:
            print(f"{PAGE.name} has no place for the table `{name}`", file=sys.stderr)
            return 1
    PAGE.write_text(page)
    print(f"wrote {', '.join(tables)}")
    return 0


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


# --- the plan -------------------------------------------------------------------------------


def clauses(full: dict) -> str:
    rows = []
    for clause in full["clauses"]:
        own = of_clause(full, clause["id"])
        methods = sorted({point["method"] for point in own})
        rows.append(
            [
                f"`{clause['id']}`",
                clause["source"],
                clause["title"],
                ", ".join(clause["requirements"]),
                limits(clause["id"], own),
                ", ".join(methods),
            ]
        )
    return table(["clause", "source", "what", "serves", "limit", "taken by"], rows)


def limits(clause: str, own: list[dict]) -> str:
    if clause in LIMITS:
        return LIMITS[clause]
    by_unit: dict[str, set[float]] = {}
    for point in own:
        by_unit.setdefault(point["error_unit"], set()).add(float(f"{point['limit']:.4g}"))
    listed = {unit: ", ".join(f"{value:g}" for value in sorted(values)) for unit, values in by_unit.items()}
    return "; ".join(f"{values} {unit}" for unit, values in sorted(listed.items()))


def points(quick: dict, full: dict) -> str:
    rows = []
    for clause in full["clauses"]:
        cells = [f"`{clause['id']}`"]
        for certificate in (quick, full):
            own = of_clause(certificate, clause["id"])
            cells += [conditions(own), str(len(own))]
        rows.append(cells)
    sums = ["**all**", "", f"**{len(quick['points'])}**", "", f"**{len(full['points'])}**"]
    return table(["clause", "in quick", "points", "in full", "points"], rows + [sums])


def of_clause(certificate: dict, clause: str) -> list[dict]:
    return [point for point in certificate["points"] if point["clause"] == clause]


def conditions(own: list[dict]) -> str:
    """What tells the points of a clause from one another, and from reference conditions."""
    applied = [point["applied"] for point in own]

    def values(key: str) -> list:
        return sorted({each[key] for each in applied})

    parts = [f"{supplies(own)} of 15 supplies" if supplies(own) > 1 else "1 supply"]
    currents = values("current_a")
    parts.append("no current" if currents == [0.0] else f"{listed(currents)} A")
    factors = [factor for factor in values("factor") if factor]
    if factors and factors != ["1"]:
        parts.append("PF " + ", ".join(factors) if "sin 1" not in factors else ", ".join(factors))
    voltages = sorted({round(100 * each["voltage_v"] / each["nominal_v"], 1) for each in applied})
    if any(abs(part - 100.0) > 0.01 for part in voltages):
        absolute = any(point["clause"] == "A2" for point in own)
        parts.append(f"{listed(values('voltage_v'))} V" if absolute else f"{listed(voltages)} % Un")
    frequencies = sorted({each["frequency_hz"] for each in applied} - {50.0, 60.0})
    if frequencies:
        parts.append(f"{listed(values('frequency_hz'))} Hz")
    if (warm := [degc for degc in values("temperature_degc")]) != [REFERENCE_DEGC]:
        parts.append("20 K up to " + ", ".join(f"{degc:g}" for degc in warm) + " °C")
    waveforms = [waveform for waveform in values("waveform") if waveform != "sinusoidal"]
    if waveforms:
        parts.append(", ".join(waveforms))
    if any("voltage on" in each["phases"] for each in applied):
        parts.append("one or two phases left")
    elif all(each["phases"] in ("L1", "L2", "L3") for each in applied) and len(values("phases")) > 1:
        parts.append("each phase alone")
    meters = [meter.split()[1] for meter in values("meter") if meter != "main"]
    if meters:
        parts.append(" and ".join(meters))
    return "; ".join(parts)


def supplies(own: list[dict]) -> int:
    """Wiring system, nominal voltage and frequency stand in the id, behind the clause."""
    return len({"/".join(point["id"].removeprefix(point["clause"] + "/").split("/")[:3]) for point in own})


def listed(values: list[float]) -> str:
    if len(values) > LISTED:
        return f"{len(values)} values from {values[0]:g} to {values[-1]:g}"
    return ", ".join(f"{value:.4g}" for value in values)


# --- what came of it ------------------------------------------------------------------------


def margins(full: dict) -> str:
    rows = []
    by_id = {point["id"]: point for point in full["points"]}
    for clause in full["clauses"]:
        worst = by_id[clause["worst"]]
        rows.append(
            [
                f"`{clause['id']}`",
                f"{100 * clause['margin']:.1f} %",
                f"{worst['error']:+.3g}",
                f"{worst['limit']:.4g}",
                worst["error_unit"],
                f"`{worst['id'].removeprefix(clause['id'] + '/')}`",
            ]
        )
    return table(["clause", "smallest margin", "error", "limit", "unit", "worst point"], rows)


def budgets(full: dict) -> str:
    rows = []
    for budget in full["budgets"]:
        largest = max(budget["contributions"], key=lambda one: one["standard_uncertainty"])
        rows.append([budget["name"], f"{budget['expanded']:.2g} {budget['unit']}", largest["source"]])
    return table(["result", "expanded, k = 2", "largest source"], rows)


def lot(lot: dict) -> str:
    rows = []
    for point in lot["points"]:
        rows.append(
            [
                f"`{point['id']}`",
                f"{point['limit']:g} {point['error_unit']}",
                f"{point['mean']:+.2g}",
                f"{point['sigma']:.2g}",
                f"{point['smallest']:+.2g} to {point['largest']:+.2g}",
                f"{point['cpk']:.0f}" if point["cpk"] >= 100 else f"{point['cpk']:.3g}",
                f"{point['guard_band']:.1g}",
                str(point["worst_seed"]),
            ]
        )
    head = ["point", "limit", "mean", "sigma", "smallest to largest", "Cpk", "guard band", "worst unit"]
    return table(head, rows)


def residuals(lot: dict) -> str:
    """L1 stands for all phases; they differ by chance only."""
    rows = []
    for residual in lot["residuals"]:
        if " L1 " in f"{residual['name']} ":
            numbers = [f"{residual['mean']:+.2g}", f"{residual['sigma']:.2g}", f"{residual['largest']:.2g}"]
            rows.append([residual["name"], residual["unit"], *numbers])
    return table(["left after calibration", "unit", "mean", "sigma", "largest magnitude"], rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
