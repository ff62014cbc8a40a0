from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from presentation.reading import Document, number, parts, text
from presentation.words import day, humanised, in_column, shown


def rendered(template: str, **values: Any) -> str:
    """Return the template with the values. All are escaped, except those that the template marks safe: the drawings."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"shown": shown, "in_column": in_column, "day": day}
    return environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Holds a step of the funnel. `share` is its part of all requests, 0-100."""

    label: str
    count: str
    share: float
    is_loss: bool


def steps(report: Document) -> list[Step]:
    stages, losses = parts(report, "funnel"), parts(report, "funnel_losses")
    whole = max((number(stage, "count") or 0 for stage in stages), default=0)
    return [_step(stage, "stage", whole) for stage in stages] + [_step(loss, "loss", whole) for loss in losses]


def _step(one: Document, key: str, whole: float) -> Step:
    count = max(0, number(one, "count") or 0)
    share = round(100 * count / whole, 1) if whole else 0
    return Step(label=humanised(text(one, key)), count=shown(count), share=min(100, share), is_loss=key == "loss")
