"""A generation has files: its outputs, and a thumbnail beside each."""

import logging
from datetime import timedelta

from core.errors import Unavailable
from domain.generations.generation import Generation, Output
from domain.generations.output_files import folder_of, output_path, paths_of_output, thumbnail_path
from services.generations.model_ports import NoThumbnail, OutputStore, Picture, Thumbnailer

log = logging.getLogger(__name__)

# A thumbnail may take this long. Somebody waits for the picture, which is stored already.
_THUMBNAIL_PATIENCE = timedelta(seconds=5)


class OutputFiles:
    def __init__(self, store: OutputStore, thumbnailer: Thumbnailer) -> None:
        self._store = store
        self._thumbnailer = thumbnailer

    def put(self, generation: Generation, pictures: tuple[Picture, ...]) -> tuple[tuple[Output, ...], str]:
        """Store the pictures. Return the outputs, and the permanent address of the first one. Raise Unavailable."""
        stored = [self._put(generation, index, picture) for index, picture in enumerate(pictures)]
        return tuple(output for output, _ in stored), stored[0][1]

    def remove_all(self, generation: Generation) -> None:
        """Remove everything in the generation's folder, known or not. Raise Unavailable."""
        self._store.delete_all(folder_of(generation))
        for path in sorted({output.path for output in generation.outputs}):
            if not path.startswith(f"{folder_of(generation)}/"):
                self._store.delete(path)

    def remove_strays(self, ended: Generation, count: int) -> None:
        """Remove those of `count` stored outputs that the generation does not have.

        It may have been cancelled in the meantime, for example. Raise Unavailable.
        """
        for index in range(len(ended.outputs), count):
            for path in paths_of_output(ended, index):
                self._store.delete(path)

    def _put(self, generation: Generation, index: int, picture: Picture) -> tuple[Output, str]:
        path = output_path(generation, index)
        address = self._store.put(path, picture.data, picture.content_type, _labels(generation))
        output = Output(
            path=path,
            content_type=picture.content_type,
            width=picture.width,
            height=picture.height,
            bytes=len(picture.data),
            thumbnail_path=self._put_thumbnail(generation, index, picture),
        )
        return output, address

    def _put_thumbnail(self, generation: Generation, index: int, picture: Picture) -> str | None:
        """Store the thumbnail. A picture is complete without one, so a failure is only logged."""
        path = thumbnail_path(generation, index)
        try:
            small = self._thumbnailer.thumbnail(picture)
            self._store.put(path, small.data, small.content_type, _labels(generation), patience=_THUMBNAIL_PATIENCE)
        except (NoThumbnail, Unavailable) as error:
            log.warning("thumbnail_missing", extra={"path": path, "reason": str(error)})
            return None
        return path


def _labels(generation: Generation) -> dict[str, str]:
    return {"generation_id": generation.id, "model": generation.spec.model}
