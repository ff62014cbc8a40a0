from datetime import UTC, datetime

import pytest

from domain.catalog.options import Catalog, ModelOffer, option_id
from domain.operations.demo_catalog import COLORS, SIZES, STYLES
from domain.operations.demo_data import history

CATALOG = Catalog(
    models={name: ModelOffer(name=name, kind="image", description="") for name in ("Model A", "Model B")},
    styles={style.id: style for style in STYLES},
    colors={color.id: color for color in COLORS},
    sizes={size.id: size for size in SIZES},
)


@pytest.mark.parametrize(("size", "credits_"), [("512x512", 1), ("1024x1024", 3), ("1024x1792", 4)])
def test_prices_are_feraset_imagens(size: str, credits_: int) -> None:
    assert CATALOG.sizes[size].credit_cost == credits_


def test_an_order_from_the_catalog_has_no_problems() -> None:
    assert CATALOG.problems({"model": "Model A", "style": "anime", "color": "neon", "size": "512x512"}) == []


def test_all_problems_come_at_once_each_with_what_is_allowed() -> None:
    problems = CATALOG.problems({"model": "Model C", "style": "cubist", "color": "warm", "size": "800x600"})
    assert [(problem.pointer, problem.detail) for problem in problems] == [
        ("/model", "Invalid model 'Model C'"),
        ("/style", "Invalid style 'cubist'"),
        ("/color", "Invalid color 'warm'"),
        ("/size", "Invalid size '800x600'"),
    ]
    assert [problem.allowed for problem in problems] == [
        ("Model A", "Model B"),
        ("realistic", "anime", "oil_painting", "sketch", "cyberpunk", "watercolor"),
        ("vibrant", "monochrome", "pastel", "neon", "vintage"),
        ("512x512", "1024x1024", "1024x1792"),
    ]


def test_what_is_absent_or_no_text_is_left_to_the_schema() -> None:
    assert CATALOG.problems({"model": None, "style": 7, "color": ["neon"]}) == []


@pytest.mark.parametrize("text", ["oil_painting", "oil painting", "Oil Painting", " OIL PAINTING "])
def test_options_are_understood_as_people_and_postman_write_them(text: str) -> None:
    assert option_id("style", text) == "oil_painting"
    assert CATALOG.problems({"style": text}) == []


def test_models_and_sizes_are_taken_by_their_exact_name() -> None:
    assert option_id("model", " Model A ") == "Model A"
    assert CATALOG.problems({"model": "model a"}) != []


def test_every_generation_of_the_demo_is_on_offer_at_its_price() -> None:
    for past in history(datetime(2026, 3, 4, 12, tzinfo=UTC)):
        asked = {"model": past.model, "style": past.style, "color": past.color, "size": past.size}
        assert CATALOG.problems(asked) == []
        assert past.credits == CATALOG.sizes[past.size].credit_cost
