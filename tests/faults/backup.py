"""A backup is made while clients write. What it holds passes all checks."""

import time

from crew import at_work
from ledger import Writer, prepare
from server import Server


def run(database, options):
    with Server(database) as server:
        prepare(server)
        writers = [Writer(server, f"B{no}", options.seed) for no in range(options.clients)]
        made = 0
        with at_work(*(writer.until for writer in writers)):
            deadline = time.monotonic() + options.seconds
            while made == 0 or time.monotonic() < deadline:
                database.check(database.copy())
                made += 1
        for writer in writers:
            writer.verify()
        refused = sum(writer.refused.total() for writer in writers)
        assert refused == 0, f"{refused} changes were refused"
        server.stop()
    database.check()
    changes = sum(writer.acknowledged.total() for writer in writers)
    return f"{made} backups, restored and checked, during {changes} changes; none of them was refused"
