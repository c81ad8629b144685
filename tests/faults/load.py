"""Many clients at a time read, select, and edit lines and contacts, often the same ones."""

import random
import time
from collections import Counter, defaultdict

from crew import at_work, kinds, total
from ledger import prepare
from server import Client, Refused, Server

# Few enough that clients meet in them.
SEGMENTS = 8
CONTACTS = 100
COUNTRIES = ["SE", "NO", "DK", "DE", "GB", "US", "FI"]
# What somebody else was faster with, and what is more than a client may ask for. The latter come
# with a word about when to ask again, which is heeded.
CONFLICT = "CONFLICT"
LIMITED = {"RATE_LIMITED", "LIMIT_EXCEEDED"}
# How long a client rests that has asked for too much, in seconds.
REST = 0.2


class Loader:
    """A client that does one thing after the other, as fast as it is answered."""

    def __init__(self, server, no, options, world):
        self.client = Client(server)
        self.random = random.Random(f"{options.seed} load {no}")
        self.segments, self.contacts = world
        self.times = defaultdict(list)
        self.errors = Counter()
        self.faults = []

    def until(self, is_over):
        operations = {
            self.list_contacts: 4,
            self.read_segment: 4,
            self.preview: 3,
            self.select: 2,
            self.go_back: 1,
            self.edit_lines: 2,
            self.edit_contact: 2,
        }
        while not is_over():
            operation = self.random.choices([*operations], [*operations.values()])[0]
            began = time.monotonic()
            try:
                operation()
            except Refused as error:
                self.errors[error.code] += 1
                if error.code in LIMITED:
                    time.sleep(REST)
                elif error.code != CONFLICT:
                    self.faults.append(f"{operation.__name__}: {error}")
            except Exception as error:  # of whatever kind, it is a failure of the server
                self.faults.append(f"{operation.__name__}: {error!r}")
            else:
                self.times[operation.__name__].append(time.monotonic() - began)

    def list_contacts(self):
        ask = (
            "query list($f: ContactCriteria) { contacts(first: 25, filter: $f) "
            "{ totalCount nodes { no name city company { name } mailingGroups { code } } } }"
        )
        self.client.graphql(ask, {"f": self._criteria()})

    def read_segment(self):
        ask = (
            "query read($id: ID!) { segment(id: $id) { contactsCount cost criteria { before added removed after } "
            "lines(first: 20) { nodes { subject contact { name } } } } }"
        )
        segment = self.client.graphql(ask, {"id": self.random.choice(self.segments)})["segment"]
        for step in segment["criteria"]:
            assert step["before"] + step["added"] - step["removed"] == step["after"], step

    def preview(self):
        ask = "query count($i: CriteriaPreviewInput!) { criteriaPreview(input: $i) { selected { count } } }"
        self.client.graphql(ask, {"i": {"criteria": self._criteria()}})

    def select(self):
        names = ["segmentAddContacts"] * 2 + ["segmentReduceContacts", "segmentRefineContacts"]
        value = {"segmentId": self.random.choice(self.segments), "criteria": self._criteria()}
        effect = "effect { before added removed after }"
        effect = self.client.mutate(self.random.choice(names), effect, value)["effect"]
        assert effect["before"] + effect["added"] - effect["removed"] == effect["after"], effect

    def go_back(self):
        segment = self._look("segment", self.random.choice(self.segments), "revision criteria { no }")
        if segment["criteria"]:
            value = {"segmentId": segment["id"], "expectedRevision": segment["revision"]}
            self.client.mutate("segmentGoBack", "segment { revision }", value)

    def edit_lines(self):
        segment = self.random.choice(self.segments)
        lines = {"criteria": {"country": {"eq": self.random.choice(COUNTRIES)}}}
        said = {"subject": f"said {self.random.randrange(1000)}"}
        value = {"segmentId": segment, "lines": lines, "set": said}
        self.client.mutate("segmentUpdateLines", "linesCount", value)

    def edit_contact(self):
        contact = self._look("contact", self.random.choice(self.contacts), "revision")
        value = {"id": contact["id"], "expectedRevision": contact["revision"]}
        value["city"] = f"Town {self.random.randrange(100)}"
        self.client.mutate("contactUpdate", "contact { revision }", value)

    def _look(self, what, id, fields):
        return self.client.graphql(f"query look($id: ID!) {{ {what}(id: $id) {{ id {fields} }} }}", {"id": id})[what]

    def _criteria(self):
        countries = self.random.sample(COUNTRIES, 2)
        by_type = {"type": {"eq": self.random.choice(["COMPANY", "PERSON"])}}
        return {"all": [{"country": {"in": countries}}, by_type]}


def run(database, options):
    with Server(database) as server:
        about = world(server)
        loaders = [Loader(server, no, options, about) for no in range(options.clients)]
        began = time.monotonic()
        with at_work(*(it.until for it in loaders)):
            time.sleep(options.seconds)
        took = time.monotonic() - began
        server.stop()
    faults = [fault for it in loaders for fault in it.faults]
    told = table(loaders, took)
    assert not faults, f"{len(faults)} faults, such as {faults[0]}\n{told}"
    database.check()
    return f"{told}\n  check found nothing"


def world(server):
    """The segments and contacts that all are about."""
    prepare(server)
    client = Client(server)
    made = [
        client.mutate("segmentCreate", "segment { id }", {"interactionTemplate": "FAULTS"})
        for _ in range(SEGMENTS)
    ]
    contacts = client.graphql(f"query all {{ contacts(first: {CONTACTS}) {{ nodes {{ id }} }} }}")
    return [it["segment"]["id"] for it in made], [it["id"] for it in contacts["contacts"]["nodes"]]


def table(loaders, took):
    times, errors = defaultdict(list), total(it.errors for it in loaders)
    for it in loaders:
        for name, mine in it.times.items():
            times[name] += mine
    count = sum(map(len, times.values()))
    asked = count + errors.total()
    lines = [f"{len(loaders)} clients, {asked / took:.0f} requests/s, errors: {kinds(errors)}"]
    lines.append(f"  {'':16}{'count':>8}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}")
    for name, all_of_it in sorted(times.items()):
        all_of_it.sort()
        part = [1000 * all_of_it[int(len(all_of_it) * share)] for share in (0.5, 0.95, 0.99)]
        lines.append(f"  {name:16}{len(all_of_it):>8}" + "".join(f"{ms:>10.1f}" for ms in part))
    return "\n".join(lines)
