"""What there is to read: segments, their members as rows for the peers, and the pages."""

import csv
import http.client
import io
import json
import os
import subprocess
import sys

from servers import HERE

PAGE = 50
PAGES = 100
SEGMENTS = 20
SEGMENT_MIN = 1000

# Pages from the middle half of the order by name, of people alone: Urval shows with a company what
# happened with its people, too, and no peer does. They begin at a new name, so that whoever goes on
# from a name needs nothing else.
PAGES_SQL = f"""
    WITH listed AS (
        SELECT id, no, name_fold,
               row_number() OVER list AS place,
               count(*) OVER () AS total,
               lead(name_fold) OVER list AS next_name,
               count(*) FILTER (WHERE type = 'PERSON')
                   OVER (list ROWS BETWEEN 1 FOLLOWING AND {PAGE} FOLLOWING) AS people
        FROM urval.contact
        WINDOW list AS (ORDER BY name_fold, id)
    )
    SELECT json_agg(json_build_object('id', id, 'no', no, 'name', name_fold))
    FROM (
        SELECT id, no, name_fold FROM listed
        WHERE people = {PAGE} AND name_fold < next_name
            AND place BETWEEN total / 4 AND total * 3 / 4
        ORDER BY md5(no)
        LIMIT {PAGES}
    ) AS chosen
"""


def psql(url, command, stdin=None):
    arguments = ["psql", url, "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]
    environment = {**os.environ, "PGOPTIONS": "--client-min-messages=warning"}
    done = subprocess.run(
        [*arguments, "--set", "ON_ERROR_STOP=1", "--command", command],
        env=environment, input=stdin, stdout=subprocess.PIPE, text=True,
    )
    if done.returncode != 0:
        sys.exit(f"The database refuses: {command}")
    return done.stdout.strip()


def make_segments(urval):
    """Each has more contacts than the one before by the same factor, and the last has everybody."""
    total = urval.graphql("{ contacts(first: 1) { totalCount } }")["contacts"]["totalCount"]
    for number in range(SEGMENTS):
        no = f"PEER{number + 1:02}"
        found = urval.graphql("query($no: String!) { segmentByNo(no: $no) { id } }", no=no)
        if found["segmentByNo"]:
            continue
        take = round(SEGMENT_MIN * (total / SEGMENT_MIN) ** (number / (SEGMENTS - 1)))
        segment = {"no": no, "description": f"{take} contacts, but for those who are blocked"}
        created = mutate(urval, "segmentCreate", "segment { id }", segment)
        selection = {
            "segmentId": created["segment"]["id"],
            "criteria": {"sample": {"take": take, "salt": no}},
            "options": {"ignoreExclusion": True},
        }
        mutate(urval, "segmentAddContacts", "effect { added }", selection)


def mutate(urval, name, selection, given):
    declared = f"$input: {name[0].upper()}{name[1:]}Input!"
    selected = f"{selection} userErrors {{ message }}"
    text = f"mutation({declared}) {{ {name}(input: $input) {{ {selected} }} }}"
    payload = urval.graphql(text, input=given)[name]
    if payload["userErrors"]:
        sys.exit(f"{name}: {payload['userErrors']}")
    return payload


def fill_members(urval, url):
    """Gives the peers what Urval exports of its segments, unless they have it already."""
    psql(url, (HERE / "peer.sql").read_text())
    state = "SELECT string_agg(no || ':' || set_revision, ' ' ORDER BY no) FROM urval.segment"
    now = psql(url, state)
    if psql(url, "SELECT obj_description('peer.segment_member'::regclass)") == now:
        return
    psql(
        url,
        """TRUNCATE peer.segment_member;
           DROP TABLE IF EXISTS peer.line;
           CREATE TABLE peer.line (segment_no text, contact_no text)""",
    )
    for no in (segment.partition(":")[0] for segment in now.split()):
        connection = http.client.HTTPConnection("127.0.0.1", urval.port)
        connection.request("GET", f"/export/segments/{no}.csv")
        rows = csv.DictReader(io.TextIOWrapper(connection.getresponse(), "utf-8-sig", newline=""))
        lines = "".join(f"{no}\t{row['no']}\n" for row in rows)
        psql(url, "COPY peer.line FROM STDIN", lines)
    psql(
        url,
        f"""INSERT INTO peer.segment_member
                SELECT contact.id, segment.id FROM peer.line
                JOIN urval.contact ON contact.no = contact_no
                JOIN urval.segment ON segment.no = segment_no
                ORDER BY 1, 2;
            DROP TABLE peer.line;
            COMMENT ON TABLE peer.segment_member IS '{now}'""",
    )


def choose_pages(urval, url):
    pages = json.loads(psql(url, PAGES_SQL) or "[]")
    if len(pages) < PAGES:
        sys.exit(f"There are only {len(pages)} pages of {PAGE} people: more contacts are needed.")
    # A cursor says where a contact stands, whatever the list was filtered by.
    text = (
        "query($no: String!) { contacts(filter: { no: { eq: $no } }, orderBy: { by: NAME }) "
        "{ edges { cursor } } }"
    )
    for page in pages:
        found = urval.graphql(text, no=page["no"])
        page["cursor"] = found["contacts"]["edges"][0]["cursor"]
    return pages
