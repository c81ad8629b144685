"""Starts a server on each database, has schemathesis ask it, and looks whether all is well afterwards."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from database import Postgres, Sqlite
from server import Server

HERE = Path(__file__).parent
DATABASES = {"sqlite": Sqlite, "postgres": Postgres}
# From so many examples on, one has to be answered without errors.
MANY = 20


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/schemathesis/run", description=__doc__)
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    parser.add_argument("program", nargs="?", default=f"{target}/debug/urval")
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this one")
    parser.add_argument("--examples", type=int, default=20, help="of each query and mutation")
    parser.add_argument("--contacts", type=int, default=300, help="invented ones to begin with")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same choices")
    parser.add_argument("--clients", type=int, default=1, help="at a time")
    parser.add_argument("--only", metavar="PATTERN", help="operations, such as 'Query.contacts'")
    options = parser.parse_args()
    options.program = str(Path(options.program).resolve())
    options.serve = "--rate-limit 0"
    if not os.access(options.program, os.X_OK):
        parser.error(f"there is no program {options.program}: cargo build makes it")
    return options


def ask(port: int, options, counts: Path) -> int:
    url = f"http://127.0.0.1:{port}/graphql"
    command = ["schemathesis", "run", url, "--no-color"]
    command += ["--request-timeout", "60", "--mode", "all"]
    # With few examples, it is chance whether one of them is answered.
    checks = ["no_fault"] + ["every_operation_is_answered"] * (MANY <= options.examples)
    command += ["--checks", ",".join(checks), "--phases", "fuzzing,stateful"]
    command += ["--max-examples", str(options.examples), "--seed", str(options.seed)]
    command += ["--workers", str(options.clients), "--continue-on-failure"]
    command += ["--suppress-health-check", "all", "--generation-database", "none"]
    command += ["--warnings", "off"]
    if options.only:
        command += ["--include-name-regex", options.only]
    environment = {
        "SCHEMATHESIS_HOOKS": "hooks",
        "PYTHONPATH": str(HERE),
        "URVAL_COUNTS": str(counts),
        "URVAL_URL": url,
    }
    # Where it is called, it leaves files behind.
    how = {"env": os.environ | environment, "cwd": counts.parent}
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(command, stdout=said, stderr=said, **how)
        if done.returncode != 0:
            said.seek(0)
            print(said.read())
    return done.returncode


def told(counts: Path) -> str:
    count = json.loads(counts.read_text())
    refused = ", ".join(f"{code} {times}" for code, times in sorted(count["codes"].items()))
    return (
        f"{count['requests']} requests for {count['operations']} queries and mutations: "
        f"{count['done']} done, {count['rejected']} with user errors, "
        f"{count['refused']} refused ({refused})"
    )


def main() -> int:
    options = arguments()
    failed = 0
    for name in options.database or DATABASES:
        if not DATABASES[name].is_here():
            continue
        began = time.monotonic()
        with DATABASES[name](options) as database, tempfile.TemporaryDirectory() as folder:
            counts = Path(folder) / "counts.json"
            with Server(database) as server:
                code = ask(server.port, options, counts)
                for fault in server.faults():
                    code = 1
                    print("The server said:", fault)
                server.stop()
            database.check()
            took = time.monotonic() - began
            print(f"{name}, {took:.0f} s: {told(counts)}", flush=True)
            failed |= code
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
