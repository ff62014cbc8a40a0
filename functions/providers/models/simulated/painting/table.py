from dataclasses import dataclass
from random import Random

from providers.models.simulated.painting.colour import Colour, Palette, deep, lit


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What Model B works on: the sheet, and the colours in the order this picture uses them."""

    rng: Random
    width: int
    height: int
    palette: Palette
    first: int  # the colour of the backdrop
    dark: bool

    @property
    def unit(self) -> float:
        return float((self.width * self.height) ** 0.5)

    @property
    def span(self) -> float:
        """The largest square the subject may fill, a little generous in tall and wide pictures."""
        return min(self.width, self.height) * 0.7 + self.unit * 0.3

    @property
    def middle(self) -> tuple[float, float]:
        return self.width / 2, self.height / 2

    def colour(self, index: int) -> Colour:
        """Pure colours, never the backdrop's own until the others are used up."""
        return self.palette.nth(self.first + 1 + index)

    def shades(self, index: int) -> tuple[Colour, Colour, Colour]:
        own = self.colour(index)
        return lit(own, 0.28), own, deep(own, 0.2)
