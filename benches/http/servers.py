"""The servers that are measured: how each is started, asked for a page, and understood."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
# Connections to the database, in all.
POOL = 16
# Node.js keeps one processor busy.
WORKERS = os.cpu_count()
START_TIMEOUT_S = 120


class Server:
    def __init__(self, name, command, path, body, contacts, environment=None):
        self.name, self.path = name, path
        # How it is started at a port, what to send for a page, and what to make of the answer.
        self.command, self.body, self.contacts = command, body, contacts
        self.environment = {**os.environ, **(environment or {})}
        self.port = self.process = None

    def start(self, log):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [str(part) for part in self.command(self.port)]
        # In a group of its own, for some have workers.
        self.process = subprocess.Popen(
            command, cwd=HERE, env=self.environment, stdout=log, stderr=log, start_new_session=True
        )
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            if self.process.poll() is not None or deadline < time.monotonic():
                sys.exit(f"{self.name} does not start: see {log.name}")
            time.sleep(0.1)

    def stop(self):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait()

    def post(self, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("POST", self.path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        text = response.read()
        if response.status != 200 or b'"errors"' in text[-1000:]:
            sys.exit(f"{self.name} answers {response.status}: {text[-1000:].decode()}")
        return text

    def graphql(self, text, **variables):
        body = json.dumps({"query": text, "variables": variables})
        return json.loads(self.post(body))["data"]


def urval_of(url, program):
    """Urval with its defaults, for the page of contacts that its peers answer, too."""
    return Server(
        "Urval",
        lambda port: [program, "serve", "--listen", f"127.0.0.1:{port}", "--database-url", url],
        "/graphql",
        lambda page: {"query": query("urval"), "variables": {"after": page["cursor"]}},
        of_urval,
    )


def all_of(url, urval):
    """Urval, and then its peers."""
    built = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE / "server/target")) / "release"
    return [
        urval_of(url, urval),
        Server(
            "PostGraphile",
            lambda port: [
                "node_modules/.bin/postgraphile",
                *("--connection", url, "--schema", "urval,peer"),
                *("--host", "127.0.0.1", "--port", port),
                *("--cluster-workers", WORKERS, "--max-pool-size", max(1, POOL // WORKERS)),
                *("--simple-collections", "only", "--legacy-relations", "omit"),
                "--append-plugins",
                "postgraphile/plugins:TagsFilePlugin,@graphile-contrib/pg-many-to-many",
                *("--disable-graphiql", "--disable-query-log", "--disable-default-mutations"),
                *("--dynamic-json", "--no-setof-functions-contain-nulls", "--no-ignore-rbac"),
            ],
            "/graphql",
            lambda page: {"query": query("postgraphile"), "variables": place(page)},
            lambda answer: in_lists(answer["data"]["page"]),
            {"NODE_ENV": "production"},
        ),
        Server(
            "Seaography",
            lambda port: [built / "seaography", url, f"127.0.0.1:{port}"],
            "/graphql",
            lambda page: {"query": query("seaography"), "variables": place(page)},
            lambda answer: in_lists(answer["data"]["page"], lambda it: it["nodes"]),
        ),
        Server(
            "SQL by hand",
            lambda port: [built / "bare", url, f"127.0.0.1:{port}"],
            "/page",
            place,
            lambda answer: in_lists(answer, lambda it: it or []),
        ),
    ]


def query(name):
    text = (HERE / "queries" / f"{name}.graphql").read_text()
    return re.sub(r"\s+", " ", text).strip()


def place(page):
    return {"name": page["name"], "id": page["id"]}


def of_urval(answer):
    return [
        contact(
            row,
            row["mailingGroups"] + row["jobResponsibilities"],
            row["interactions"]["nodes"],
            row["segments"],
        )
        for row in answer["data"]["page"]["nodes"]
    ]


def in_lists(rows, items=lambda it: it):
    lists = ("codes", "interactions", "segments")
    return [contact(row, *(items(row[name]) for name in lists)) for row in rows]


def contact(row, codes, interactions, segments):
    """A contact in the form that all have in common. The order of codes and segments is free."""
    template = lambda it: it["code"] if isinstance(it, dict) else it
    company = row["company"]
    return {
        "id": int(str(row["id"]).rpartition(":")[2]),
        "no": row["no"],
        "name": row["name"],
        "city": row["city"],
        "company": company["name"] if isinstance(company, dict) else company,
        "codes": sorted([it["kind"], it["code"]] for it in codes),
        "interactions": [
            [it["date"], template(it["template"]), it["description"]] for it in interactions
        ],
        "segments": sorted([it["no"], it["description"]] for it in segments),
    }
