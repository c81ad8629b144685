"""PostgreSQL is started anew, or cuts its connections, while clients write and watch."""

import random
import time

from crew import at_work, kinds, total
from ledger import RETRYABLE, Writer, prepare
from server import PATIENCE, Client, Refused, Server
from watch import Watcher

# Between one fault and the next, in seconds.
PAUSE = (0.2, 1.5)


def run(database, options):
    if database.name != "postgres":
        return None
    moments = random.Random(f"{options.seed} cut off")
    with Server(database) as server:
        prepare(server)
        writers = [Writer(server, f"D{no}", options.seed) for no in range(options.clients)]
        watcher = Watcher(server, "subscription { segmentChanged { segmentId } }")
        cut, recovered, heard = 0, [], []
        with at_work(*(writer.until for writer in writers)):
            for no in range(options.rounds):
                time.sleep(moments.uniform(*PAUSE))
                if no % 2:
                    cut += database.cut()
                else:
                    database.restart()
                began = time.monotonic()
                change_something(server, began + PATIENCE)
                recovered.append(time.monotonic() - began)
                goes_on(watcher, server)
                heard.append(time.monotonic() - began)
        for writer in writers:
            writer.verify()
        watcher.close()
        assert not server.faults(), server.faults()[0]
        server.stop()
    database.check()
    acknowledged = total(writer.acknowledged for writer in writers)
    refused = total(writer.refused for writer in writers)
    done = sum(writer.unanswered_and_done for writer in writers)
    return (
        f"{(options.rounds + 1) // 2} restarts, {cut} connections cut; {acknowledged.total()} changes "
        f"acknowledged and there ({kinds(acknowledged)}); refused: {kinds(refused)}, of which {done} "
        f"were done all the same; something was written again at most {max(recovered):.2f} s after the "
        f"database was there; a subscription, which never ended, told of it at most {max(heard):.2f} s "
        f"after that, {watcher.events} events in all; check found nothing"
    )


def change_something(server, deadline):
    while True:
        try:
            return Client(server).mutate("segmentCreate", "segment { id }", {})
        except Refused as error:
            assert error.code in RETRYABLE and time.monotonic() < deadline, error


def goes_on(watcher, server):
    """Whether the subscription tells of what happens now."""
    deadline = time.monotonic() + PATIENCE
    before = watcher.events
    while watcher.events == before:
        assert watcher.over is None, f"the subscription ended: {watcher.over}"
        assert time.monotonic() < deadline, "the subscription tells nothing any more"
        change_something(server, deadline)
        time.sleep(0.05)
