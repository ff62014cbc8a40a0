"""One actor is an admin who spends in the names of others. Meanwhile, in other instances, the admin is demoted,
deactivated or signed out.

The admin is the first of the users, so that there is a document which instances remember.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bootstrap import Darkroom
from core.errors import InvalidRequest, RateLimited, Unauthenticated, Unavailable
from domain.accounts.errors import UserInactive, UserNotFound
from domain.catalog.models import Ask
from domain.credits.errors import InsufficientCredits
from domain.credits.spending import Spender
from repositories.store.documents import Create, Document, Update, Write
from services.accounts.access import Caller
from services.accounts.instructions import Instruction
from services.generations.orders import Order
from services.generations.ports import Created
from simulation.scheduler import Violation

if TYPE_CHECKING:
    from simulation.universe import Universe

ADMIN = "ann"
_ACTS = 10
_SIGNS_IN_AGAIN = 0.3
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """The admin's document says this from the given step on."""

    step: int
    is_admin: bool
    signed_out_at: datetime | None

    def is_good(self, signed_in_at: datetime) -> bool:
        out = self.signed_out_at is not None and signed_in_at + _SECOND <= self.signed_out_at
        return self.is_admin and not out


@dataclass(slots=True)
class Watch:
    """Checks two rules about credits that are spent for others: whoever spends them was an admin at that time, and it
    is recorded.
    """

    standings: list[Standing] = field(default_factory=list)
    # For each prompt, this has the step at which it was asked for, and the time at which the admin had signed in.
    acts: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    def see(self, step: int, document: Document) -> None:
        fields = document.fields
        is_admin = bool(fields.get("is_admin") and fields.get("is_active", True))
        self.standings.append(Standing(step, is_admin, fields.get("signed_out_at")))

    def of_commit(self, writes: Sequence[Write]) -> None:
        created = {write.path for write in writes if isinstance(write, Create)}
        for write in writes:
            if not isinstance(write, Create) or not write.path.startswith("generation_requests/"):
                continue
            if write.fields["prompt"] not in self.acts:
                continue
            if f"audit_log/{write.fields['id']}-creation" not in created:
                raise Violation("acting", f"{write.path} is spent in another's name, and nothing records it")
            self._judge(write.path, *self.acts[write.fields["prompt"]])

    def _judge(self, path: str, asked_at: int, signed_in_at: datetime) -> None:
        """Raise Violation unless the admin was one at some moment since the request was made. One moment is enough,
        because the commit cannot see the admin's document.
        """
        before = [each for each in self.standings if each.step <= asked_at][-1:]
        since = [each for each in self.standings if each.step > asked_at]
        if not any(each.is_good(signed_in_at) for each in (*before, *since)):
            raise Violation("acting", f"{path} is spent in another's name by one who was no admin at any time of it")


def events(universe: "Universe") -> Mapping[str, dict[str, object]]:
    """Return the changes that may happen to the admin's document, by name."""
    fields = universe.records[f"users/{ADMIN}"].fields
    return {
        "an admin is demoted or granted": {"is_admin": not fields.get("is_admin", False)},
        "an admin is deactivated or activated": {"is_active": not fields.get("is_active", True)},
        "an admin is signed out": {"signed_out_at": universe.scheduler.now},
    }


def happen(universe: "Universe", event: str) -> None:
    universe.scheduler.note(event)
    universe.documents.stored.commit([Update(f"users/{ADMIN}", events(universe)[event])])
    universe.watch_admin()


class Admin:
    def __init__(self, universe: "Universe") -> None:
        self._universe = universe
        self._chance = universe.chance
        self._signed_in_at = universe.scheduler.now
        self._haste = self._chance.choice((0.0, 1.0, 30.0))

    def live(self) -> None:
        others = [user_id for user_id in self._universe.users if user_id != ADMIN]
        for _ in range(_ACTS if others else 0):
            if self._universe.is_closing:
                return
            if self._chance.random() < _SIGNS_IN_AGAIN:
                self._signed_in_at = self._universe.scheduler.now.replace(microsecond=0)
            self._act(self._chance.choice(others))
            self._universe.scheduler.pause(self._chance.uniform(0, self._haste))

    def _act(self, user_id: str) -> None:
        universe, order = self._universe, self._order(user_id)
        universe.admin_watch.acts[order.ask.prompt] = (universe.scheduler.steps, self._signed_in_at)
        with suppress(Unavailable, universe.lost), universe.promises.asking(user_id) as asking:
            try:
                created = universe.ask("act", lambda app: self._asked(app, order), drawn=asking.drawn)
            except (InsufficientCredits, InvalidRequest, UserInactive) as refusal:
                universe.promises.refuse(asking, refusal)
            except (RateLimited, UserNotFound, Unauthenticated):
                universe.promises.turn_away(asking, existed=False)
            else:
                universe.promises.accept(order, created.generation)

    def _asked(self, app: Darkroom, order: Order) -> Created:
        """Do the same as createGenerationRequest does with a `userId` that is not the caller's."""
        spender = Spender(signed_in_at=self._signed_in_at)
        caller = Caller(user_id=ADMIN, actor=f"user:{ADMIN}", is_admin=True, claims_admin=True, spender=spender)
        acting = app.access.acting_for(caller, order.user_id)
        by = Instruction(actor=acting.actor) if acting.acts_for_another else None
        return app.ordering.create(replace(order, spender=acting.spender, ordered_by=by))

    def _order(self, user_id: str) -> Order:
        ask = Ask(
            model=self._chance.choice(("Model A", "Model R")),
            params={"style": "realistic", "color": "vibrant", "size": "512x512"},
            prompt=f"act {len(self._universe.admin_watch.acts)}",
        )
        return Order(user_id=user_id, ask=ask)
