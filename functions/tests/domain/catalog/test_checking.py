"""An ask is checked against the catalog as a whole, and all faults are reported together."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import FieldError, InvalidRequest
from domain.catalog.catalog import Catalog
from domain.catalog.checking import Checker
from domain.catalog.models import Ask, Kind, Model
from domain.catalog.prices import PriceRule, Unit
from domain.catalog.shipped_models import SHIPPED_MODELS
from domain.operations.demo_catalog import COLORS, SIZES, STYLES
from domain.operations.demo_data import history

OPTIONS = {"style": "anime", "color": "neon", "size": "512x512"}
ASK = Ask(model="Model A", prompt="A cat", params=OPTIONS)
FILM = Model(
    id="film-1",
    kind=Kind.TEXT_TO_VIDEO,
    provider="simulated",
    provider_model="film",
    description="Short films",
    parameters={
        "type": "object",
        "properties": {
            "duration": {"enum": [5, 10], "default": 5},
            "resolution": {"enum": ["480p", "720p"], "default": "480p"},
            "num_images": {"type": "integer", "minimum": 1, "maximum": 4, "default": 1},
            "sound": {"type": "boolean"},
        },
        "additionalProperties": False,
    },
    prompt_max=80,
    price_rules=(
        PriceRule(id="base", credits=30, conditions={}),
        PriceRule(id="long", credits=55, conditions={"duration": 10}, version=3),
        PriceRule(id="each", credits=7, conditions={"resolution": "720p"}, unit=Unit.OUTPUT),
    ),
)


def catalog_of(*models: Model, rules: tuple[PriceRule, ...] = ()) -> Catalog:
    return Catalog(
        models={model.id: model for model in (*SHIPPED_MODELS, *models)},
        styles={style.id: style for style in STYLES},
        colors={color.id: color for color in COLORS},
        sizes={size.id: size for size in SIZES},
        price_rules=rules,
    )


CHECKER = Checker(catalog_of(FILM))


def film(**params: Any) -> Ask:
    return Ask(model="film-1", prompt="A storm", params=params)


def faults_of(ask: Ask) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.detail) for fault in CHECKER.faults(ask)]


def test_an_ask_that_is_in_order_has_no_faults() -> None:
    choice = CHECKER.checked(ASK)
    assert (choice.model.id, choice.params, choice.price.credits) == ("Model A", OPTIONS, 1)
    assert CHECKER.faults(ASK) == []


def test_all_faults_come_at_once_each_with_what_is_allowed() -> None:
    ask = Ask(model="Model C", prompt="x", params={"style": "cubist", "color": "warm", "size": "800x600"})
    assert CHECKER.faults(ask) == [
        FieldError(
            pointer="/model", detail="Invalid model 'Model C'", allowed=("Model A", "Model B", "Model R", "film-1")
        ),
        FieldError(
            pointer="/style",
            detail="Invalid style 'cubist'",
            allowed=("realistic", "anime", "oil_painting", "sketch", "cyberpunk", "watercolor"),
        ),
        FieldError(
            pointer="/color",
            detail="Invalid color 'warm'",
            allowed=("vibrant", "monochrome", "pastel", "neon", "vintage"),
        ),
        FieldError(pointer="/size", detail="Invalid size '800x600'", allowed=("512x512", "1024x1024", "1024x1792")),
    ]


def test_an_ask_that_is_refused_raises_all_faults() -> None:
    with pytest.raises(InvalidRequest) as refused:
        CHECKER.checked(replace(ASK, params={"style": "cubist"}))
    assert {(fault.pointer, fault.detail) for fault in refused.value.errors} == {
        ("/style", "Invalid style 'cubist'"),
        ("/color", "required"),
        ("/size", "required"),
    }


def test_options_are_stored_by_their_ids() -> None:
    choice = CHECKER.checked(replace(ASK, model=" Model A ", params={**OPTIONS, "style": "Oil Painting"}))
    assert (choice.model.id, choice.params["style"]) == ("Model A", "oil_painting")


def test_the_defaults_of_a_model_are_filled_in() -> None:
    assert CHECKER.checked(film(sound=True)).params == {
        "duration": 5,
        "resolution": "480p",
        "num_images": 1,
        "sound": True,
    }


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({"duration": 7}, "/params/duration"),
        ({"duration": "5"}, "/params/duration"),
        ({"num_images": 0}, "/params/num_images"),
        ({"num_images": 5}, "/params/num_images"),
        ({"num_images": 1.5}, "/params/num_images"),
        ({"num_images": True}, "/params/num_images"),
        ({"sound": "yes"}, "/params/sound"),
        ({"steps": 3}, "/params/steps"),
    ],
)
def test_each_parameter_is_checked_by_the_models_schema(params: dict[str, Any], pointer: str) -> None:
    assert [fault.pointer for fault in CHECKER.faults(film(**params))] == [pointer]


def test_a_parameter_that_the_model_does_not_have_is_named_with_those_that_it_has() -> None:
    (fault,) = CHECKER.faults(film(steps=3))
    assert (fault.detail, fault.allowed) == (
        "not a parameter of this model",
        ("duration", "resolution", "num_images", "sound"),
    )


def test_a_flat_parameter_of_a_model_without_styles_is_refused_where_it_stands() -> None:
    assert [fault.pointer for fault in CHECKER.faults(film(style="anime"))] == ["/style"]
    nested = replace(film(style="anime"), flat=frozenset())
    assert [fault.pointer for fault in CHECKER.faults(nested)] == ["/params/style"]


def test_a_prompt_is_as_long_as_the_model_allows() -> None:
    assert faults_of(replace(film(), prompt="x" * 80)) == []
    assert faults_of(replace(film(), prompt="x" * 81)) == [("/prompt", "film-1 takes at most 80 characters")]


def test_without_a_model_the_default_of_the_kind_is_meant() -> None:
    by_kind = Ask(kind=Kind.TEXT_TO_IMAGE, prompt="A cat", params=OPTIONS)
    assert CHECKER.checked(by_kind).model.id == "Model A"
    other = Checker(catalog_of(replace(FILM, id="z", is_default=True), FILM))
    assert other.checked(Ask(kind=Kind.TEXT_TO_VIDEO, prompt="A cat")).model.id == "z"
    assert CHECKER.checked(Ask(kind=Kind.TEXT_TO_VIDEO, prompt="A cat")).model.id == "film-1"


def test_neither_a_model_nor_a_kind_is_a_fault() -> None:
    assert faults_of(Ask(prompt="A cat")) == [("/model", "required")]


def test_a_kind_that_nothing_on_offer_has_is_told_the_kinds_on_offer() -> None:
    (fault,) = CHECKER.faults(Ask(kind=Kind.IMAGE_TO_VIDEO, prompt="A cat"))
    assert (fault.pointer, fault.allowed) == ("/kind", ("text_to_image", "text_to_video"))


def test_a_model_of_another_kind_is_refused() -> None:
    (fault,) = CHECKER.faults(replace(ASK, kind=Kind.TEXT_TO_VIDEO))
    assert (fault.pointer, fault.detail, fault.allowed) == (
        "/kind",
        "Model A is of another kind",
        ("text_to_image",),
    )


def test_a_price_comes_from_the_most_specific_rule_of_the_model() -> None:
    prices = [CHECKER.checked(film(**params)).price for params in ({}, {"duration": 10}, {"resolution": "720p"})]
    assert [(price.credits, price.rule.rule, price.rule.version) for price in prices] == [
        (30, "base", 1),
        (55, "long", 3),
        (7, "each", 1),
    ]
    three = CHECKER.checked(film(resolution="720p", num_images=3)).price
    assert (three.credits, three.units, three.unit_credits) == (21, 3, 7)


def test_a_size_gives_the_price_unless_a_rule_for_the_model_does() -> None:
    assert CHECKER.checked(replace(ASK, params={**OPTIONS, "size": "1024x1792"})).price.credits == 4
    dear = PriceRule(id="dear", credits=9, conditions={"model": "Model A", "size": "1024x1792"})
    checker = Checker(catalog_of(rules=(dear,)))
    assert checker.checked(replace(ASK, params={**OPTIONS, "size": "1024x1792"})).price.rule.rule == "dear"
    assert checker.checked(replace(ASK, model="Model B", params={**OPTIONS, "size": "1024x1792"})).price.credits == 4


def test_a_model_without_a_price_is_not_sold() -> None:
    checker = Checker(catalog_of(replace(FILM, price_rules=())))
    assert [fault.pointer for fault in checker.faults(film())] == ["/model"]


def test_a_price_of_nothing_is_a_price() -> None:
    checker = Checker(catalog_of(replace(FILM, price_rules=(PriceRule(id="free", credits=0, conditions={}),))))
    assert checker.checked(film()).price.credits == 0


def test_every_generation_of_the_demo_is_on_offer_at_its_price() -> None:
    for past in history(datetime(2026, 3, 4, 12, tzinfo=UTC)):
        params = {"style": past.style, "color": past.color, "size": past.size}
        choice = CHECKER.checked(Ask(model=past.model, prompt=past.prompt, params=params))
        assert past.credits == choice.price.credits


def prices_of(model: Model, *rules: PriceRule) -> list[tuple[dict[str, Any], int, str]]:
    offer = Checker(catalog_of(model, rules=rules)).offer_of(model)
    return [(dict(each.params), each.credits, each.unit.value) for each in offer.prices]


def test_an_offer_lists_the_price_of_each_combination_that_decides_it() -> None:
    assert prices_of(FILM) == [
        ({"resolution": "480p", "duration": 5}, 30, "request"),
        ({"resolution": "480p", "duration": 10}, 55, "request"),
        ({"resolution": "720p", "duration": 5}, 7, "output"),
        ({"resolution": "720p", "duration": 10}, 7, "output"),
    ]


def test_a_parameter_that_no_rule_names_is_not_in_the_list_of_prices() -> None:
    flat = replace(FILM, price_rules=(PriceRule(id="flat", credits=3, conditions={}),))
    assert prices_of(flat) == [({}, 3, "request")]


def test_the_number_of_outputs_is_in_the_list_where_a_rule_names_it() -> None:
    many = replace(FILM, price_rules=(PriceRule(id="one", credits=3, conditions={}),))
    four = PriceRule(id="four", credits=9, conditions={"model": "film-1", "number": 4})
    assert prices_of(many, four) == [
        ({"num_images": 1}, 3, "request"),
        ({"num_images": 2}, 3, "request"),
        ({"num_images": 3}, 3, "request"),
        ({"num_images": 4}, 9, "request"),
    ]


def test_the_price_that_is_listed_is_the_price_that_is_paid() -> None:
    for params, credits_, unit in prices_of(FILM):
        price = CHECKER.checked(film(**params)).price
        assert price.credits == credits_ * (1 if unit == "request" else price.units)
