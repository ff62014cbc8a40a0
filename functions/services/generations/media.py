"""A model makes media: a picture, a video or a sound. They may be too large for memory, so they are read in parts."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from io import SEEK_SET, BytesIO
from pathlib import Path
from typing import BinaryIO, Protocol, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """`open` starts a new stream each time, at the first byte.

    `width` and `height` are pixels, and `duration` is seconds. Each is None if it makes no sense for the content.
    """

    content_type: str
    open: Callable[[], BinaryIO]
    width: int | None = None
    height: int | None = None
    duration: float | None = None

    @classmethod
    def of_bytes(
        cls,
        data: bytes,
        content_type: str,
        *,
        width: int | None = None,
        height: int | None = None,
        duration: float | None = None,
    ) -> Self:
        """Return media that fit into memory."""
        return cls(
            content_type=content_type, open=partial(BytesIO, data), width=width, height=height, duration=duration
        )

    @classmethod
    def of_file(
        cls,
        path: Path,
        content_type: str,
        *,
        width: int | None = None,
        height: int | None = None,
        duration: float | None = None,
    ) -> Self:
        """Return media that lie in a file. A provider takes the path from `Job.file`, and never removes the file."""
        return cls(
            content_type=content_type, open=partial(_opened, path), width=width, height=height, duration=duration
        )


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


class ByteStream(Protocol):
    """The part of a binary file that a store needs. Its reader may go back, to send a part again."""

    def read(self, size: int = -1, /) -> bytes: ...

    def seek(self, offset: int, whence: int = SEEK_SET, /) -> int: ...

    def tell(self) -> int: ...


class MeasuredStream:
    """Counts the bytes of a stream, and computes their SHA-256, while they are read from its start to its end.

    A part that is read again, because it had to be sent again, counts once.
    """

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._digest = sha256()
        self.bytes = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def read(self, size: int = -1, /) -> bytes:
        start = self._stream.tell()
        if start > self.bytes:
            raise ValueError(f"The bytes from {self.bytes} to {start} were passed over")
        data = self._stream.read(size)
        fresh = memoryview(data)[self.bytes - start :]
        self._digest.update(fresh)
        self.bytes += len(fresh)
        return data

    def seek(self, offset: int, whence: int = SEEK_SET, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()
