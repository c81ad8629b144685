"""A database of its own for each scenario, filled with invented contacts."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from server import run


class Sqlite:
    """A file in a folder of its own."""

    name = "sqlite"

    def __init__(self, options):
        self.options = options
        self.dir = Path(tempfile.mkdtemp())
        self.url = f"sqlite://{self.dir}/faults.db"

    @staticmethod
    def is_here():
        return True

    def __enter__(self):
        self.fill()
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.dir)

    def fill(self):
        wanted = ["--contacts", str(self.options.contacts), "--seed", str(self.options.seed)]
        self.urval("demo", "--no-serve", *wanted)

    def urval(self, *arguments, url=None):
        """Runs a command that has to succeed, and returns what it prints."""
        return run(self.options.program, *arguments, "--database-url", url or self.url)

    def check(self, url=None):
        printed = self.urval("check", url=url)
        assert printed == "nothing found\n", printed

    def copy(self):
        """A database made of a backup, which is made while this one serves."""
        backup, copy = self.dir / "backup.db", self.dir / "copy.db"
        for file in backup, copy:
            file.unlink(missing_ok=True)
        self.urval("backup", str(backup))
        self.urval("restore", str(backup), url=f"sqlite://{copy}")
        return f"sqlite://{copy}"


class Postgres(Sqlite):
    """A database of the cluster that `run` has started."""

    name = "postgres"

    def __init__(self, options):
        super().__init__(options)
        self.url = f"{os.environ['FAULTS_PG_URL']}/faults"

    @staticmethod
    def is_here():
        return "FAULTS_PG_URL" in os.environ

    def __enter__(self):
        self.make("faults")
        return super().__enter__()

    def __exit__(self, *_):
        self.tell("DROP DATABASE IF EXISTS faults WITH (FORCE)")
        self.tell("DROP DATABASE IF EXISTS copy WITH (FORCE)")
        super().__exit__()

    def make(self, name):
        self.tell(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.tell(f"CREATE DATABASE {name}")

    def tell(self, sql):
        """Has SQL executed, and returns what comes of it."""
        server = f"{os.environ['FAULTS_PG_URL']}/postgres"
        return run(self.tool("psql"), "-qtAX", "-v", "ON_ERROR_STOP=1", "-c", sql, server)

    def tool(self, name):
        return f"{os.environ['FAULTS_PG_BIN']}/{name}"

    def restart(self):
        """Ends all its processes as a crash would, and starts it again."""
        control = os.environ["FAULTS_PG_CTL"].split()
        command = [*control, "-w", "-m", "immediate", "restart"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def cut(self):
        """Cuts all connections to the database. Returns how many there were."""
        cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        return int(self.tell(f"{cut} WHERE datname = 'faults'"))

    def copy(self):
        file = str(self.dir / "backup")
        run(self.tool("pg_dump"), "-Fc", "-f", file, self.url)
        self.make("copy")
        url = f"{os.environ['FAULTS_PG_URL']}/copy"
        run(self.tool("pg_restore"), "--exit-on-error", "-d", url, file)
        return url
