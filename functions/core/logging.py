"""Log lines are JSON for Cloud Logging.

Each kind of event has one name. A line has ids instead of contents, and the id of the request.
"""

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
    """Add `values` to every line that is logged inside the block. A value of None is left out."""
    present = {name: value for name, value in values.items() if value is not None}
    token = _context.set({**_context.get(), **present})
    try:
        yield
    finally:
        _context.reset(token)


def current_request_id() -> str | None:
    return _context.get().get("request_id")


class JsonFormatter(logging.Formatter):
    """Format a record as JSON. Cloud Logging reads the names `severity`, `message` and `time`."""

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
        return text.encode(errors="replace").decode()  # half of a surrogate pair would make the line unreadable


def configure_logging(stream: TextIO = sys.stderr, level: int = logging.INFO) -> None:
    """Give the root logger exactly one handler, ours. A second call changes nothing more."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
