"""Only our own processes can write a task's signature, and no part of the task can be changed afterwards."""

import json
from typing import Any

import pytest

from services.generations.task_signatures import TaskSignatures

PEPPER = "pepper-of-the-tests-0123456789-abcdef"
TASK: dict[str, Any] = {"generation_request_id": "g-1", "dispatch": 1, "request_id": None}
SIGNATURE = "9df13fe473c3a5c4e84b46c8a5b68e7b64ae512c34e773ac046fa81bc3429ec1"

OURS = TaskSignatures(PEPPER, "darkroom-live")


def test_the_signature_is_written_beside_what_the_task_carries() -> None:
    """The signature is written here by hand, because a deployment must accept the tasks that the one before it sent."""
    assert OURS.signed(TASK) == {**TASK, "signature": SIGNATURE}


def test_it_holds_after_a_way_through_json_in_any_order() -> None:
    signed = OURS.signed(TASK)
    assert OURS.holds(json.loads(json.dumps(signed)))
    assert OURS.holds(dict(reversed(signed.items())))


@pytest.mark.parametrize(
    "changed",
    [
        {"generation_request_id": "g-2"},
        {"dispatch": 2},
        {"dispatch": "1"},
        {"request_id": "another"},
        {"more": "field"},
        {"signature": ""},
        {"signature": None},
        {"signature": "0" * 64},
        {"signature": "ü" * 64},
        {"signature": "\ud800"},
        {"signature": [SIGNATURE]},
    ],
)
def test_a_changed_task_is_not_ours(changed: dict[str, Any]) -> None:
    assert not OURS.holds(OURS.signed(TASK) | changed)


@pytest.mark.parametrize("name", [*TASK, "signature"])
def test_nor_is_one_that_lacks_a_field(name: str) -> None:
    signed = OURS.signed(TASK)
    del signed[name]
    assert not OURS.holds(signed)


@pytest.mark.parametrize("data", [None, [], "x", 1, {}, TASK])
def test_nor_is_what_nobody_signed(data: object) -> None:
    assert not OURS.holds(data)


def test_another_pepper_and_another_project_sign_otherwise() -> None:
    for other in (TaskSignatures(PEPPER + "!", "darkroom-live"), TaskSignatures(PEPPER, "darkroom-test")):
        assert not OURS.holds(other.signed(TASK))
