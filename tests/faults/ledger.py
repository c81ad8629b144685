"""A client that writes, remembers what was acknowledged, and can tell whether it is still there.

A fact is something that can be read: a contact, a segment, how many rows of a file there are. It
has the value that was acknowledged last. While a change is under way, it has a test of the values
that are right if it was done. Once a client knows no more than that, `settle` looks: all facts of
the change must be as before, or all as after it.
"""

import random
import time
from collections import Counter

from server import PATIENCE, Client, Refused, Unanswered

# Fewer than a request may have aliases.
FACTS_A_REQUEST = 40
# What the contacts of one request or file share.
ROWS = 10
# Of the salesperson and of the template of all segments.
CODE = "FAULTS"
SEGMENT = "id revision status contactsCount criteria { no } loggedSegment { interactionsCount }"
# What was set on a line survives its removal, but is not shown meanwhile.
GONE = object()
# Worth another try; the last is said of a fifth file beside four.
RETRYABLE = {"UNAVAILABLE", "TIMEOUT", "TOO_MANY_CONNECTIONS"}


def prepare(server):
    """What the clients need to have in common."""
    client = Client(server)
    client.mutate("codeCreate", "code { code }", {"kind": "SALESPERSON", "code": CODE})
    template = {"code": CODE, "description": "Letter", "correspondenceType": "HARD_COPY"}
    client.mutate("interactionTemplateCreate", "interactionTemplate { code }", template)


