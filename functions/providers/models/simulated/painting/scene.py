from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Says what to paint. Two equal scenes give the same bytes, in any process.

    `composition` is `landscapes` or `tabletops`. `model` only makes models with the same composition differ.
    """

    model: str
    composition: str
    style: str
    palette: tuple[str, ...]
    width: int
    height: int
    prompt: str
    seed: int
