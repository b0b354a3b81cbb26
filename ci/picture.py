#!/usr/bin/env python3
"""Draws a terminal's text (standard input) as an SVG (standard output), for the README."""
import html
import sys

CHAR, LINE, PAD = 8.4, 19, 16
INK, DIM, PAPER, TITLE = "#e6e6e6", "#9aa0a6", "#16181c", "#8ab4f8"

lines = [line.rstrip() for line in sys.stdin.read().rstrip().splitlines()]
width = PAD * 2 + CHAR * max(map(len, lines))
height = PAD * 2 + LINE * len(lines)
print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
      f'viewBox="0 0 {width:.0f} {height}" role="img" aria-label="ems run, the live table">')
print(f'<rect width="100%" height="100%" rx="8" fill="{PAPER}"/>')
print('<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" xml:space="preserve">')
for number, line in enumerate(lines):
    colour = TITLE if number == 0 else DIM if number in (1, 2) else INK
    y = PAD + LINE * number + 14
    print(f'<text x="{PAD}" y="{y}" fill="{colour}">{html.escape(line)}</text>')
print("</g>\n</svg>")
