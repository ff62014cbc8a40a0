"""Any frozen dataclass can be drawn by the declared types of its fields, so that no field can be forgotten."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from core.calendar import Week
from domain.credits.user_week import UserWeek

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
WORDS = st.text("abcdefg", min_size=1, max_size=8)
PLAIN: Mapping[Any, st.SearchStrategy[Any]] = {
    datetime: st.integers(0, 10**9).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    int: st.integers(0, 10**6),
    float: st.integers(0, 1000).map(float),
    bool: st.booleans(),
    str: WORDS,
    NoneType: st.none(),
    Any: WORDS,
    UserWeek: st.builds(
        UserWeek,
        week=st.sampled_from([Week(2026, number) for number in (45, 46, 47)]),
        requests=st.integers(0, 99),
        before=st.integers(0, 99),
        days=st.tuples(*[st.integers(0, 99)] * 7),
    ),
}


def of_type(hint: Any) -> st.SearchStrategy[Any]:
    inside, origin = get_args(hint), get_origin(hint)
    if isinstance(hint, UnionType):
        return st.one_of(*map(of_type, inside))
    if origin is not None:
        return _collection(origin, inside)
    if hint in PLAIN:
        return PLAIN[hint]
    return drawn(hint) if is_dataclass(hint) else st.sampled_from(hint)  # type: ignore[arg-type]


def _collection(origin: Any, inside: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if origin is Mapping:
        return _mapping(inside[1])
    return st.lists(of_type(inside[0]), max_size=3).map(origin)


def _mapping(kind: Any) -> st.SearchStrategy[Any]:
    """Draw a mapping with few keys, so that two of them often have one in common.

    If its values have a name of their own, that is the key.
    """
    if kind is UserWeek:
        return st.lists(of_type(kind), max_size=3).map(lambda found: {each.week.field: each for each in found})
    names = st.sampled_from(("a", "b", "c", "d"))
    if is_dataclass(kind):
        return st.lists(drawn(kind, id=names), max_size=3).map(lambda found: {each.id: each for each in found})  # type: ignore[arg-type]
    return st.dictionaries(names, of_type(kind), max_size=3)


def drawn(kind: type, **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw every field of a class by its declared type, except those that are drawn by another strategy."""
    hints = get_type_hints(kind)
    own = {each.name: of_type(hints[each.name]) for each in fields(kind) if each.name not in fixed}
    return st.builds(kind, **own, **fixed)
