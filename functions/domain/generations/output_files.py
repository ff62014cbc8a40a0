"""Where the files of a generation are. The id decides it, so that a repeat overwrites itself."""

from domain.generations.generation import Generation


def output_path(generation: Generation, index: int) -> str:
    return f"{folder_of(generation)}/{index}.png"


def thumbnail_path(generation: Generation, index: int) -> str:
    return f"{folder_of(generation)}/{index}-thumbnail.webp"


def paths_of_output(generation: Generation, index: int) -> tuple[str, str]:
    """Wherever something of this output may be: a thumbnail may be stored, and nobody have heard of it."""
    return output_path(generation, index), thumbnail_path(generation, index)


def output_filename(generation: Generation, number: str) -> str:
    return f"darkroom-{generation.id[:8]}-{number}.png"


def folder_of(generation: Generation) -> str:
    """All files of the generation are in it, also those of an attempt that stopped before it settled."""
    return f"generations/{generation.user_id}/{generation.id}"
