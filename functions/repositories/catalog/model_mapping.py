"""Converts models and price rules into documents, and back."""

from typing import Any

from domain.catalog.models import Kind, Model
from domain.catalog.prices import PriceRule, Unit
from repositories.store.documents import Document
from repositories.store.field_table import FieldTable, Form
from repositories.store.rows import reader

_UNIT = Form(read=Unit, write=lambda unit: unit.value)
_PRICE_RULES = FieldTable(PriceRule, given=("id",), forms={"unit": _UNIT})
_OWN_RULES = FieldTable(PriceRule, forms={"unit": _UNIT})
_MODELS = FieldTable(
    Model,
    given=("id",),
    forms={
        "kind": Form(read=Kind, write=lambda kind: kind.value),
        "price_rules": Form(
            read=lambda stored: tuple(map(_OWN_RULES.read, stored)), write=lambda rules: [*map(_OWN_RULES.write, rules)]
        ),
    },
)


@reader
def model_from(document: Document) -> Model:
    from domain.catalog.parameters import ParameterSchema  # noqa: PLC0415 - most projects store no model

    model = _MODELS.read(document.fields, id=document.id)
    # A schema that is none is found here, and not in a request.
    ParameterSchema(model.parameters, option_ids=lambda _: ())
    return model


def model_fields(model: Model) -> dict[str, Any]:
    return _MODELS.write(model)


@reader
def price_rule_from(document: Document) -> PriceRule:
    return _PRICE_RULES.read(document.fields, id=document.id)


def price_rule_fields(rule: PriceRule) -> dict[str, Any]:
    return _PRICE_RULES.write(rule)
