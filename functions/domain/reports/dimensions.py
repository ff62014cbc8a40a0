"""The weekly report counts requests by dimensions, such as the style. Each is one value in `DIMENSIONS`.

Counting, the stored document, the pages, the CSV files and the console walk over this table, and none of them knows a
dimension by name. They look it up when they need it, so that a test can add one.
"""

from collections.abc import Callable
from dataclasses import dataclass

from domain.catalog.models import Model
from domain.catalog.options import OptionKind

# The values of a field are options of the catalog, or a fixed list.
Values = OptionKind | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """`name` begins the dimension's keys in the document, `heading` and `title` are for pages, in the singular and the
    plural, and `table` names its CSV file.

    `field` is the field of a generation that is counted by these `values`. Each value takes one query, and all of them
    one index. A dimension that follows from the model has `of_model` instead, and takes no query.
    """

    name: str
    heading: str
    title: str
    table: str
    field: str = ""
    values: Values = ()
    of_model: Callable[[Model], str] | None = None
    # These say where the dimension is told: as requests in `generation_stats`, and as a table of its own.
    has_breakdown: bool = True
    has_table: bool = True
    # A value of such a dimension may be named as a driver of a finding.
    explains_growth: bool = False

    @property
    def breakdown(self) -> str:
        """Return the key of the requests by value in `generation_stats`."""
        return f"{self.name}_breakdown"

    @property
    def performance(self) -> str:
        """Return the key of the table in the document."""
        return f"{self.name}_performance"


# Requests by model are counted first, and by day, because the totals and the other dimensions follow from them.
MODEL = Dimension(
    name="model", heading="Model", title="Models", table="models", has_breakdown=False, explains_growth=True
)

DIMENSIONS: tuple[Dimension, ...] = (
    MODEL,
    Dimension(
        name="style",
        heading="Style",
        title="Styles",
        table="styles",
        field="style",
        values=OptionKind.STYLE,
        explains_growth=True,
    ),
    Dimension(name="color", heading="Colour", title="Colours", table="colors", field="color", values=OptionKind.COLOR),
    Dimension(
        name="size",
        heading="Size",
        title="Sizes",
        table="sizes",
        field="size",
        values=OptionKind.SIZE,
        explains_growth=True,
    ),
    Dimension(
        name="kind",
        heading="Kind",
        title="Kinds",
        table="kinds",
        of_model=lambda model: model.kind.value,
        has_table=False,
    ),
    Dimension(
        name="provider",
        heading="Provider",
        title="Providers",
        table="providers",
        of_model=lambda model: model.provider,
        has_table=False,
    ),
)


def with_field() -> list[Dimension]:
    """Return the dimensions that are counted by queries of their own."""
    return [dimension for dimension in DIMENSIONS if dimension.field]


def with_table() -> list[Dimension]:
    return [dimension for dimension in DIMENSIONS if dimension.has_table]
