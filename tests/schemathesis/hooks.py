"""What schemathesis can't know of the schema by itself: values of our scalars, and what a fault is."""

import atexit
import base64
import collections
import json
import os
import zlib
from pathlib import Path

import graphql
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

# Codes of errors that are ours to mend, not the client's.
FAULTS = {"INTERNAL", "UNAVAILABLE", "TIMEOUT"}

# Values that something in the demo data has, so that not all is about what is not there.
KINDS = [
    "campaign", "campaignEntry", "contact", "criterion", "loggedSegment", "operation",
    "savedCriteria", "segment",
]  # fmt: skip
TEXTS = [
    "SE", "NO", "CT000001", "CT000002", "SM000001", "Oslo", "EUR", "email", "name", "city", "BUS",
    "COUNTRY", "country", "shoeSize", "x@example.com", "2026-11-23", "Åse", "ß", "%", "_", "a'b", "*",
]  # fmt: skip
ZONES = ["Europe/Stockholm", "UTC", "America/Sao_Paulo", "Pacific/Apia", "Nowhere/Land"]
TERMS = [
    "SE", "<>SE", "S*", "@*s*", "A..M", "..M", ">=10", "<0.5", "10..20", "''", "<>''", "'a&b'",
    "TODAY-90D", "2026-01-01..2026-12-31", "T", "?se", "1", "-1",
]  # fmt: skip

small = st.integers(0, 40)
numbers = st.one_of(small, st.integers(-(2**70), 2**70))
ids = st.one_of(
    st.builds("{}:{}".format, st.sampled_from(KINDS), small),
    st.builds("interaction:{}.{}".format, small, small),
    st.builds("{}:{}".format, st.sampled_from(KINDS), numbers),
    st.builds("interactionTemplate:{}".format, st.sampled_from(TEXTS)),
    st.text(max_size=20),
)
texts = st.one_of(st.sampled_from(TEXTS), st.text(max_size=30))
decimals = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=4).map(str),
    st.decimals().map(str),
)
dates = st.one_of(
    st.dates().map(str),
    st.sampled_from(["0000-01-01", "9999-12-31", "+10000-01-01", "-0001-01-01", "2026-02-30", ""]),
)
times = st.one_of(
    st.times().map(lambda it: it.strftime("%H:%M:%S")),
    st.sampled_from(["23:59:60", "24:00:00", "7:5", "00:00"]),
)
instants = st.one_of(
    st.datetimes().map(lambda it: it.isoformat() + "Z"),
    st.sampled_from([
        "9999-12-31T23:59:59.999999999Z", "0001-01-01T00:00:00+23:59", "2026-12-31T23:59:60Z",
        "+262142-12-31T23:59:59Z", "-262143-01-01T00:00:00Z", "2026-11-23T12:00:00+02:00",
    ]),  # fmt: skip
)
durations = st.one_of(
    st.builds(
        "{}P{}{}".format, st.sampled_from(["", "-"]), small, st.sampled_from(["Y", "M", "W", "D"])
    ),
    st.sampled_from(["PT36H", "P1Y2M3DT4H5M6S", "P200Y", "P201Y", "PT4294967295S", "P", "P1.5D"]),
)
expressions = st.one_of(
    st.lists(st.sampled_from(TERMS), min_size=1, max_size=4).map("|".join),
    st.lists(st.sampled_from(TERMS), min_size=1, max_size=4).map("&".join),
    st.text(alphabet="ab1'*?@&|().<>=-T ", max_size=20),
)


def json_nodes() -> st.SearchStrategy:
    leaves = st.one_of(
        texts.map(nodes.String),
        small.map(nodes.Int),
        st.booleans().map(nodes.Boolean),
        st.just(nodes.Null),
    )
    return st.recursive(leaves, lambda inner: st.lists(inner, max_size=3).map(nodes.List), max_leaves=6)


SCHEMA = graphql.build_schema((Path(__file__).parents[2] / "schema.graphql").read_text())


def cursors() -> list[str]:
    """Those of the server's own lists, and some that name what no list holds."""

    def of(key):
        return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")

    query = """{
        contacts(first: 2) { edges { cursor } } segments(first: 2) { edges { cursor } }
        interactions(first: 2) { edges { cursor } } campaigns(first: 2) { edges { cursor } }
        loggedSegments(first: 2) { edges { cursor } } auditLog(first: 2) { edges { cursor } }
    }"""
    answer = requests.post(os.environ["URVAL_URL"], json={"query": query}, timeout=60).json()
    own = [edge["cursor"] for page in answer["data"].values() for edge in page["edges"]]
    days = ["2026-11-02", "+262142-12-31", "-262143-01-01"]
    made = [{"Date": [day, 1]} for day in days] + [[day, 1, 1] for day in days]
    made += [{"Updated": [f"{day}T00:00:00Z", 1]} for day in days]
    made += [1, -(2**63), 2**63, "SE", "a\0b", {"Contacts": [-1, 1]}, {"No": "SM000001"}, None, []]
    return own + [of(key) for key in made]


CURSORS = cursors()


# Of contacts and of interactions, to list values of.
FIELDS = ["city", "country", "name", "mailingGroups", "interactions.template", "nothing"]

# What an id is of, by what the names of its argument and of the field around it have in them.
OF = {
    "loggedSegment": "loggedSegment", "savedCriteri": "savedCriteria", "campaignEntry": "campaignEntry",
    "operation": "operation", "segment": "segment", "campaign": "campaign", "interaction": "interaction",
    "contact": "contact", "company": "contact", "survivor": "contact", "duplicate": "contact",
}  # fmt: skip


