"""Every field of every stored value is written and read back, also a field that somebody adds tomorrow."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts.audit_log import AuditRecord
from domain.catalog.models import Model
from domain.catalog.options import Color, ListedOption, OptionKind, Size, Style
from domain.catalog.prices import PriceRule
from domain.credits.audit_verdict import AuditProgress, AuditVerdict
from domain.credits.ledger import Entry
from domain.credits.user import User
from domain.generations.generation import Generation, Output
from drawing import drawn, of_type
from repositories.accounts.audit_mapping import audit_fields, audit_from
from repositories.accounts.user_mapping import user_fields, user_from
from repositories.catalog.model_mapping import model_fields, model_from, price_rule_fields, price_rule_from
from repositories.catalog.option_mapping import listed_fields, listed_reader
from repositories.credits.audit_verdicts import AuditVerdictRepository
from repositories.credits.entry_mapping import entry_fields, entry_from
from repositories.generations.generation_mapping import generation_fields, generation_from
from repositories.store.documents import Create, Document
from repositories.store.memory import MemoryDocuments
from repositories.store.optimistic import OptimisticTransaction
from users import changed


def read_back[T](read: Callable[[Document], T], stored: Mapping[str, Any], name: str) -> T:
    """Write the fields into a database that is as strict as the real one, and read them."""
    documents = MemoryDocuments()
    documents.commit([Create(f"values/{name}", dict(stored))])
    found = documents.get(f"values/{name}")
    assert found is not None
    return read(found)


@given(drawn(User))
def test_a_user(user: User) -> None:
    dated = changed(user, updated_at=user.activity.updated_at or user.identity.created_at)
    assert read_back(user_from, user_fields(user), user.id) == dated


# No output has a side of 0 pixels. In a document, that number stands for a side that is not known.
SIDES = st.none() | st.integers(1, 2**31)
OUTPUTS = st.lists(drawn(Output, width=SIDES, height=SIDES), max_size=2).map(tuple)


@given(drawn(Generation, inherited=st.just(False), outputs=OUTPUTS))
def test_a_generation(generation: Generation) -> None:
    assert read_back(generation_from, generation_fields(generation), generation.id) == generation


@given(drawn(Model, parameters=st.just({"type": "object", "properties": {"steps": {"type": "integer"}}})))
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
