#!/usr/bin/env python3
"""Names, from `ems scenario list --json` on standard input, of short scenarios that can be run at a fidelity."""

import json
import sys

# Simulated seconds that a dev build runs in no time at every sample.
SHORT_S = 15

fidelity = sys.argv[1]
for entry in json.load(sys.stdin):
    short = entry["duration_s"] is not None and entry["duration_s"] <= SHORT_S
    # Faults are faults of samples.
    if short and (fidelity == "waveform" or entry["faults"] == 0):
        print(entry["id"])
