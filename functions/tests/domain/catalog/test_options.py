import pytest

from domain.catalog.options import OptionKind, option_id, option_kinds
from domain.operations.demo_catalog import SIZES


@pytest.mark.parametrize(("size", "credits_"), [("512x512", 1), ("1024x1024", 3), ("1024x1792", 4)])
def test_prices_are_feraset_imagens(size: str, credits_: int) -> None:
    assert {each.id: each.credit_cost for each in SIZES}[size] == credits_


@pytest.mark.parametrize("text", ["oil_painting", "oil painting", "Oil Painting", " OIL PAINTING "])
def test_options_are_understood_as_people_and_postman_write_them(text: str) -> None:
    assert option_id(OptionKind.STYLE, text) == "oil_painting"


def test_sizes_are_taken_by_their_exact_name() -> None:
    assert option_id(OptionKind.SIZE, " 512x512 ") == "512x512"
    assert option_id(OptionKind.SIZE, "512X512") == "512X512"


def test_a_parameter_with_the_keyword_takes_an_option() -> None:
    schema = {"properties": {"look": {"type": "string", "x-catalog": "styles"}, "steps": {"type": "integer"}}}
    assert option_kinds(schema) == {"look": OptionKind.STYLE}


def test_a_list_that_the_catalog_does_not_have_is_an_error() -> None:
    with pytest.raises(ValueError, match="moods"):
        option_kinds({"properties": {"mood": {"x-catalog": "moods"}}})
