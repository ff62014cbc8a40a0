"""The id of a generation decides where its files are, so a repeated attempt overwrites its own files."""

from domain.generations.generation import Generation, Output

# These are the contents that models deliver. Anything else is stored too, under _UNKNOWN.
_EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/quicktime": "mov",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
}
_UNKNOWN = "bin"


def output_path(generation: Generation, index: int, content_type: str) -> str:
    return f"{folder_of(generation)}/{index}.{_extension(content_type)}"


def preview_path(generation: Generation, index: int) -> str:
    return f"{folder_of(generation)}/{index}-thumbnail.webp"


def prefixes_of_output(generation: Generation, index: int) -> tuple[str, str]:
    """Return how the paths begin where a file of this output may be, whatever its content type.

    A preview may be stored although the generation does not know of it.
    """
    return f"{folder_of(generation)}/{index}.", f"{folder_of(generation)}/{index}-"


def output_filename(generation: Generation, number: str, output: Output) -> str:
    return f"darkroom-{generation.id[:8]}-{number}.{_extension(output.content_type)}"


def folder_of(generation: Generation) -> str:
    """Return the folder of all its files, also of those from an attempt that stopped before the generation settled."""
    return f"generations/{generation.user_id}/{generation.id}"


def _extension(content_type: str) -> str:
    """Return the extension of a content type. Parameters, such as `; codecs=…`, and capital letters do not count."""
    plain, _, _ = content_type.partition(";")
    return _EXTENSIONS.get(plain.strip().lower(), _UNKNOWN)
