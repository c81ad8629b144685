"""The server as a process, and what its clients send to it."""

import http.client
import json
import os
import subprocess
import sys
import threading
import time

# How long anything may take before it is taken for a failure.
PATIENCE = 60


class Unanswered(Exception):
    """The connection broke: nobody knows whether it was done."""


class Refused(Exception):
    """An error in the answer, with the code for programs."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code


def run(*command):
    """Runs a program that has to succeed, and returns what it prints."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE * 10)
    assert done.returncode == 0, f"{command[:3]}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


class Server:
    """`urval serve`, on a port that it chooses."""

    def __init__(self, database, **how):
        command = [database.options.program, "serve", "--listen", "127.0.0.1:0"]
        command += ["--database-url", database.url, "--log", "text", *database.options.serve.split()]
        began = time.monotonic()
        self.log = []
        how |= {"env": os.environ | {"RUST_LOG": "warn,urval=info"}}
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **how)
        self.port = self._port()
        # What it still says must not fill the pipe.
        threading.Thread(target=self._keep_log, daemon=True).start()
        self._until_ready()
        self.took = time.monotonic() - began

    def _port(self):
        for line in self.process.stderr:
            self.log.append(line)
            if "listens on http://" in line:
                return int(line.split("http://")[1].split("/")[0].split(":")[1])
        raise AssertionError(f"the server did not start: {self.said()}")

    def _keep_log(self):
        for line in self.process.stderr:
            self.log.append(line)

    def _until_ready(self):
        deadline = time.monotonic() + PATIENCE
        while Client(self).get("/readyz")[0] != 200:
            assert time.monotonic() < deadline, "the server is not ready"
            time.sleep(0.01)

    def said(self):
        return "".join(self.log)

    def faults(self):
        """What it logged as failures of its own."""
        return [line for line in self.log if " ERROR " in line]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(PATIENCE) == 0, self.said()

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        self.kill()
        if failure:
            print("The server said last:", *self.faults()[-5:], sep="\n", file=sys.stderr)


class Client:
    """A connection that is kept as long as it lives."""

    def __init__(self, server):
        self.server = server
        self.connection = None

    def get(self, path):
        return self._ask("GET", path, None, {})

    def graphql(self, query, variables=None):
        """The data of an answer without errors."""
        body = json.dumps({"query": query, "variables": variables or {}})
        _, answer = self._ask("POST", "/graphql", body, {"content-type": "application/json"})
        return self._data(answer)["data"]

    def mutate(self, name, selection, value):
        """The payload of a mutation that has to succeed."""
        kind = f"{name[0].upper()}{name[1:]}Input"
        ask = f"mutation {name}($i: {kind}!) {{ {name}(input: $i) {{ {selection} userErrors {{ code message }} }} }}"
        payload = self.graphql(ask, {"i": value})[name]
        for error in payload["userErrors"]:
            raise Refused(error["code"], error["message"])
        return payload

    def upload(self, table):
        """Imports a file; returns what became of its rows."""
        status, answer = self._ask("POST", "/import", table, {"content-type": "text/csv"})
        answer = self._data(answer)
        if status == 200:
            return answer
        raise Refused("UNAVAILABLE" if status == 503 else str(status), answer["stopped"])

    def _data(self, answer):
        value = json.loads(answer)
        for error in value.get("errors", []):
            raise Refused(error["extensions"]["code"], error["message"])
        return value

    def _ask(self, method, path, body, headers):
        try:
            if self.connection is None:
                address = ("127.0.0.1", self.server.port)
                self.connection = http.client.HTTPConnection(*address, timeout=PATIENCE)
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection = None
            raise Unanswered(repr(error)) from error
