"""Clients at work side by side, whose failures are told."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event


@contextmanager
def at_work(*tasks):
    """Does each task in a thread of its own, meanwhile what is inside, and waits for all of them. The
    tasks get an event that is set when what is inside is over. Their failures are raised."""
    is_over = Event()
    with ThreadPoolExecutor(len(tasks)) as pool:
        futures = [pool.submit(task, is_over.is_set) for task in tasks]
        try:
            yield
        finally:
            is_over.set()
    for future in futures:
        future.result()


def total(counters):
    return sum(counters, start=Counter())


def kinds(counter):
    return ", ".join(f"{kind} {count}" for kind, count in counter.most_common()) or "none"
