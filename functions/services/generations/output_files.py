"""A generation has files: its outputs, and a preview beside each."""

import logging
from datetime import timedelta

from core.errors import Unavailable
from domain.generations.generation import Generation, Output
from domain.generations.output_files import folder_of, output_path, prefixes_of_output, preview_path
from services.generations.media import MeasuredStream, Media
from services.generations.model_ports import NoPreview, OutputStore, Previewer

log = logging.getLogger(__name__)

# A preview may take this long. Somebody waits for the output, which is stored already.
_PREVIEW_PATIENCE = timedelta(seconds=5)


class OutputFiles:
    def __init__(self, store: OutputStore, previewer: Previewer) -> None:
        self._store = store
        self._previewer = previewer

    def put(self, generation: Generation, media: tuple[Media, ...]) -> tuple[tuple[Output, ...], str]:
        """Store the media. Return the outputs, and the permanent address of the first one. Raise Unavailable."""
        stored = [self._put(generation, index, each) for index, each in enumerate(media)]
        return tuple(output for output, _ in stored), stored[0][1]

    def remove_all(self, generation: Generation) -> None:
        """Remove everything in the generation's folder, known or not. Raise Unavailable."""
        folder = f"{folder_of(generation)}/"
        self._store.delete_all(folder)
        for path in sorted({output.path for output in generation.outputs}):
            if not path.startswith(folder):
                self._store.delete(path)

    def remove_strays(self, ended: Generation, count: int) -> None:
        """Remove those of `count` stored outputs that the generation does not have.

        It may have been cancelled in the meantime, for example. Raise Unavailable.
        """
        for index in range(len(ended.outputs), count):
            for prefix in prefixes_of_output(ended, index):
                self._store.delete_all(prefix)

    def _put(self, generation: Generation, index: int, media: Media) -> tuple[Output, str]:
        path = output_path(generation, index, media.content_type)
        with media.open() as stream:
            measured = MeasuredStream(stream)
            address = self._store.put(path, measured, media.content_type, _labels(generation))
        output = Output(
            path=path,
            content_type=media.content_type,
            width=media.width,
            height=media.height,
            duration=media.duration,
            bytes=measured.bytes,
            sha256=measured.sha256,
            preview_path=self._put_preview(generation, index, media),
        )
        return output, address

    def _put_preview(self, generation: Generation, index: int, media: Media) -> str | None:
        """Store the preview. An output is complete without one, so a failure is only logged."""
        path = preview_path(generation, index)
        try:
            small = self._previewer.preview(media)
            with small.open() as stream:
                self._store.put(path, stream, small.content_type, _labels(generation), patience=_PREVIEW_PATIENCE)
        except (NoPreview, Unavailable) as error:
            log.warning("preview_missing", extra={"path": path, "reason": str(error)})
            return None
        return path


def _labels(generation: Generation) -> dict[str, str]:
    return {"generation_id": generation.id, "model": generation.spec.model}
