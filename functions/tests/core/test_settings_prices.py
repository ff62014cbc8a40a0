import pytest

from core.environment import ConfigurationError
from core.settings import Settings

DEPLOYED = {"GOOGLE_CLOUD_PROJECT": "darkroom-live", "API_KEY_PEPPER": "pepper-of-the-tests-0123456789-abcdef"}


def settings(**environment: str) -> Settings:
    return Settings.from_environment(DEPLOYED | environment)


def test_no_price_is_known_unless_it_is_set() -> None:
    assert (settings().provider_costs, settings().credit_value_micros) == ({}, None)
    assert settings(PROVIDER_COSTS="", CREDIT_VALUE_MICROS="") == settings()


def test_costs_are_by_model_and_a_models_name_may_hold_anything_but_a_comma() -> None:
    costs = settings(PROVIDER_COSTS="Model A=12000, Model B = 20000,a=b=0").provider_costs
    assert costs == {"Model A": 12000, "Model B": 20000, "a=b": 0}


def test_a_credit_has_a_value() -> None:
    assert settings(CREDIT_VALUE_MICROS="10000").credit_value_micros == 10000


@pytest.mark.parametrize(
    "costs", ["Model A", "=5", "Model A=", "Model A=cheap", "Model A=-1", "Model A=1.5", "A=1,", ","]
)
def test_what_is_no_cost_is_refused(costs: str) -> None:
    with pytest.raises(ConfigurationError, match="PROVIDER_COSTS"):
        settings(PROVIDER_COSTS=costs)


@pytest.mark.parametrize("value", ["-1", "0.5", "dear"])
def test_what_is_no_value_is_refused(value: str) -> None:
    with pytest.raises(ConfigurationError, match="CREDIT_VALUE_MICROS"):
        settings(CREDIT_VALUE_MICROS=value)
