from collections.abc import Mapping, Sequence
from datetime import timedelta

from core.errors import Unavailable
from services.generations.media import ByteStream
from services.generations.model_ports import STORE_PATIENCE


class MemoryOutputs:
    """Stores outputs in memory. Nothing serves the addresses of its links."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.is_down = False

    def put(
        self,
        path: str,
        stream: ByteStream,
        content_type: str,  # noqa: ARG002
        metadata: Mapping[str, str],  # noqa: ARG002
        *,
        patience: timedelta = STORE_PATIENCE,  # noqa: ARG002
    ) -> str:
        if self.is_down:
            raise Unavailable("The store of outputs does not answer")
        stream.seek(0)
        self.files[path] = stream.read()
        return f"gs://memory/{path}"

    def delete(self, path: str) -> None:
        if self.is_down:
            raise Unavailable("The store of outputs does not answer")
        self.files.pop(path, None)

    def delete_all(self, prefix: str) -> None:
        if self.is_down:
            raise Unavailable("The store of outputs does not answer")
        for path in [path for path in self.files if path.startswith(prefix)]:
            self.delete(path)

    def link(self, path: str, *, save_as: str | None = None) -> str:
        return f"https://outputs.test/{path}" + (f"?save_as={save_as}" if save_as else "")

    def links(self, paths: Sequence[str]) -> Mapping[str, str]:
        return {path: self.link(path) for path in paths}
