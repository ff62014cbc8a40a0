from dataclasses import dataclass
from random import Random

from providers.models.simulated.painting.colour import Colour, Palette, blend, deep, lit, mix
from providers.models.simulated.painting.forms import Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Holds what all parts of a landscape share: its size, its shore, its light and its colours."""

    rng: Random
    width: int
    height: int
    shore: float
    light: Point
    haze: Colour
    ramp: tuple[Colour, ...]  # the colours of the land, from far to near
    dim: float
    palette: Palette
    night: bool
    water: Colour
    shine: Colour

    @property
    def unit(self) -> float:
        return float((self.width * self.height) ** 0.5)

    def land(self, depth: float) -> Colour:
        """Return the colour of land at a depth: far land takes on the haze, and near land gets dark."""
        own = deep(blend(self.ramp, depth * 1.1), self.dim + 0.5 * max(0.0, depth - 0.35))
        # Haze mostly makes land lighter. With more of it, the land behind would turn grey.
        pale = lit(own, max(0.0, 0.5 - depth * 0.75) * (1 - self.dim))
        return mix(pale, self.haze, max(0.0, 0.32 - depth * 0.5))

    def tones(self, depth: float, fade: float = 0.4) -> tuple[Colour, Colour]:
        own = self.land(depth)
        return own, mix(own, self.haze, fade * (1 - depth))
