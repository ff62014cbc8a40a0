"""A training is a second kind of subject. It holds credits or images of an allowance, and it may deliver a part.

The product has no trainings yet. This one is written as a folder of the product would be, to show that the credits
folder knows nothing of generations.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from bootstrap import Darkroom
from core.errors import AppError
from domain.credits.allowances import AllowanceUse
from domain.credits.commits import Commit
from domain.credits.funding import Funding
from domain.credits.grants import Take
from domain.credits.holds import hold, hold_on_allowance, settle
from domain.credits.user import User
from domain.generations.generation import mark_of
from repositories.store.documents import AlreadyExists, Conflict, Create, Document, Update

TRAININGS = "trainings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """`asked` images were ordered, and `delivered` images came."""

    id: str
    user_id: str
    price: int
    asked: int
    created_at: datetime
    status: str = "queued"
    held: int = 0
    charged: int = 0
    refunded: int = 0
    delivered: int = 0
    in_flight: bool = True
    api_key_id: str | None = None
    funding: Funding = field(default_factory=Funding)

    @property
    def title(self) -> str:
        return f"Training {self.id}"

    @property
    def mark(self) -> int:
        return mark_of(self.id)

    def funded(self, funding: Funding) -> Self:
        return replace(self, funding=funding)


def start(app: Darkroom, training: Training, use: AllowanceUse | None) -> Training:
    """Hold the price once, however often this is repeated. Raise what `hold` raises."""

    def decide(user: User) -> Commit[Training]:
        return hold(user, training) if use is None else hold_on_allowance(user, training, use)

    def attempt(failure: Exception | None) -> Training:
        try:
            commit, user = app.users.decide(training.user_id, decide, fresh=failure is not None)
            app.books.commit([commit], user)
        except (AlreadyExists, AppError):
            found = app.documents.get(f"{TRAININGS}/{training.id}")
            if found is None:
                raise
            return training_from(found)
        return training

    return app.transaction.run(attempt)


def end(app: Darkroom, training_id: str, delivered: int) -> None:
    """Capture the part that was delivered, and refund the rest. A training that has ended stays as it is."""

    def attempt(_: Exception | None) -> None:
        found = app.documents.get(f"{TRAININGS}/{training_id}")
        assert found is not None
        before = training_from(found)
        if before.status != "queued":
            return
        commit = _ended(before, delivered, app.clock())
        assert commit.subject is not None
        try:
            app.books.settle(commit, Update(found.path, training_fields(commit.subject), found.version))
        except AlreadyExists as error:
            raise Conflict(str(error)) from error

    app.transaction.run(attempt)


def _ended(before: Training, delivered: int, now: datetime) -> Commit[Training]:
    charged = before.price * delivered // before.asked
    refund = before.price - charged
    after = replace(
        before,
        status="completed" if delivered else "failed",
        held=0,
        charged=charged,
        refunded=refund,
        delivered=delivered,
        in_flight=False,
    )
    reason = f"{delivered} of {before.asked} delivered"
    return settle(before, after, refund=refund, reason=reason, at=now, images=delivered)


def training_fields(training: Training) -> dict[str, Any]:
    """Return the fields. Their names are those of generations, because the audit sums both in the same way."""
    use = training.funding.allowance
    return {
        "id": training.id,
        "user_id": training.user_id,
        "status": training.status,
        "asked": training.asked,
        "credits_deducted": training.price,
        "credits_held": training.held,
        "credits_charged": training.charged,
        "credits_refunded": training.refunded,
        "outputs": ["image"] * training.delivered,
        "outputs_gone": 0,
        "in_flight": training.in_flight,
        "mark": training.mark,
        "due_at": training.created_at if training.in_flight else None,
        "created_at": training.created_at,
        "takes": [_take_fields(each) for each in training.funding.takes],
        "allowance": None if use is None else {"allowance_id": use.allowance_id, "images": use.images},
    }


def _take_fields(take: Take) -> Mapping[str, Any]:
    return {
        "grant_id": take.grant_id,
        "credits": take.credits,
        "expires_at": take.expires_at,
        "returned": take.returned,
    }


def training_create(training: Training) -> Create:
    return Create(f"{TRAININGS}/{training.id}", training_fields(training))


def training_from(document: Document) -> Training:
    fields = document.fields
    use = fields["allowance"]
    return Training(
        id=document.id,
        user_id=fields["user_id"],
        price=fields["credits_deducted"],
        asked=fields["asked"],
        created_at=fields["created_at"],
        status=fields["status"],
        held=fields["credits_held"],
        charged=fields["credits_charged"],
        refunded=fields["credits_refunded"],
        delivered=len(fields["outputs"]),
        in_flight=fields["in_flight"],
        funding=Funding(
            takes=tuple(Take(**each) for each in fields["takes"]),
            allowance=None if use is None else AllowanceUse(**use),
        ),
    )
