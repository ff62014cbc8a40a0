"""Composes Model B's pictures: cut, turned and stacked pieces of pure colour around one subject."""

from collections.abc import Callable, Iterator

from providers.models.simulated.painting import abstracts, faces, stilllife
from providers.models.simulated.painting.chance import dice
from providers.models.simulated.painting.colour import Palette, deep, lit
from providers.models.simulated.painting.forms import Form, Picture
from providers.models.simulated.painting.scene import Scene
from providers.models.simulated.painting.table import Table
from providers.models.simulated.painting.words import motif

_SUBJECTS: dict[str, Callable[[Table], Iterator[Form]]] = {
    "flowers": stilllife.flowers,
    "stilllife": stilllife.still_life,
    "creature": faces.creature,
    "bust": faces.bust,
    "orbs": abstracts.orbs,
    "ribbons": abstracts.ribbons,
    "gem": abstracts.gem,
    "strata": abstracts.strata,
}
_DARK = {"orbs"}


def compose(scene: Scene, palette: Palette) -> Picture:
    rng = dice("B", scene.prompt, scene.seed)
    asked = motif(scene.prompt, scene.seed)
    dark = asked.hour == "night" or asked.subject in _DARK
    first = rng.randrange(len(palette.colours))
    ground = palette.nth(first)
    backdrop = (deep(ground, 0.66), deep(ground, 0.42)) if dark else (lit(ground, 0.62), lit(ground, 0.3))
    table = Table(rng=rng, width=scene.width, height=scene.height, palette=palette, first=first, dark=dark)
    return Picture(
        width=scene.width,
        height=scene.height,
        palette=palette,
        backdrop=backdrop,
        forms=tuple(_SUBJECTS[asked.subject](table)),
        light=(scene.width * 0.12, scene.height * 0.06),
        glow=lit(palette.nth(first + 1), 0.5),
        floor=scene.height * 0.78,
        cut=True,
    )