class Writer:
    """A client with contacts and segments of its own. What it does next follows from the seed."""

    def __init__(self, server, name, seed):
        self.client = Client(server)
        self.name = name
        self.random = random.Random(f"{seed} {name}")
        self.facts = {}
        self.pending = {}
        self.fresh = set()
        self.made = 0
        self.segment = None
        self.acknowledged = Counter()
        self.refused = Counter()
        self.unanswered = 0
        self.unanswered_and_done = 0

    def use(self, server):
        """From now on it is asked this server."""
        self.client = Client(server)

    def step(self):
        """Makes one change. Raises what keeps it from being acknowledged."""
        operations = {
            self.select: 5,
            self.go_back: 2,
            self.edit_line: 3,
            self.log: 1,
            self.create: 3,
            self.update: 3,
            self.import_rows: 1,
            self.import_file: 1,
        }
        if self.segment is None:
            operation = self.open
        else:
            operation = self.random.choices([*operations], [*operations.values()])[0]
        if operation():
            self.acknowledged[operation.__name__] += 1

    def until(self, is_over):
        """Makes changes until it is over. After an error that is worth another try it looks what
        became of the change, and goes on."""
        while not is_over():
            try:
                self.step()
            except Refused as error:
                assert error.code in RETRYABLE, error
                self.refused[error.code] += 1
                self.settle()

    def until_unanswered(self, _):
        """Makes changes until the server is gone."""
        try:
            self.until(lambda: False)
        except Unanswered:
            self.unanswered += bool(self.pending)

    # Operations. Each says before it asks what will be so if it is done.

    def open(self):
        no = self._new("S")
        self.pending = {("segment", no): lambda it: it is not None and it["revision"] == 1}
        value = {"no": no, "description": no, "interactionTemplate": CODE, "salesperson": CODE}
        value |= {"correspondenceType": "HARD_COPY", "ignoreContactCorrespondenceType": True}
        segment = self.client.mutate("segmentCreate", f"segment {{ {SEGMENT} }}", value)["segment"]
        self._is_so({("segment", no): segment})
        self.segment = no
        return True

    def select(self):
        names = ["segmentAddContacts"] * 2 + ["segmentReduceContacts", "segmentRefineContacts"]
        return self._step(self.random.choice(names), {"criteria": self._criteria()})

    def go_back(self):
        return bool(self._segment()["criteria"]) and self._step("segmentGoBack", {})

    def edit_line(self):
        segment = self._segment()
        ask = "query line($id: ID!) { segment(id: $id) { lines(first: 20) { nodes { contact { no id } } } } }"
        lines = self.client.graphql(ask, {"id": segment["id"]})["segment"]["lines"]["nodes"]
        if not lines:
            return False
        contact = self.random.choice(lines)["contact"]
        line, said = ("line", self.segment, contact["no"]), self._new("said ")
        self.facts.setdefault(line, None)
        key = ("segment", self.segment)
        self.pending = {line: lambda it: it == said, key: self._follows(segment)}
        value = {"lines": {"contactIds": [contact["id"]]}, "set": {"subject": said}}
        after = self._change("segmentUpdateLines", value)
        self._is_so({line: said, key: after})
        return True

    def log(self):
        segment, key = self._segment(), ("segment", self.segment)
        if segment["contactsCount"] == 0:
            return False
        lines = segment["contactsCount"]
        self.pending = {
            key: lambda it: it["status"] == "LOGGED" and it["loggedSegment"]["interactionsCount"] == lines
        }
        after = self._change("segmentLog", {})
        assert self.pending[key](after), f"logged in part: {after}"
        self._is_so({key: after})
        # A line of a logged segment never changes again, and the next segment is another.
        self.segment = None
        return True

    def create(self):
        no = self._new("C")
        contact = {"name": f"{no} first", "address": f"{no} first"}
        self.pending = {("contact", no): lambda it: it == contact}
        self.client.mutate("contactCreate", "contact { no }", {"no": no, "type": "COMPANY", **contact})
        self._is_so({("contact", no): contact})
        return True

    def update(self):
        mine = [key for key in self.facts if key[0] == "contact"]
        if not mine:
            return False
        key = self.random.choice(mine)
        said = self._new(f"{key[1]} ")
        contact = {"name": said, "address": said}
        self.pending = {key: lambda it: it == contact}
        found = self.client.graphql("query id($no: String!) { contactByNo(no: $no) { id } }", {"no": key[1]})
        value = {"id": found["contactByNo"]["id"], **contact}
        self.client.mutate("contactUpdate", "contact { no }", value)
        self._is_so({key: contact})
        return True

    def import_rows(self):
        prefix = self._new("I") + "-"
        self.facts[("rows", prefix)] = 0
        self.pending = {("rows", prefix): lambda it: it == ROWS}
        rows = [[f"{prefix}{no}", f"Row {no}"] for no in range(ROWS)]
        value = {"columns": ["no", "name"], "rows": rows}
        payload = self.client.mutate("contactsImport", "created", value)
        assert payload["created"] == ROWS, payload
        self._is_so({("rows", prefix): ROWS})
        return True

    def import_file(self):
        prefix = self._new("F") + "-"
        self.facts[("rows", prefix)] = 0
        self.pending = {("rows", prefix): lambda it: it == ROWS}
        table = "no,name\n" + "".join(f"{prefix}{no},Row {no}\n" for no in range(ROWS))
        answer = self.client.upload(table)
        assert answer["created"] == ROWS, answer
        self._is_so({("rows", prefix): ROWS})
        return True

    # What they have in common.

    def _new(self, what):
        self.made += 1
        return f"{what}{self.name}X{self.made}"

    def _criteria(self):
        countries = self.random.sample(["SE", "NO", "DK", "DE", "GB", "US", "FI"], 3)
        by_type = {"type": {"eq": self.random.choice(["COMPANY", "PERSON"])}}
        return {"any": [{"country": {"in": countries}}, by_type]}

    def _segment(self):
        return self.facts[("segment", self.segment)]

    def _step(self, name, value):
        key = ("segment", self.segment)
        self.pending = {key: self._follows(self._segment())}
        self._is_so({key: self._change(name, value)})
        return True

    def _follows(self, segment):
        return lambda it: it["revision"] == segment["revision"] + 1 and it["status"] == "OPEN"

    def _change(self, name, value):
        segment = self._segment()
        value = {"segmentId": segment["id"], "expectedRevision": segment["revision"], **value}
        after = self.client.mutate(name, f"segment {{ {SEGMENT} }}", value)["segment"]
        assert after["revision"] == segment["revision"] + 1, f"{name}: {segment} became {after}"
        return after

    def _is_so(self, facts):
        self.facts.update(facts)
        self.fresh.update(facts)
        self.pending = {}

    # Looking.

    def settle(self):
        """Finds out whether the change under way was done, wholly or not at all."""
        pending, self.pending = self.pending, {}
        if not pending:
            return
        now = self._patiently(pending)
        before = all(now[key] == self.facts.get(key) for key in pending)
        after = all(now[key] is not None and is_right(now[key]) for key, is_right in pending.items())
        assert before != after, f"done in part: {[(self.facts.get(it), now[it]) for it in pending]}"
        if after:
            self.unanswered_and_done += 1
            self.facts.update(now)
        if self.segment is not None and self._segment()["status"] == "LOGGED":
            self.segment = None

    def verify_fresh(self):
        """Whether all is there that was acknowledged since this was looked at last."""
        fresh, self.fresh = self.fresh, set()
        self.verify(fresh)

    def verify(self, keys=None):
        """Whether all that was ever acknowledged is there."""
        keys = list(self.facts if keys is None else keys)
        now = self._patiently(keys)
        for key in keys:
            assert now[key] in (self.facts[key], GONE), f"{key} was {self.facts[key]} and is {now[key]}"

    def _patiently(self, keys):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self._look(list(keys))
            except Refused as error:
                assert error.code in RETRYABLE and time.monotonic() < deadline, error
                time.sleep(0.05)

    def _look(self, keys):
        now = {}
        for start in range(0, len(keys), FACTS_A_REQUEST):
            part = keys[start : start + FACTS_A_REQUEST]
            fields = [f"f{no}: {ask(*key)}" for no, key in enumerate(part)]
            answer = self.client.graphql(f"query facts {{ {' '.join(fields)} }}")
            now |= {key: value(key[0], answer[f"f{no}"]) for no, key in enumerate(part)}
        return now


def ask(kind, no, contact=None):
    """The field that tells a fact."""
    match kind:
        case "contact":
            return f'contactByNo(no: "{no}") {{ name address }}'
        case "rows":
            return f'contacts(first: 1, filter: {{ no: {{ startsWith: "{no}" }} }}) {{ totalCount }}'
        case "segment":
            return f'segmentByNo(no: "{no}") {{ {SEGMENT} }}'
        case "line":
            mine = f'filter: {{ no: {{ eq: "{contact}" }} }}'
            return f'segmentByNo(no: "{no}") {{ lines(first: 1, {mine}) {{ nodes {{ subject }} }} }}'


def value(kind, found):
    match kind:
        case "rows":
            return found["totalCount"]
        case "line":
            return next((line["subject"] for line in found["lines"]["nodes"]), GONE)
    return found
