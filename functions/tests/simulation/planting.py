"""How a bug is planted: the product is changed for the time of one test, and the rules that must notice are named."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Mutation:
    """`rules`: those that may break first, whichever a seed comes to."""

    plant: Plant
    rules: frozenset[str]

    @property
    def name(self) -> str:
        return self.plant.__name__


MUTATIONS: list[Mutation] = []


def breaks(*rules: str) -> Callable[[Plant], Plant]:
    def register(plant: Plant) -> Plant:
        MUTATIONS.append(Mutation(plant, frozenset(rules)))
        return plant

    return register


def around(patch: pytest.MonkeyPatch, owner: Any, name: str, changed: Callable[..., Any]) -> None:
    """`changed` gets the original first, and then what that gets."""
    original = getattr(owner, name)
    patch.setattr(owner, name, lambda *args, **named: changed(original, *args, **named))