class Mended(graphql.Visitor):
    """Mends what schemathesis does not see in a schema, so that more is reached than the checks of the
    request: of inputs with `@oneOf` one field is given, pages are asked for from one end, ids and cursors
    are often some of what is asked for, and mutations always tell user errors."""

    def __init__(self, types):
        super().__init__()
        self.types = types
        self.root = None

    def enter_field(self, node, *_):
        self.root = self.root or node.name.value

    def leave_object_value(self, node, *_):
        wanted = graphql.get_named_type(self.types.get_input_type())
        if not getattr(wanted, "is_one_of", False):
            return None
        given = [it for it in node.fields if not isinstance(it.value, graphql.NullValueNode)]
        return graphql.ObjectValueNode(fields=tuple(given[:1]))

    def leave_object_field(self, node, *_):
        value = self.mended(node.name.value, node.value)
        return graphql.ObjectFieldNode(name=node.name, value=value)

    def leave_field(self, node, *_):
        arguments = node.arguments or ()
        names = [it.name.value for it in arguments]
        dropped = None
        if "first" in names and "last" in names:
            dropped = "first" if chosen(node, 2) else "last"
        kept = [it for it in arguments if it.name.value != dropped]
        kept = [
            graphql.ArgumentNode(name=it.name, value=self.mended(it.name.value, it.value))
            for it in kept
        ]
        selected = node.selection_set
        if self.types.get_parent_type() is SCHEMA.mutation_type:
            told = graphql.parse("{ userErrors { code message path } }").definitions[0]
            selected = graphql.SelectionSetNode(
                selections=selected.selections + told.selection_set.selections
            )
        return graphql.FieldNode(
            alias=node.alias, name=node.name, arguments=tuple(kept),
            directives=node.directives or (), selection_set=selected,
        )  # fmt: skip

    def mended(self, name, value):
        if isinstance(value, graphql.ListValueNode):
            return graphql.ListValueNode(
                values=tuple(self.mended(name, it) for it in value.values)
            )
        if name in ("first", "last") and isinstance(value, graphql.IntValueNode):
            number = int(value.value)
            return value if -2 <= number <= 102 else nodes.Int(abs(number) % 30)
        if not isinstance(value, graphql.StringValueNode):
            return value
        if name == "field":
            return nodes.String(FIELDS[chosen(value, len(FIELDS))])
        if name in ("after", "before"):
            place = chosen(value, 4 * len(CURSORS))
            return nodes.String(CURSORS[place]) if place < len(CURSORS) else nodes.Null
        if name.lower() in ("id", "ids") or name.endswith(("Id", "Ids")):
            words = self.root if name in ("id", "ids") else name
            kinds = [of for word, of in OF.items() if word.lower() in words.lower()]
            key = chosen(value, 8)
            if kinds and key < 6:
                key = f"{key + 1}.{key + 1}" if kinds[0] == "interaction" else key + 1
                return nodes.String(f"{kinds[0]}:{key}")
        return value


def chosen(node, count: int) -> int:
    """One of so many, the same for the same node."""
    return zlib.crc32(graphql.print_ast(node).encode(errors="replace")) % count


@schemathesis.hook
def map_body(context, document):
    types = graphql.TypeInfo(SCHEMA)
    return graphql.visit(document, graphql.TypeInfoVisitor(types, Mended(types)))


for name, strategy in {
    "Date": dates.map(nodes.String),
    "DateTime": instants.map(nodes.String),
    "Decimal": st.one_of(decimals.map(nodes.String), small.map(nodes.Int)),
    "Duration": durations.map(nodes.String),
    "FilterExpression": expressions.map(nodes.String),
    "ID": st.one_of(ids.map(nodes.String), small.map(nodes.Int)),
    "JSON": json_nodes(),
    "String": texts.map(nodes.String),
    "Time": times.map(nodes.String),
    "TimeZone": st.sampled_from(ZONES).map(nodes.String),
}.items():
    schemathesis.graphql.scalar(name, strategy)


@schemathesis.check
def no_fault(ctx, response, case):
    """The server answers in GraphQL, and what went wrong is the client's to mend."""
    assert response.status_code < 500, response.text
    answer = response.json()
    assert "data" in answer or answer["errors"], answer
    for error in answer.get("errors", []):
        assert error["extensions"]["code"] not in FAULTS, error


@schemathesis.check
class every_operation_is_answered:
    """Nothing is so hard to ask for that it was only ever refused."""

    def __init__(self):
        self.asked = set()
        self.answered = set()

    def after_response(self, ctx, response, case):
        self.asked.add(case.operation.label)
        if not response.json().get("errors"):
            self.answered.add(case.operation.label)

    def after_run(self, ctx):
        refused = sorted(self.asked - self.answered)
        assert not refused, f"never answered without errors: {', '.join(refused)}"


count = collections.Counter()
codes = collections.Counter()
operations = set()


@schemathesis.hook
def after_call(context, case, response):
    count["requests"] += 1
    operations.add(case.operation.label)
    try:
        answer = response.json()
    except ValueError:
        return
    errors = answer.get("errors") or []
    codes.update({error.get("extensions", {}).get("code", "none") for error in errors})
    payloads = (answer.get("data") or {}).values()
    has_user_errors = any(isinstance(it, dict) and it.get("userErrors") for it in payloads)
    count["refused" if errors else "rejected" if has_user_errors else "done"] += 1


@atexit.register
def write():
    told = {key: count[key] for key in ("requests", "done", "rejected", "refused")}
    told |= {"operations": len(operations), "codes": codes}
    with open(os.environ["URVAL_COUNTS"], "w", encoding="utf-8") as file:
        json.dump(told, file)

