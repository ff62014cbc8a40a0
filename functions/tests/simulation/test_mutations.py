"""The simulation finds every planted bug within some seeds, by the rule that the bug breaks."""

import pytest

from simulation import grant_mutations, mutations
from simulation.planting import MUTATIONS, Mutation
from simulation.play import play

SEEDS_MOST = 200


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_planted_bug_is_caught(mutation: Mutation, monkeypatch: pytest.MonkeyPatch) -> None:
    mutation.plant(monkeypatch)
    caught = next((played for played in map(play, range(SEEDS_MOST)) if played.rule is not None), None)
    assert caught is not None, f"{mutation.name} went unnoticed in {SEEDS_MOST} seeds"
    assert caught.rule in mutation.rules, str(caught)


def test_there_are_enough_of_them() -> None:
    assert mutations.__doc__
    assert grant_mutations.__doc__
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS) >= 20
