from dataclasses import dataclass
from random import Random

from providers.models.simulated.painting.colour import Colour, Palette, blend, deep, lit, mix
from providers.models.simulated.painting.forms import Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    rng: Random
    width: int
    height: int
    shore: float
    light: Point
    haze: Colour
    ramp: tuple[Colour, ...]  # the land's own colours, far to near
    dim: float
    palette: Palette
    night: bool
    water: Colour
    shine: Colour

    @property
    def unit(self) -> float:
        return float((self.width * self.height) ** 0.5)

    def land(self, depth: float) -> Colour:
        """The colour of land at a depth: far land takes on the haze, near land grows dark."""
        own = deep(blend(self.ramp, depth * 1.1), self.dim + 0.5 * max(0.0, depth - 0.35))
        # Haze mostly lightens; mixed in more strongly, it would grey what lies behind it.
        pale = lit(own, max(0.0, 0.5 - depth * 0.75) * (1 - self.dim))
        return mix(pale, self.haze, max(0.0, 0.32 - depth * 0.5))

    def tones(self, depth: float, fade: float = 0.4) -> tuple[Colour, Colour]:
        own = self.land(depth)
        return own, mix(own, self.haze, fade * (1 - depth))
