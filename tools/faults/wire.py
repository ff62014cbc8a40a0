"""A Firestore client with a bad wire: answers get lost or come late, and requests are carried out twice."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import grpc
from google.cloud import firestore

from tools.faults import plan as faults
from tools.faults.plan import Plan

_DELAY_SECONDS = (0.02, 0.4)


class LostCall(grpc.RpcError):  # type: ignore[misc]
    """The error that a caller sees when a call gets no answer."""

    def __init__(self, code: grpc.StatusCode) -> None:
        super().__init__(f"lost on purpose: {code.name}")
        self._code = code

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return str(self)

    def trailing_metadata(self) -> None:
        """Return None, because nobody answered."""

    def result(self, timeout: float | None = None) -> NoReturn:  # noqa: ARG002 - a call has this argument
        """Raise this error, because grpc hands on an interceptor's error as if it were the call."""
        raise self


class BadWire(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):  # type: ignore[misc]
    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        def send() -> Any:
            return continuation(details, request)

        return self._commit(send) if details.method.endswith("/Commit") else self._read(send)

    def _commit(self, send: Callable[[], Any]) -> Any:
        if self._plan.chance(faults.COMMIT_LOST):
            raise LostCall(grpc.StatusCode.UNAVAILABLE)
        if self._plan.chance(faults.COMMIT_LATE):
            _later(send)
            raise LostCall(grpc.StatusCode.DEADLINE_EXCEEDED)
        answer = send()
        if self._plan.chance(faults.COMMIT_TWICE):
            answer = send()
        if self._plan.chance(faults.COMMIT_DELAYED):
            time.sleep(_delay())
        if self._plan.chance(faults.COMMIT_ANSWER_LOST):
            raise LostCall(grpc.StatusCode.UNAVAILABLE)
        return answer

    def _read(self, send: Callable[[], Any]) -> Any:
        if self._plan.chance(faults.READ_DELAYED):
            time.sleep(_delay())
        answer = send()
        if self._plan.chance(faults.READ_LOST):
            raise LostCall(grpc.StatusCode.UNAVAILABLE)
        return answer

    def intercept_unary_stream(self, continuation: Any, details: Any, request: Any) -> Any:
        answers = self._read(lambda: continuation(details, request))
        return _CutOff(answers) if self._plan.chance(faults.READ_CUT) else answers


class _CutOff:
    """A stream that breaks off after its first answer. In all else it does as the stream that it wraps."""

    def __init__(self, answers: Any) -> None:
        self._answers = answers
        self._received = 0

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self._received:
            self._answers.cancel()
            raise LostCall(grpc.StatusCode.UNAVAILABLE)
        self._received += 1
        return next(self._answers)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._answers, name)


class BadlyWiredClient(firestore.Client):  # type: ignore[misc]
    def __init__(self, project: str, plan: Plan) -> None:
        super().__init__(project=project)
        self._plan = plan

    def _emulator_channel(self, transport: Any) -> Any:
        return grpc.intercept_channel(super()._emulator_channel(transport), BadWire(self._plan))


def _later(send: Callable[[], Any]) -> None:
    """Send the request after a delay. Nobody hears how it ends, as with a packet that was held up."""
    timer = threading.Timer(_delay(), send)
    timer.daemon = True
    timer.start()


def _delay() -> float:
    return random.uniform(*_DELAY_SECONDS)  # noqa: S311 - faults are no secret
