"""Whether all servers say the same, and how fast they say it."""

import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys

from material import PAGE, psql
from servers import HERE

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def check(servers, pages, work):
    """Ends with an error unless all servers say the same of all pages."""
    for server in servers:
        bodies = [json.dumps(server.body(page), ensure_ascii=False) for page in pages]
        server.bodies = work / f"{server.name}.bodies"
        server.bodies.write_text("\n".join(bodies) + "\n")
        texts = [server.post(body.encode()) for body in bodies]
        server.bytes_mean = statistics.mean(map(len, texts))
        server.said = [server.contacts(json.loads(text)) for text in texts]
    for number in range(len(pages)):
        expected, *others = [server.said[number] for server in servers]
        if len(expected) != PAGE:
            sys.exit(f"{servers[0].name} has {len(expected)} contacts on a page of {PAGE}.")
        for server, found in zip(servers[1:], others):
            if found != expected:
                (work / "expected.json").write_text(json.dumps(expected, indent=1))
                (work / "found.json").write_text(json.dumps(found, indent=1))
                sys.exit(f"{server.name} differs: see expected.json and found.json in {work}")


def send(server, bodies, connections, seconds):
    """What wrk tells of sending the requests of a file, over and over."""
    done = subprocess.run(
        [
            *("wrk", "--threads", "1", "--connections", str(connections)),
            *("--duration", f"{seconds}s", "--timeout", "60s", "--script", HERE / "load.lua"),
            *(f"http://127.0.0.1:{server.port}{server.path}", bodies),
        ],
        check=True, stdout=subprocess.PIPE, text=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    if told["errors"] or not told["requests"]:
        sys.exit(f"{server.name}: {told['errors']} of {told['requests']} requests failed.")
    return told


def speed(told):
    figures = {name: told[name] for name in ("p50", "p95", "p99")}
    return {"requestsPerSecond": told["requests"] / told["seconds"], **figures}


def measure(server, connections, seconds, url):
    before = used_by(server, url)
    told = send(server, server.bodies, connections, seconds)
    after = used_by(server, url)
    requests = told["requests"]
    # With headers, responses are a little longer than their bodies. Errors would be much shorter.
    length = told["bytes"] / requests
    if not 0.95 < length / server.bytes_mean < 1.25:
        sys.exit(f"{server.name}: {length:.0f} bytes a response, not {server.bytes_mean:.0f}.")
    return {
        **speed(told),
        "serverCpuMs": grown(before[0], after[0]) * 1000 / requests,
        "databaseCpuMs": grown(before[1], after[1]) * 1000 / requests,
    }


def used_by(server, url):
    """Processor seconds so far, by process: of the server and of the database's connections."""
    said = psql(url, "SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    pids = [int(pid) for pid in said.split()]
    return seconds_of(members_of(server.process.pid)), seconds_of(filter(is_postgres, pids))


def is_postgres(pid):
    """Whether it is one here: the database may be on another machine."""
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/comm").read_text().startswith("postgres")


def members_of(group):
    """The processes of a group: a server and its workers."""
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.getpgid(int(entry.name)) == group:
                yield int(entry.name)


def seconds_of(pids):
    """What these processes have used of the processors, as Linux has it; nothing elsewhere."""
    used = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used[pid] = (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND
    return used


def grown(before, after):
    return sum(seconds - before.get(pid, 0) for pid, seconds in after.items())


def medians(rounds):
    return {name: statistics.median(it[name] for it in rounds) for name in rounds[0]}


def table(results):
    lines = [
        "| server | connections | requests/s | p50 ms | p95 ms | p99 ms "
        "| server, CPU ms | database, CPU ms |",
        "| --- | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for it in results:
        lines.append(
            f"| {it['server']} | {it['connections']} | {it['requestsPerSecond']:,.0f} "
            f"| {it['p50']:.1f} | {it['p95']:.1f} | {it['p99']:.1f} "
            f"| {it['serverCpuMs']:.2f} | {it['databaseCpuMs']:.2f} |"
        )
    return "\n".join(lines)
