"""Attacks a server, and measures how long it takes to refuse, what memory it needs meanwhile, and how an
honest client is served. Fails if something is not refused as it should be, or the honest client is.

Needs Python 3.11 and nothing else, and Linux for the memory.
"""

import argparse
import asyncio
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time

HONEST = json.dumps({"query": "{ contacts(first: 20) { nodes { id no name city } } }"}).encode()
MIB = 1024 * 1024


class Server:
    """A server on a database of its own, with an access token for each of two clients."""

    def __init__(self, program, contacts):
        self.dir = tempfile.TemporaryDirectory()
        self.program = program
        self.url = f"sqlite://{self.dir.name}/attacked.db"
        self.log = open(f"{self.dir.name}/log", "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [program, "demo", "--contacts", str(contacts), "--listen", "127.0.0.1:0", "--require-token"]
            + ["--database-url", self.url],
            stderr=self.log,
        )
        self.port = self.wait_for_port()
        self.honest, self.attacker = self.token("honest"), self.token("attacker")

    def wait_for_port(self):
        for _ in range(1200):
            with open(self.log.name, encoding="utf-8") as log:
                found = re.search(r"listens on http://127\.0\.0\.1:(\d+)/", log.read())
            if found:
                return int(found.group(1))
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        with open(self.log.name, encoding="utf-8") as log:
            sys.exit(f"the server did not start:\n{log.read()}")

    def token(self, name):
        made = subprocess.run(
            [self.program, "token", "create", name, "--scopes", "read,write,personal"]
            + ["--database-url", self.url],
            check=True,
            capture_output=True,
            text=True,
        )
        return re.search(r"urval_[\w-]+", made.stdout + made.stderr).group(0)

    def memory_mib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self.dir.cleanup()


def request(body, token, length=None):
    """The bytes of a POST."""
    length = len(body) if length is None else length
    head = (
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Accept: application/graphql-response+json\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Length: {length}\r\n\r\n"
    )
    return head.encode() + body


