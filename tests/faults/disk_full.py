"""The disk of an SQLite database is full for a while.

It is so in two ways: on a small file system of its own, where that can be made, and by a limit on the
size of files, which anybody can set. The former ends in ENOSPC, the latter in EFBIG.
"""

import os
import resource
import subprocess

from crew import kinds, total
from ledger import Writer, prepare
from server import Refused, Server

# So much room there is on a file system of its own, in bytes.
ROOM = 24 * 1024 * 1024
# And so much is left when it is full.
LEFT = 64 * 1024
# Changes before and after it is full, for each client.
CHANGES = 20
# Changes that are tried while it is full.
TRIED = 60


class SmallDisk:
    """A tmpfs over the folder of the database."""

    name = "a full file system"

    def __init__(self, database):
        self.folder = database.dir
        self.database = database

    def __enter__(self):
        command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(self.folder)]
        self.is_here = subprocess.run(command, capture_output=True).returncode == 0
        if self.is_here:
            self.database.fill()
        return self

    def __exit__(self, *_):
        if self.is_here:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    def fill(self, _):
        with open(self.folder / "filler", "wb", 0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError:
                filler.truncate(max(0, filler.tell() - LEFT))

    def free(self, _):
        os.remove(self.folder / "filler")


class SmallFiles:
    """A limit on the size of the files that the server writes."""

    name = "files that may not grow"

    def __init__(self, database):
        self.folder = database.dir
        self.is_here = hasattr(resource, "prlimit")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def fill(self, server):
        log = os.path.getsize(self.folder / "faults.db-wal")
        self._limit(server, log + LEFT)

    def free(self, server):
        self._limit(server, resource.RLIM_INFINITY)

    def _limit(self, server, size):
        limits = (size, resource.RLIM_INFINITY)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limits)


def run(database, options):
    if database.name != "sqlite":
        return None
    told = []
    for disk in SmallFiles, SmallDisk:
        with disk(database) as it:
            if it.is_here:
                told.append(f"{it.name}: {one(database, it, options)}")
            else:
                told.append(f"{it.name}: SKIPPED, for it can't be made here")
    return "; ".join(told)


def one(database, disk, options):
    # What limits files sends a signal, which Python ignores, and the server then inherits that.
    with Server(database, restore_signals=False) as server:
        prepare(server)
        writers = [Writer(server, f"{disk.name[2].upper()}{no}", options.seed) for no in range(2)]
        for writer in writers:
            for _ in range(CHANGES):
                writer.step()
        disk.fill(server)
        refused = sum(is_refused(writer) for writer in writers for _ in range(TRIED // len(writers)))
        assert TRIED // 2 < refused, f"only {refused} of {TRIED} changes were refused"
        for writer in writers:
            writer.verify()
        said = server.said()
        assert "make room on its disk" in said, f"the log does not say what to do: {said[-2000:]}"
        disk.free(server)
        for writer in writers:
            for _ in range(CHANGES):
                writer.step()
            writer.verify()
        database.check()
        server.stop()
    database.check()
    acknowledged = total(writer.acknowledged for writer in writers)
    return (
        f"{refused} changes refused with UNAVAILABLE, everything read meanwhile; "
        f"{acknowledged.total()} acknowledged before and after without a restart ({kinds(acknowledged)})"
    )


def is_refused(writer):
    """Tries one change, and looks that it was not made if it was refused."""
    try:
        writer.step()
        return False
    except Refused as error:
        assert error.code == "UNAVAILABLE" and "can't be written" in str(error), error
        pending = dict(writer.pending)
        before = {key: writer.facts.get(key) for key in pending}
        writer.settle()
        assert all(writer.facts.get(key) == before[key] for key in pending), "refused, and done"
        return True
