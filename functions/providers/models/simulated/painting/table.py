from dataclasses import dataclass
from random import Random

from providers.models.simulated.painting.colour import Colour, Palette, deep, lit


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Holds what all parts of a picture of Model B share: its size, and its colours in the order of their use."""

    rng: Random
    width: int
    height: int
    palette: Palette
    first: int  # the number of the colour of the backdrop
    dark: bool

    @property
    def unit(self) -> float:
        return float((self.width * self.height) ** 0.5)

    @property
    def span(self) -> float:
        """Return the side of the largest square that the subject may fill, a little more in tall and wide pictures."""
        return min(self.width, self.height) * 0.7 + self.unit * 0.3

    @property
    def middle(self) -> tuple[float, float]:
        return self.width / 2, self.height / 2

    def colour(self, index: int) -> Colour:
        """Return a pure colour. That of the backdrop comes only when the others are used up."""
        return self.palette.nth(self.first + 1 + index)

    def shades(self, index: int) -> tuple[Colour, Colour, Colour]:
        own = self.colour(index)
        return lit(own, 0.28), own, deep(own, 0.2)
