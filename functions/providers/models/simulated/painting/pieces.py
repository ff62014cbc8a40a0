"""Draws pieces that several of Model B's subjects need."""

from collections.abc import Iterator

from providers.models.simulated.painting.colour import Colour, deep, lit
from providers.models.simulated.painting.forms import Form, Kind, Outline, blob, disc
from providers.models.simulated.painting.table import Table


def piece(parts: tuple[Outline, ...], *tones: Colour, solid: bool = False, kind: Kind = Kind.OBJECT) -> Form:
    return Form(parts=parts, kind=kind, tones=tones, round=solid)


def backcloth(table: Table) -> Iterator[Form]:
    """Yield a disc and two cut shapes behind the subject, so that no picture has an empty background."""
    rng = table.rng
    x, y = table.middle
    side = rng.choice((-1, 1))
    big = blob(rng, x - side * table.width * 0.4, table.height * 0.86, table.unit * 0.42, wobble=0.3)
    far = blob(rng, x + side * table.width * 0.46, table.height * 0.12, table.unit * 0.3, wobble=0.35)
    yield piece((big,), *_soft(table, 1), kind=Kind.LAND)
    yield piece((far,), *_soft(table, 2), kind=Kind.LAND)
    own = table.colour(0)
    yield piece((disc(x + side * table.span * 0.06, y - table.span * 0.1, table.span * 0.37),), lit(own, 0.2), own)


def _soft(table: Table, index: int) -> tuple[Colour, Colour]:
    own = table.colour(index)
    return (deep(own, 0.5), deep(own, 0.35)) if table.dark else (lit(own, 0.4), lit(own, 0.1))
