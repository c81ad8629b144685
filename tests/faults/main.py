"""Runs the scenarios, and says of each what was done and what came of it."""

import argparse
import os
import sys
import time
import traceback
from pathlib import Path

import backup
import cut_off
import disk_full
import killed
import load
from database import Postgres, Sqlite

SCENARIOS = {
    "killed": killed.run,
    "cut-off": cut_off.run,
    "disk-full": disk_full.run,
    "backup": backup.run,
    "load": load.run,
}
DATABASES = {"sqlite": Sqlite, "postgres": Postgres}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/faults/run", description=__doc__)
    parser.add_argument(
        "words",
        nargs="*",
        metavar="PROGRAM|SCENARIO",
        help=f"the server program, and scenarios: {', '.join(SCENARIOS)}; all unless some are named",
    )
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this one")
    parser.add_argument("--rounds", type=int, default=3, help="of killing and cutting off")
    parser.add_argument("--clients", type=int, default=8, help="at a time")
    parser.add_argument("--seconds", type=float, default=3, help="of load and backup")
    parser.add_argument("--contacts", type=int, default=500, help="invented ones to begin with")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same choices")
    parser.add_argument(
        "--serve",
        default=os.environ.get("FAULTS_SERVE", ""),
        metavar="FLAGS",
        help="more flags for `urval serve`, parted by blanks (FAULTS_SERVE)",
    )
    options = parser.parse_intermixed_args()
    options.scenarios = [it for it in options.words if it in SCENARIOS] or list(SCENARIOS)
    programs = [it for it in options.words if it not in SCENARIOS]
    if 1 < len(programs):
        parser.error(f"there is no scenario {programs[-1]!r}")
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    options.program = str(Path(*programs or [f"{target}/debug/urval"]).resolve())
    if not os.access(options.program, os.X_OK):
        parser.error(f"there is no program {options.program}: cargo build makes it")
    return options


def main() -> int:
    options = arguments()
    failed = 0
    for scenario in options.scenarios:
        for name in options.database or DATABASES:
            database = DATABASES[name]
            if not database.is_here():
                continue
            began = time.monotonic()
            try:
                with database(options) as it:
                    told = SCENARIOS[scenario](it, options)
            except Exception as error:  # of whatever kind, the others are tried all the same
                failed += 1
                told = f"FAILED: {error!r}\n{traceback.format_exc()}"
            if told:
                took = time.monotonic() - began
                print(f"{scenario}, {name}, {took:.0f} s: {told}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
