"""JSON lines for Cloud Logging: one event name per fact, ids instead of contents, the request's id on each."""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

_context: ContextVar[Mapping[str, str]] = ContextVar("log_context", default={})  # noqa: B039 - never mutated, only replaced

_STANDARD_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


@contextmanager
def log_context(**values: str | None) -> Iterator[None]:
    """Every line logged inside carries `values`; None is left out."""
    present = {name: value for name, value in values.items() if value is not None}
    token = _context.set({**_context.get(), **present})
    try:
        yield
    finally:
        _context.reset(token)


def current_request_id() -> str | None:
    return _context.get().get("request_id")


class JsonFormatter(logging.Formatter):
    """`severity`, `message` and `time` are the names that Cloud Logging reads."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "severity": record.levelname,
            "message": record.getMessage(),
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "logger": record.name,
            **_context.get(),
            **{name: value for name, value in record.__dict__.items() if name not in _STANDARD_FIELDS},
        }
        if record.exc_info:
            line["stack_trace"] = self.formatException(record.exc_info)
        text = json.dumps(line, default=str, ensure_ascii=False)
        return text.encode(errors="replace").decode()  # half of a surrogate pair would lose the line


def configure_logging(stream: TextIO = sys.stderr, level: int = logging.INFO) -> None:
    """Idempotent: the root logger ends up with exactly one handler, ours."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
