"""A repeat is recognised also across a deployment that adds fields to requests."""

from dataclasses import asdict

import pytest

from domain.generations.generation import Spec
from services.generations import fingerprints
from services.generations.fingerprints import fingerprint_of, is_repeat
from services.generations.orders import Order

SPEC = Spec(model="Model A", style="anime", color="neon", size="512x512", prompt="A cat")
ORDER = Order(user_id="alice", spec=SPEC, metadata={"album": "cats"}, idempotency_key="k")
OTHER = Order(user_id="alice", spec=SPEC, metadata={"album": "dogs"}, idempotency_key="k")

# Made of the spec above and its metadata by `printf '%s' '<sorted JSON>' | sha256sum`: the rule must never change.
OF_VERSION_1 = "99fca2100941f89f639807cff6c7f2a858d3c1e67742fc5858feee8a1d6fb7ef"


@pytest.fixture
def _with_a_second_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    def second_rule(order: Order) -> object:
        return {"spec": asdict(order.spec), "metadata": dict(order.metadata), "inputs": []}

    monkeypatch.setattr(fingerprints, "RULES", {**fingerprints.RULES, 2: second_rule})


def test_the_same_request_is_a_repeat_and_another_is_not() -> None:
    assert is_repeat(ORDER, fingerprint_of(ORDER))
    assert not is_repeat(OTHER, fingerprint_of(ORDER))


def test_the_first_rule_is_what_it_always_was() -> None:
    assert fingerprint_of(ORDER) == OF_VERSION_1


@pytest.mark.usefixtures("_with_a_second_rule")
def test_after_a_new_rule_a_repeat_of_an_older_request_is_a_repeat() -> None:
    assert fingerprint_of(ORDER) != OF_VERSION_1
    assert is_repeat(ORDER, OF_VERSION_1)
    assert not is_repeat(OTHER, OF_VERSION_1)


def test_after_a_rollback_a_fingerprint_of_a_newer_rule_counts_as_a_repeat() -> None:
    newer = f"{max(fingerprints.RULES) + 1}:{'0' * 64}"
    assert is_repeat(ORDER, newer)


def test_an_erased_generation_has_no_repeat() -> None:
    assert not is_repeat(ORDER, None)
