import pytest

from domain.catalog.prices import Facts, PriceRule, Unit, price_of

FACTS: Facts = {"model": "m", "kind": "text_to_video", "resolution": "720p", "duration": 5, "number": 2}


def rule(id_: str, credits_: int = 1, **conditions: str | int) -> PriceRule:
    return PriceRule(id=id_, credits=credits_, conditions=conditions)


@pytest.mark.parametrize(
    ("rules", "wins"),
    [
        ([rule("any"), rule("kind", kind="text_to_video")], "kind"),
        ([rule("kind", kind="text_to_video"), rule("long", duration=5)], "long"),
        ([rule("model", model="m"), rule("sharp", resolution="720p")], "model"),
        ([rule("model", model="m"), rule("two", resolution="720p", duration=5)], "two"),
        ([rule("other", model="n", duration=5), rule("any")], "any"),
        ([rule("number", number=2), rule("kind", kind="text_to_video")], "number"),
        ([rule("a"), rule("b")], "b"),
    ],
)
def test_the_most_specific_rule_wins_in_any_order(rules: list[PriceRule], wins: str) -> None:
    for each in (rules, rules[::-1]):
        price = price_of(FACTS, each)
        assert price is not None
        assert price.rule.rule == wins


def test_no_rule_that_fits_means_no_price() -> None:
    assert price_of(FACTS, [rule("other", model="n")]) is None


def test_a_price_for_each_output_is_multiplied() -> None:
    each = PriceRule(id="each", credits=5, conditions={"model": "m"}, unit=Unit.OUTPUT, version=4)
    price = price_of(FACTS, [each])
    assert price is not None
    assert (price.credits, price.units, price.unit_credits, price.rule.version) == (10, 2, 5, 4)
