"""Says in which collection the options of each kind are."""

from domain.catalog.options import OptionKind
from repositories.store.paths import COLORS, SIZES, STYLES

_OPTIONS = {OptionKind.STYLE: STYLES, OptionKind.COLOR: COLORS, OptionKind.SIZE: SIZES}


def options_path(kind: OptionKind) -> str:
    return _OPTIONS[kind]


def option_path(kind: OptionKind, option_id: str) -> str:
    return f"{options_path(kind)}/{option_id}"
