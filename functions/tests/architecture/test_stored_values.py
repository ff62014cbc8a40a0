"""Every field of every stored value is written and read back, also a field that somebody adds tomorrow.

The tests of users stand in `repositories/accounts/test_user_mapping.py`, because their differences matter too.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts.audit_log import AuditRecord
from domain.catalog.models import Model
from domain.catalog.options import Color, ListedOption, OptionKind, Size, Style
from domain.catalog.prices import PriceRule
from domain.credits.audit_verdict import AuditProgress, AuditVerdict
from domain.credits.ledger import Entry
from domain.generations.generation import Generation
from repositories.accounts.audit_mapping import audit_fields, audit_from
from repositories.catalog.model_mapping import model_fields, model_from, price_rule_fields, price_rule_from
from repositories.catalog.option_mapping import listed_fields, listed_reader
from repositories.credits.audit_verdicts import AuditVerdictRepository
from repositories.credits.entry_mapping import entry_fields, entry_from
from repositories.generations.generation_mapping import generation_fields, generation_from
from repositories.store.documents import Create, Document
from repositories.store.memory import MemoryDocuments
from repositories.store.optimistic import OptimisticTransaction

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
}


def of_type(hint: Any) -> st.SearchStrategy[Any]:
    inside = get_args(hint)
    if isinstance(hint, UnionType):
        return st.one_of(*map(of_type, inside))
    if get_origin(hint) is tuple:
        return st.lists(of_type(inside[0]), max_size=3).map(tuple)
    if get_origin(hint) is Mapping:
        return st.dictionaries(WORDS, of_type(inside[1]), max_size=3)
    if is_dataclass(hint):
        return drawn(hint)  # type: ignore[arg-type]
    if issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    return PLAIN[hint]


def drawn(kind: type, **fixed: Any) -> st.SearchStrategy[Any]:
    """Draw every field of a class by its declared type, so that no field can be forgotten here."""
    hints = get_type_hints(kind)
    return st.builds(
        kind,
        **{
            each.name: st.just(fixed[each.name]) if each.name in fixed else of_type(hints[each.name])
            for each in fields(kind)
        },
    )


def read_back[T](read: Callable[[Document], T], stored: Mapping[str, Any], name: str) -> T:
    """Write the fields into a database and read them, as strict as the real one is."""
    documents = MemoryDocuments()
    documents.commit([Create(f"values/{name}", dict(stored))])
    found = documents.get(f"values/{name}")
    assert found is not None
    return read(found)


@given(drawn(Generation, inherited=False))
def test_a_generation(generation: Generation) -> None:
    assert read_back(generation_from, generation_fields(generation), generation.id) == generation


@given(drawn(Model, parameters={"type": "object", "properties": {"steps": {"type": "integer"}}}))
def test_a_model(model: Model) -> None:
    assert read_back(model_from, model_fields(model), model.id) == model


@given(drawn(PriceRule))
def test_a_price_rule(rule: PriceRule) -> None:
    assert read_back(price_rule_from, price_rule_fields(rule), rule.id) == rule


@given(drawn(Entry))
def test_an_entry(entry: Entry) -> None:
    assert read_back(entry_from, entry_fields(entry), entry.id) == entry


@given(drawn(AuditRecord))
def test_an_audit_record(record: AuditRecord) -> None:
    assert read_back(audit_from, audit_fields(record), record.id) == record


@pytest.mark.parametrize(
    ("kind", "option"), [(OptionKind.STYLE, Style), (OptionKind.COLOR, Color), (OptionKind.SIZE, Size)]
)
def test_an_option(kind: OptionKind, option: type) -> None:
    @given(drawn(option), st.booleans(), of_type(datetime | None))
    def holds(value: Any, is_active: bool, updated_at: datetime | None) -> None:
        listed = ListedOption(option=value, is_active=is_active, updated_at=updated_at)
        assert read_back(listed_reader(kind), listed_fields(listed), value.id) == listed

    holds()


@given(drawn(AuditVerdict), drawn(AuditProgress))
def test_the_verdict_of_an_audit_and_its_progress(verdict: AuditVerdict, progress: AuditProgress) -> None:
    verdicts = AuditVerdictRepository(MemoryDocuments(), OptimisticTransaction())
    verdicts.put(verdict, progress)
    assert (verdicts.last(), verdicts.progress()) == (verdict, progress)
