"""These actors train models of their own. They hold credits or images for it, and less than they asked for may be
delivered.
"""

from contextlib import suppress

from core.errors import Unavailable
from domain.accounts.errors import UserInactive
from domain.credits.allowances import AllowanceUse, AllowanceUsedUp
from domain.credits.errors import InsufficientCredits
from simulation import heritage
from simulation.trainings import TRAININGS, Training, end, start
from simulation.universe import ALLOWANCE, Lost, Universe

_TRAININGS = 5
_TRIES = 5
_ON_ALLOWANCE = 0.4


class Trainer:
    def __init__(self, universe: Universe) -> None:
        self._universe = universe
        self._chance = universe.chance
        self._pause = universe.scheduler.pause

    def live(self) -> None:
        for _ in range(_TRAININGS):
            if self._universe.is_closing:
                return
            self._pause(self._chance.uniform(0, 20))
            self._start(self._made_up())
            self._pause(self._chance.uniform(0, 60))
            self.end_one()

    def end_one(self) -> bool:
        """End an open training with a random number of images. Return whether there was one."""
        universe = self._universe
        trainings = universe.books().trainings
        running = [name for name, fields in trainings.items() if fields["status"] == "queued"]
        if not running:
            return False
        training_id = self._chance.choice(running)
        delivered = self._chance.randint(0, trainings[training_id]["asked"])
        with suppress(Lost, Unavailable):
            universe.ask("end training", lambda app: end(app, training_id, delivered))
        return True

    def _made_up(self) -> Training:
        universe = self._universe
        universe.trainings += 1
        user_id = self._chance.choice([each for each in universe.users if each != heritage.USER])
        asked = self._chance.randint(1, 4)
        price = self._chance.randint(1, 7)
        return Training(
            id=f"t{universe.trainings}",
            user_id=user_id,
            price=price,
            held=price,
            asked=asked,
            created_at=universe.scheduler.now,
        )

    def _start(self, training: Training) -> None:
        """Ask until there is an answer."""
        use = None
        if self._chance.random() < _ON_ALLOWANCE:
            use = AllowanceUse(allowance_id=ALLOWANCE, images=training.asked)
            training = Training(
                id=training.id,
                user_id=training.user_id,
                price=0,
                asked=training.asked,
                created_at=training.created_at,
            )
        for _ in range(_TRIES):
            universe = self._universe
            existed = f"{TRAININGS}/{training.id}" in universe.records
            with universe.promises.asking(training.user_id, existed=existed) as asking:
                try:
                    universe.ask("start training", lambda app: start(app, training, use))
                except (InsufficientCredits, UserInactive) as refusal:
                    universe.promises.refuse(asking, refusal)
                    return
                except AllowanceUsedUp:
                    universe.promises.turn_away(asking, existed=existed)
                    return
                except (Lost, Unavailable):
                    self._pause(self._chance.uniform(0, 4))
                else:
                    return
