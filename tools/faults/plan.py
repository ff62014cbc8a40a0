"""
Plans what goes wrong, in files of one folder. The run writes them, and the servers under test read them.

A failpoint is a file. The process that reaches its step takes the file away and dies, so that it strikes once. The
rates of all other faults are in one small file. Each fault is a line in the journal, written before it takes effect.
"""

import json
import os
import random
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

FOLDER_VARIABLE = "DARKROOM_FAULTS"

CREATION_STEPS = (
    "kill: before the creation's commit",
    "kill: after the creation's commit, before its task",
    "kill: after the task, before the answer",
)
WORKER_STEPS = (
    "kill: after the claim",
    "kill: after the model",
    "kill: after the store",
    "kill: before the settlement",
    "kill: after the settlement, before the answer",
)
BEFORE_CREATION, AFTER_CREATION, AFTER_TASK = CREATION_STEPS
AFTER_CLAIM, AFTER_MODEL, AFTER_STORE, BEFORE_SETTLEMENT, AFTER_SETTLEMENT = WORKER_STEPS

COMMIT_LOST = "Commit: lost on the way"
COMMIT_ANSWER_LOST = "Commit: answer lost"
COMMIT_LATE = "Commit: given up by the client, carried out later"
COMMIT_TWICE = "Commit: carried out twice, second answer"
COMMIT_DELAYED = "Commit: answer delayed"
READ_LOST = "read: answer lost"
READ_CUT = "read: cut off in the middle"
READ_DELAYED = "read: answer delayed"
STORE_ANSWER_LOST = "store of outputs: answer lost"
# This fault is not injected. It is a consequence that doubled tasks alone must not have.
OVERLAP = "worker: two attempts at once"


class Plan:
    def __init__(self, folder: Path) -> None:
        self._armed = folder / "armed"
        self._running = folder / "running"
        self._rates = folder / "rates.json"
        self._journal = folder / "journal"
        self._known: tuple[int, Mapping[str, float]] = (0, {})

    def prepare(self) -> None:
        self._armed.mkdir(parents=True)
        self._running.mkdir()
        self._journal.touch()
        self.set_rates({})

    def set_rates(self, rates: Mapping[str, float]) -> None:
        draft = self._rates.with_suffix(".new")
        draft.write_text(json.dumps(dict(rates)), encoding="utf-8")
        draft.replace(self._rates)

    def arm(self, step: str) -> None:
        (self._armed / _file_name(step)).touch()

    def is_armed(self, step: str) -> bool:
        """
        Tell whether the step is armed, or taken but not yet in the journal. Only then may the next step be armed, as it
        may end the same process.
        """
        return (self._armed / _file_name(step)).exists() or self._taken(step).exists()

    def calm(self) -> None:
        """Make all go well from now on."""
        self.set_rates({})
        for path in self._armed.iterdir():
            path.unlink(missing_ok=True)

    def happened(self, kind: str) -> None:
        with self._journal.open("a", encoding="utf-8") as journal:
            journal.write(f"{kind}\n")

    def counts(self) -> Counter[str]:
        return Counter(self._journal.read_text(encoding="utf-8").splitlines())

    def strike(self, step: str) -> None:
        """
        End this process as `kill -9` does if the step is armed. Of several processes, only the one that takes the file
        away ends.
        """
        path, taken = self._armed / _file_name(step), self._taken(step)
        with suppress(FileNotFoundError):
            path.rename(taken)
            self.happened(step)
            taken.unlink(missing_ok=True)
            os.kill(os.getpid(), signal.SIGKILL)

    def chance(self, kind: str) -> bool:
        if random.random() >= self._rate(kind):  # noqa: S311 - faults are no secret
            return False
        self.happened(kind)
        return True

    @contextmanager
    def alone(self, generation_id: str) -> Iterator[None]:
        """Note if another process or thread is working on the same generation, or died while it did."""
        place = self._running / generation_id
        try:
            place.touch(exist_ok=False)
        except FileExistsError:
            self.happened(OVERLAP)
        try:
            yield
        finally:
            place.unlink(missing_ok=True)

    def _taken(self, step: str) -> Path:
        return self._armed / f"{_file_name(step)}.taken"

    def _rate(self, kind: str) -> float:
        written = self._rates.stat().st_mtime_ns
        if self._known[0] != written:
            self._known = (written, json.loads(self._rates.read_text(encoding="utf-8")))
        return self._known[1].get(kind, 0.0)


def _file_name(step: str) -> str:
    return step.replace(" ", "-").replace(":", "").replace(",", "").replace("'", "")
