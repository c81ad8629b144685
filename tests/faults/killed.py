"""The server is killed while clients write. What was acknowledged is there, the rest wholly or not."""

import random
import time

from crew import at_work, kinds, total
from ledger import Writer, prepare
from server import Server

# When a server is killed, in seconds after the clients begin.
KILLED_AFTER = (0.05, 1.5)


def run(database, options):
    moments = random.Random(f"{options.seed} killed {database.name}")
    with Server(database) as server:
        prepare(server)
        server.stop()
    writers = [Writer(None, f"K{no}", options.seed) for no in range(options.clients)]
    recovered = []
    for _ in range(options.rounds):
        with start(database, writers) as server, at_work(*(it.until_unanswered for it in writers)):
            time.sleep(moments.uniform(*KILLED_AFTER))
            server.kill()
        with start(database, writers) as server:
            recovered.append(server.took)
            for writer in writers:
                writer.settle()
                writer.verify_fresh()
        database.check()
    with start(database, writers) as server:
        for writer in writers:
            writer.verify()
        server.stop()
    acknowledged = total(writer.acknowledged for writer in writers)
    unanswered = sum(writer.unanswered for writer in writers)
    done = sum(writer.unanswered_and_done for writer in writers)
    recovered.sort()
    return (
        f"killed {options.rounds} times; {acknowledged.total()} changes were acknowledged and are "
        f"there ({kinds(acknowledged)}); of {unanswered} that were not answered {done} are there, "
        f"wholly, and nothing of the others; the server was ready {recovered[len(recovered) // 2]:.2f} s "
        f"after its start, at most {recovered[-1]:.2f} s; check found nothing after each"
    )


def start(database, writers):
    server = Server(database)
    for writer in writers:
        writer.use(server)
    return server
