"""Draws with matplotlib without its global state, and makes its SVG fit to be part of a page.

Figures are made and saved without pyplot, so that threads do not disturb each other.
"""

import io
import re
import warnings
from dataclasses import dataclass, fields
from functools import cache
from xml.etree import ElementTree as ET  # nosec B405

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_LONG_NUMBER = re.compile(r"-?\d+\.\d+")
_FONT_FAMILY = re.compile(r"font-family: [^;]*;? ?")
_POINTS_PER_INCH = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    ink: str
    muted: str
    line: str
    bar: str
    band: str
    alert: str
    surface: str


LIGHT = Palette(
    ink="#211d1a", muted="#665f58", line="#e4ded6", bar="#17706b", band="#e0d8cb", alert="#b3261e", surface="#ffffff"
)
# Each of these colours stands for a word. The page gives each word a colour for light and one for dark.
NAMED_COLOURS = Palette(
    ink="#010203", muted="#010204", line="#010205", bar="#010206", band="#010207", alert="#010208", surface="#010209"
)


def new_figure(width: float, height: float) -> Figure:
    """Return a figure. The units are those of the SVG's view box, in which a text of size 12 is 12 high."""
    _configure_matplotlib()
    return Figure(figsize=(width / _POINTS_PER_INCH, height / _POINTS_PER_INCH))


def bare_axes(figure: Figure, place: tuple[float, float, float, float]) -> Axes:
    """Return axes without lines. `place` is left, bottom, width and height, as shares of the figure."""
    axes = figure.add_axes(place)
    axes.patch.set_visible(False)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def png(figure: Figure, *, dots_per_inch: int) -> bytes:
    file = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(file, format="png", dpi=dots_per_inch, metadata={"Software": None})
    return file.getvalue()


def svg(figure: Figure, *, name: str, label: str, hints: dict[str, str]) -> str:
    """Return the figure as SVG.

    `hints` are the texts that are shown under the pointer, by the gid of what was drawn. `name` is unique in the page.
    """
    figure.patch.set_visible(False)
    FigureCanvasSVG(figure)
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    # The parser of the standard library is safe here, because matplotlib wrote this, a line above.
    root = ET.fromstring(file.getvalue())  # noqa: S314  # nosec B314
    _drop_unneeded_elements(root)
    for element in root.iter():
        _tidy(element, name, hints)
    root.attrib = {
        "viewBox": root.attrib["viewBox"],
        "class": "chart",
        "role": "img",
        "aria-label": label,
    }
    ET.register_namespace("", _SVG.strip("{}"))
    return ET.tostring(root, encoding="unicode", short_empty_elements=True)


@cache
def _configure_matplotlib() -> None:
    """Set up matplotlib once for the whole process, in which nothing else draws. A `$` in a name starts no formula."""
    mpl.rcParams.update(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "darkroom",
            "text.parse_math": False,
            "font.size": 12,
            "axes.unicode_minus": False,
        }
    )
    # matplotlib measures with its own font, which has no signs of some scripts. The page's fonts have them.
    warnings.filterwarnings("ignore", message="Glyph .* missing from font")


def _drop_unneeded_elements(root: ET.Element) -> None:
    for kind in ("metadata", "defs"):
        for found in root.findall(_SVG + kind):
            if kind == "metadata" or found.find(_SVG + "style") is not None:
                root.remove(found)


def _tidy(element: ET.Element, name: str, hints: dict[str, str]) -> None:
    """Make ids unique in the page, name colours by their words, use the page's font, and shorten long numbers."""
    attributes = element.attrib
    own_id = attributes.pop("id", "")
    if element.tag != _SVG + "g":
        attributes["id"] = f"{name}-{own_id}"
        if not own_id:
            del attributes["id"]
    elif own_id in hints:
        title = ET.Element(_SVG + "title")
        title.text = hints[own_id]
        element.insert(0, title)
    if _XLINK_HREF in attributes:
        attributes["href"] = attributes.pop(_XLINK_HREF).replace("#", f"#{name}-")
    if "clip-path" in attributes:
        attributes["clip-path"] = attributes["clip-path"].replace("#", f"#{name}-")
    if attributes.get("transform", "").startswith("rotate(-0 "):
        del attributes["transform"]
    if "style" in attributes:
        attributes["style"] = _themed(attributes["style"])
    for key in {"d", "x", "y", "width", "height", "transform"} & attributes.keys():
        attributes[key] = _LONG_NUMBER.sub(_rounded, " ".join(attributes[key].split()))
    if element.tag != _SVG + "text":
        element.text = (element.text or "").strip() if element.tag == _SVG + "title" else None
    element.tail = None


def _themed(style: str) -> str:
    for field in fields(Palette):
        style = style.replace(getattr(NAMED_COLOURS, field.name), f"var(--{field.name})")
    return _FONT_FAMILY.sub("", style)


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found.group()):.1f}".removesuffix(".0")
