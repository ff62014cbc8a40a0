"""The id of a generation decides where its files are, so a repeated attempt overwrites its own files."""

from domain.generations.generation import Generation


def output_path(generation: Generation, index: int) -> str:
    return f"{folder_of(generation)}/{index}.png"


def thumbnail_path(generation: Generation, index: int) -> str:
    return f"{folder_of(generation)}/{index}-thumbnail.webp"


def paths_of_output(generation: Generation, index: int) -> tuple[str, str]:
    """Return all paths where a file of this output may be.

    A thumbnail may be stored although the generation does not know of it.
    """
    return output_path(generation, index), thumbnail_path(generation, index)


def output_filename(generation: Generation, number: str) -> str:
    return f"darkroom-{generation.id[:8]}-{number}.png"


def folder_of(generation: Generation) -> str:
    """Return the folder of all its files, also of those from an attempt that stopped before the generation settled."""
    return f"generations/{generation.user_id}/{generation.id}"
