"""A repeat is recognised also across a deployment that adds fields to requests."""

from dataclasses import replace

import pytest

from domain.catalog.models import Ask
from schemas.generations.asks import ask_of
from services.generations import fingerprints
from services.generations.fingerprints import fingerprint_of, is_repeat
from services.generations.orders import Order

ASK = Ask(model="Model A", prompt="A cat", params={"style": "anime", "color": "neon", "size": "512x512"})
ORDER = Order(user_id="alice", ask=ASK, metadata={"album": "cats"}, idempotency_key="k")
OTHER = Order(user_id="alice", ask=ASK, metadata={"album": "dogs"}, idempotency_key="k")

# These were made from the ask above and its metadata by `printf '%s' '<sorted JSON>' | sha256sum`. They are fixed,
# because the rules must never change.
OF_VERSION_1 = "99fca2100941f89f639807cff6c7f2a858d3c1e67742fc5858feee8a1d6fb7ef"
OF_VERSION_2 = "2:e0f47da116ce486d3ca1bf3db26fb86d7953624232a2e33a13d20ca02c71cfb2"


@pytest.fixture
def _with_a_third_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    def third_rule(order: Order) -> object:
        return {"prompt": order.ask.prompt, "metadata": dict(order.metadata), "inputs": []}

    monkeypatch.setattr(fingerprints, "RULES", {**fingerprints.RULES, 3: third_rule})


def test_the_same_request_is_a_repeat_and_another_is_not() -> None:
    assert is_repeat(ORDER, fingerprint_of(ORDER))
    assert not is_repeat(OTHER, fingerprint_of(ORDER))


def test_a_rule_is_what_it_always_was() -> None:
    assert fingerprint_of(ORDER) == OF_VERSION_2
    assert is_repeat(ORDER, OF_VERSION_1)
    assert not is_repeat(OTHER, OF_VERSION_1)


@pytest.mark.usefixtures("_with_a_third_rule")
def test_after_a_new_rule_a_repeat_of_an_older_request_is_a_repeat() -> None:
    assert fingerprint_of(ORDER) != OF_VERSION_2
    for older in (OF_VERSION_1, OF_VERSION_2):
        assert is_repeat(ORDER, older)
        assert not is_repeat(OTHER, older)


def test_a_parameter_is_the_same_beside_the_others_and_among_them() -> None:
    beside = ask_of({"model": "Model A", "prompt": "A cat", "style": "anime"})
    among = ask_of({"model": "Model A", "prompt": "A cat", "params": {"style": "anime"}})
    assert is_repeat(replace(ORDER, ask=beside), fingerprint_of(replace(ORDER, ask=among)))


def test_after_a_rollback_a_fingerprint_of_a_newer_rule_counts_as_a_repeat() -> None:
    newer = f"{max(fingerprints.RULES) + 1}:{'0' * 64}"
    assert is_repeat(ORDER, newer)


def test_an_erased_generation_has_no_repeat() -> None:
    assert not is_repeat(ORDER, None)
