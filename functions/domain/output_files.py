"""Where the files of a generation are. The id decides it, so that a repeat overwrites itself."""

from domain.generation import Generation


def output_path(generation: Generation, index: int) -> str:
    return f"{_folder(generation)}/{index}.png"


def thumbnail_path(generation: Generation, index: int) -> str:
    return f"{_folder(generation)}/{index}-thumbnail.webp"


def paths_of_output(generation: Generation, index: int) -> tuple[str, str]:
    """Wherever something of this output may be: a thumbnail may be stored, and nobody have heard of it."""
    return output_path(generation, index), thumbnail_path(generation, index)


def paths_of(generation: Generation) -> set[str]:
    """Wherever something of the generation may be; without outputs too, for an attempt may have stopped before it
    settled.
    """
    possible = {path for index in range(len(generation.outputs) or 1) for path in paths_of_output(generation, index)}
    return possible | {output.path for output in generation.outputs}


def output_filename(generation: Generation, number: str) -> str:
    return f"darkroom-{generation.id[:8]}-{number}.png"


def _folder(generation: Generation) -> str:
    return f"generations/{generation.user_id}/{generation.id}"
