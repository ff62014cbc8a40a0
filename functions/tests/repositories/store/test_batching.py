import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from repositories.store.batching import Batcher


def answer(text: str) -> Callable[[], str]:
    return lambda: text


class Worker:
    """Answers each item with itself in capitals. A batch waits until the test lets it go."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, ...]] = []
        self.started = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)

    def __call__(self, key: str, items: Sequence[str]) -> list[Callable[[], str]]:
        self.batches.append(tuple(items))
        self.started.release()
        assert self.go_on.acquire(timeout=10)
        return [answer(item.upper()) for item in items]


def waits(batcher: Batcher[str, str], key: str, count: int) -> None:
    """Wait until so many stand in line. They do so before they take the lock, and only the line itself shows it."""
    deadline = threading.Event()
    while len(batcher._waiting[key]) < count:
        assert not deadline.wait(0.001)


def in_line(
    pool: ThreadPoolExecutor, batcher: Batcher[str, str], worker: Worker, items: Sequence[str]
) -> list[Future[str]]:
    """Submit the items. The first is being worked on, and the others wait behind it in their order."""
    futures = [pool.submit(batcher.submit, "alice", items[0])]
    assert worker.started.acquire(timeout=10)
    for count, item in enumerate(items[1:], start=1):
        futures.append(pool.submit(batcher.submit, "alice", item))
        waits(batcher, "alice", count)
    return futures


def test_what_comes_while_one_is_under_way_goes_together_in_order() -> None:
    worker = Worker()
    batcher = Batcher(worker, most=10)
    with ThreadPoolExecutor(8) as pool:
        futures = in_line(pool, batcher, worker, "abcd")
        worker.go_on.release()
        worker.go_on.release()
        assert [future.result(10) for future in futures] == ["A", "B", "C", "D"]
    assert worker.batches[0] == ("a",)
    assert sorted(worker.batches[1]) == ["b", "c", "d"]
    assert len(worker.batches) == 2


def test_no_more_go_together_than_may() -> None:
    worker = Worker()
    batcher = Batcher(worker, most=2)
    with ThreadPoolExecutor(8) as pool:
        futures = in_line(pool, batcher, worker, "abcdef")
        for _ in range(6):
            worker.go_on.release()
        assert [future.result(10) for future in futures] == list("ABCDEF")
    assert max(map(len, worker.batches)) == 2
    assert sorted(item for batch in worker.batches for item in batch) == list("abcdef")


def test_another_key_need_not_wait() -> None:
    worker = Worker()
    batcher = Batcher(worker, most=10)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(batcher.submit, "alice", "a")
        assert worker.started.acquire(timeout=10)
        second = pool.submit(batcher.submit, "bob", "b")
        assert worker.started.acquire(timeout=10)
        worker.go_on.release()
        worker.go_on.release()
        assert (first.result(10), second.result(10)) == ("A", "B")


def test_each_gets_its_own_refusal() -> None:
    def work(key: str, items: Sequence[str]) -> list[Callable[[], str]]:
        def refuse() -> str:
            raise LookupError(items[0])

        return [refuse]

    batcher = Batcher(work, most=10)
    for item in "ab":
        with pytest.raises(LookupError, match=item):
            batcher.submit("alice", item)


def test_a_run_that_raises_hits_its_caller_alone_and_the_others_go_on() -> None:
    worker = Worker()
    failing = {"b"}

    def work(key: str, items: Sequence[str]) -> list[Callable[[], str]]:
        answers = worker(key, items)
        if failing & {items[0]}:
            failing.clear()
            raise RuntimeError("a bug")
        return answers

    batcher = Batcher(work, most=10)
    with ThreadPoolExecutor(4) as pool:
        futures = in_line(pool, batcher, worker, "abc")
        failing |= {"b", "c"}
        for _ in range(4):
            worker.go_on.release()
        outcomes = [future.exception(10) or future.result() for future in futures]
    assert outcomes[0] == "A"
    assert sorted(str(outcome) for outcome in outcomes[1:]) in (["C", "a bug"], ["B", "a bug"])