async def answer(reader):
    """The status and the body of an answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    status = int(head.split(" ", 2)[1])
    length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
    body = await reader.readexactly(int(length.group(1))) if length else b""
    return status, body


class Attack:
    """What all attacks have: the server, and what became of them."""

    def __init__(self, server):
        self.server = server

    async def connect(self):
        return await asyncio.open_connection("127.0.0.1", self.server.port)

    async def send(self, body, token=None):
        """The status, the code of the first error, and the milliseconds that it took."""
        reader, writer = await self.connect()
        data = request(body, token or self.server.attacker)
        begun = time.perf_counter()
        try:
            writer.write(data)
            status, text = await answer(reader)
        finally:
            writer.close()
        took = 1000 * (time.perf_counter() - begun)
        return status, code_of(json.loads(text)), took


def code_of(body):
    """The code of the first error, also of one in the payload of a field."""
    if body.get("errors"):
        return body["errors"][0]["extensions"]["code"]
    payloads = [it for it in (body.get("data") or {}).values() if isinstance(it, dict)]
    codes = [error["code"] for it in payloads for error in it.get("userErrors", [])]
    return codes[0] if codes else None


def bombs():
    """Requests that are to be refused, by what they are called: the body, or the query, and the code of the
    error that is to come of it, be it in the payload of the field."""
    page = "contacts(first: 1000) { nodes { "
    fragments = "".join(f" fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(40))
    chain = "".join(f" fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(20_000))
    types = "fields { type { ofType { "
    anything = "query($a: [Int]) { __typename }"
    criteria = {"all": [{"city": {"in": [str(n) for n in range(10_001)]}}]}
    preview = (
        "query($c: ContactCriteria!) { criteriaPreview(input: { criteria: $c }) "
        "{ userErrors { code } selected { count } } }"
    )
    aliases = " ".join(f"a{n}: __typename" for n in range(10_000))
    return {
        "fields nested 50,000 deep": ("{ a " * 50_000 + "}" * 50_000, "LIMIT_EXCEEDED"),
        "lists nested 200,000 deep": (
            "{ contacts(search: " + "[" * 200_000 + "]" * 200_000 + ") { a } }",
            "LIMIT_EXCEEDED",
        ),
        "10,000 aliases": ("{ " + aliases + " }", "LIMIT_EXCEEDED"),
        "fragments that double, 40 times": (
            "{ ...F0 }" + fragments + " fragment F40 on Query { __typename }",
            "LIMIT_EXCEEDED",
        ),
        "20,000 fragments in a chain": ("{ ...F0 }" + chain, "LIMIT_EXCEEDED"),
        "fragments in a circle": (
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        "pages of pages": ("{ " + page + "people(first: 1000) { nodes { no } } } } }", "LIMIT_EXCEEDED"),
        "50,000 directives": ("{ __typename " + "@skip(if: false) " * 50_000 + "}", "LIMIT_EXCEEDED"),
        "introspection of types of types": (
            "{ __schema { types { " + types * 4 + "name" + " } } }" * 4 + " } } }",
            "LIMIT_EXCEEDED",
        ),
        "a megabyte of comment": ("{ __typename #" + "x" * 900_000 + "\n nothing }", "LIMIT_EXCEEDED"),
        "a comment as long as may be": ("{ __typename #" + "x" * 262_000 + "\n nothing }", "GRAPHQL_VALIDATION_FAILED"),
        "300,000 variables": (
            {"query": anything, "variables": {"a": [0] * 300_000}},
            "PAYLOAD_TOO_LARGE",
        ),
        "variables nested 900 deep": (
            {"query": anything, "variables": json.loads("[" * 900 + "]" * 900)},
            "BAD_REQUEST",
        ),
        "criteria with 10,001 values": ({"query": preview, "variables": {"c": criteria}}, "LIMIT_EXCEEDED"),
        "a batch of 1,000": ([{"query": "{ __typename }"}] * 1_000, "BAD_REQUEST"),
    }


def encoded():
    """The same, each with its body as it is sent: to make one takes time that nobody should wait for."""
    return [
        (name, json.dumps({"query": bomb} if isinstance(bomb, str) else bomb).encode(), expected)
        for name, (bomb, expected) in bombs().items()
    ]


class Bombs(Attack):
    """Requests that would cost too much."""

    def __init__(self, server):
        super().__init__(server)
        self.bodies = encoded()

    async def run(self, times):
        for name, body, expected in self.bodies:
            took = []
            for _ in range(times):
                status, code, ms = await self.send(body)
                took.append(ms)
                if code != expected:
                    sys.exit(f"{name}: {status} {code}, not {expected}")
            yield name, f"{status} {expected}", took


class Flood(Attack):
    """A client that asks for as much as it can, from 50 connections."""

    async def run(self, seconds):
        statuses, took, until = {}, [], time.monotonic() + seconds
        large = json.dumps({"query": "{ contacts(first: 1000) { nodes { id no name city } } }"}).encode()

        async def ask():
            while time.monotonic() < until:
                status, _, ms = await self.send(large)
                statuses[status] = statuses.get(status, 0) + 1
                if status == 429:
                    took.append(ms)

        await asyncio.gather(*(ask() for _ in range(50)))
        yield "a flood from one client", f"answers by status: {statuses}", took


async def is_closed(reader):
    """Whether the server has closed the connection, whatever it said before."""
    try:
        await asyncio.wait_for(reader.read(), 1)
    except asyncio.TimeoutError:
        return False
    except ConnectionError:
        pass
    return True


class Sockets(Attack):
    """Many connections that send nothing, or little of what they announce, or slowly."""

    def __init__(self, server, name, count, first, more):
        super().__init__(server)
        self.name, self.count, self.first, self.more = name, count, first, more

    async def run(self, seconds):
        opened, closed = [], 0
        for _ in range(self.count):
            try:
                reader, writer = await asyncio.wait_for(self.connect(), 5)
            except (OSError, asyncio.TimeoutError):
                closed += 1
                continue
            if self.first:
                writer.write(self.first)
            opened.append((reader, writer))
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for _, writer in opened:
                if self.more and not writer.is_closing():
                    writer.write(self.more)
            await asyncio.sleep(1)
        gone = sum(await asyncio.gather(*(is_closed(reader) for reader, _ in opened)))
        for _, writer in opened:
            writer.close()
        yield self.name, f"{len(opened)} opened, {gone + closed} closed by the server", []


class Honest(Attack):
    """An honest client that asks all the time, on a new connection each time."""

    async def serve(self):
        self.took, self.failed = [], []
        while True:
            try:
                status, code, ms = await asyncio.wait_for(
                    self.send(HONEST, self.server.honest), 10
                )
                self.took.append(ms)
                if status != 200 or code:
                    self.failed.append(f"{status} {code}")
            except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError) as err:
                self.failed.append(repr(err))
            await asyncio.sleep(0.1)


def attacks(server, args):
    slow_body = request(b'{"query":"', server.attacker, 1000)
    large = b'{"query":"' + b"x" * 900_000
    slow_large = request(large, server.attacker, MIB)
    web_socket = (
        "GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
    ).encode()
    few = args.sockets // 10
    goings = [Bombs(server).run(args.times), Flood(server).run(args.seconds)]
    for name, count, first, more in (
        (f"{args.sockets} connections that say nothing", args.sockets, b"", b""),
        (f"{args.sockets} WebSockets that say nothing", args.sockets, web_socket, b""),
        (f"{few} heads, a header a second", few, b"GET / HTTP/1.1\r\n", b"x: y\r\n"),
        (f"{few} bodies, a byte a second", few, slow_body, b"x"),
        (f"{few} bodies of a megabyte, the end a byte a second", few, slow_large, b"x"),
    ):
        goings.append(Sockets(server, name, count, first, more).run(args.seconds))
    return goings


def line(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def of(took):
    """The median and the maximum of times."""
    return f"{statistics.median(took):.1f} / {max(took):.1f}" if took else "–"


async def attack(args):
    resource.setrlimit(resource.RLIMIT_NOFILE, (args.sockets + 500, args.sockets + 500))
    server = Server(args.program, args.contacts)
    try:
        goings = attacks(server, args)
        honest = Honest(server)
        serving = asyncio.create_task(honest.serve())
        await asyncio.sleep(args.seconds)
        line("attack", "what came of it", "refused in ms: median / most", "honest client in ms", "memory in MiB")
        line(*["---"] * 5)
        line("none", "", "", of(honest.took), f"{server.memory_mib():.0f}")
        failed = list(honest.failed)
        for going in goings:
            honest.took, honest.failed = [], []
            async for name, outcome, took in going:
                await asyncio.sleep(0.2)
                line(name, outcome, of(took), of(honest.took), f"{server.memory_mib():.0f}")
                failed += [f"{name}: {what}" for what in honest.failed]
                honest.took, honest.failed = [], []
        serving.cancel()
        if failed:
            sys.exit("an honest client was not served:\n" + "\n".join(failed))
        check = [args.program, "check", "--database-url", server.url]
        subprocess.run(check, check=True)
    finally:
        server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the program to attack")
    parser.add_argument("--contacts", type=int, default=10_000, help="how many the server has")
    parser.add_argument("--times", type=int, default=20, help="how often each bomb is sent")
    parser.add_argument("--seconds", type=float, default=10, help="how long the others go on")
    parser.add_argument("--sockets", type=int, default=10_000, help="how many connections")
    args = parser.parse_args()
    args.program = os.path.abspath(args.program)
    asyncio.run(attack(args))


main()
