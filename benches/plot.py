#!/usr/bin/env python3
"""Draws what `cargo bench --bench speed -- --json FILE` wrote for several sizes: what each case costs
against the number of contacts, a picture for each database.

    benches/plot.py docs/speed 10k.json 100k.json 1m.json
"""

import json
import math
import pathlib
import sys

# What is drawn, by the beginning of its name, and what it is called in the picture.
CASES = [
    ("export everybody as CSV", "export everybody as CSV", "#a33"),
    ("count for three conditions", "count for three conditions, first time", "#c70"),
    ("add everybody, committed", "add everybody, first time", "#07a"),
    ("the same with one condition edited", "the same count, one condition edited", "#593"),
    ("50 lines of everybody", "50 lines, the slowest page", "#84b"),
    ("overlap of 20 segments", "overlap of 20 segments", "#555"),
    ("go back", "go back", "#0a8"),
    ("the same once more", "the same count, known", "#b58"),
]
WIDTH, HEIGHT = 820, 420
LEFT, RIGHT, TOP, BOTTOM = 60, 310, 40, 44
MIN_MS = 0.1


def main():
    target, files = pathlib.Path(sys.argv[1]), sys.argv[2:]
    by_database = {}
    for file in files:
        for report in json.loads(pathlib.Path(file).read_text()):
            by_database.setdefault(report["database"], []).append(report)
    for database, reports in by_database.items():
        reports.sort(key=lambda report: report["contacts"])
        path = target.with_name(f"{target.name}-{database.lower()}.svg")
        path.write_text(picture(database, reports))
        print(path)


def picture(database, reports):
    sizes = [report["contacts"] for report in reports]
    lines = []
    for start, label, color in CASES:
        points = [(report["contacts"], found(report, start)) for report in reports]
        if all(ms for _, ms in points):
            lines.append((label, color, points))
    most = max(ms for _, _, points in lines for _, ms in points)
    decades = math.ceil(math.log10(most / MIN_MS))
    across = math.log10(sizes[-1] / sizes[0]) or 1

    def x(contacts):
        return LEFT + math.log10(contacts / sizes[0]) / across * (WIDTH - LEFT - RIGHT)

    def y(ms):
        up = math.log10(max(ms, MIN_MS) / MIN_MS) / decades
        return HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f"<title>What it costs against the number of contacts, on {database}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="22" font-size="14">{database}: milliseconds against contacts</text>',
    ]
    for decade in range(decades + 1):
        ms = MIN_MS * 10**decade
        parts.append(
            f'<path d="M{LEFT} {y(ms):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
            f'<text x="{LEFT - 8}" y="{y(ms) + 4:.1f}" text-anchor="end">{ms:,g}</text>'
        )
    for size in sizes:
        parts.append(
            f'<path d="M{x(size):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>'
            f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{size:,}</text>'
        )
    floor = 0
    for label, color, points in sorted(lines, key=lambda line: -line[2][-1][1]):
        path = "L".join(f"{x(contacts):.1f} {y(ms):.1f}" for contacts, ms in points)
        last = points[-1][1]
        # Labels below each other, each near the end of its line.
        floor = max(floor + 15, y(last) + 4)
        parts.append(f'<path d="M{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x(contacts):.1f}" cy="{y(ms):.1f}" r="3" fill="{color}"/>'
            for contacts, ms in points
        ]
        parts.append(
            f'<text x="{WIDTH - RIGHT + 10}" y="{floor:.1f}" fill="{color}">{label}: {shown(last)} ms</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def shown(ms):
    return f"{ms:,.0f}" if 10 <= ms else f"{ms:.1f}"


def found(report, start):
    return next((it["ours"] for it in report["figures"] if it["case"].startswith(start)), None)


if __name__ == "__main__":
    main()
