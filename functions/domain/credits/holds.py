"""A hold takes the price of a subject. When the subject is settled, all of it is captured, or a part, or nothing."""

from dataclasses import replace
from datetime import datetime

from domain.accounts.errors import UserInactive
from domain.credits.allowances import AllowanceUse, hold_images
from domain.credits.commits import BalanceDelta, Commit, Subject
from domain.credits.errors import InsufficientCredits
from domain.credits.funding import Funding
from domain.credits.grants import after_takes, give_back, take
from domain.credits.ledger import Entry, EntryType
from domain.credits.overdue import overdue
from domain.credits.user import User


def hold[S: Subject](user: User, subject: S) -> Commit[S]:
    """Take a new subject's price from the user's grants in their order, and hold it until the subject is settled.

    Raise UserInactive or InsufficientCredits.
    """
    if not user.identity.is_active:
        raise UserInactive(user.id)
    present = overdue(user.id, user.balance.grants, subject.created_at)
    available = user.balance.current_credits + present.credits
    if available < subject.price:
        raise InsufficientCredits(required=subject.price, available=available)
    takes = take(present.grants, subject.price, available)
    funding = Funding(takes=takes)
    return Commit(
        user_id=user.id,
        at=subject.created_at,
        subject=subject.funded(funding) if takes else subject,
        delta=BalanceDelta(current=present.credits - subject.price, held=subject.price, in_flight=1),
        entries=(*present.entries, deduction_entry(subject)),
        grants=after_takes(present.grants, takes, are_held=True) if user.balance.grants else None,
    )


def hold_on_allowance[S: Subject](user: User, subject: S, use: AllowanceUse) -> Commit[S]:
    """Hold images of an allowance for a new subject, whose price in credits is 0.

    Raise UserInactive or AllowanceUsedUp.
    """
    allowances = hold_images(user.balance.allowances, use, subject.created_at)
    commit = hold(user, subject.funded(Funding(allowance=use)))
    return replace(commit, allowances=allowances)


def settle[S: Subject](
    before: Subject, settled: S, *, refund: int, reason: str, at: datetime, images: int = 0
) -> Commit[S]:
    """End the hold of a subject: give `refund` credits back where they came from, and capture the rest.

    `settled` is the subject's next state but for its funding. `images` were delivered. `reason` is the text of the
    refund's entry.
    """
    takes, returns = give_back(before.funding.takes, before.price, refund, at)
    use = before.funding.allowance
    return Commit(
        user_id=before.user_id,
        at=at,
        subject=settled.funded(replace(before.funding, takes=takes)) if takes else settled,
        delta=BalanceDelta(
            current=refund,
            held=-before.held,
            images=images,
            in_flight=-int(before.in_flight),
            returns=tuple(returns),
            allowance=use,
            images_used=0 if use is None else min(images, use.images),
        ),
        entries=(refund_entry(settled, refund, reason, at),) if refund else (),
    )


def deduction_entry(subject: Subject) -> Entry:
    """Return the entry of a hold. Its id is derived from the subject's, so that there can be no second one."""
    return Entry(
        id=f"{subject.id}-deduction",
        type=EntryType.DEDUCTION,
        credits=subject.price,
        user_id=subject.user_id,
        description=subject.title,
        timestamp=subject.created_at,
        generation_request_id=subject.id,
        mark=subject.mark,
    )


def refund_entry(subject: Subject, credits_: int, description: str, at: datetime) -> Entry:
    """Return the entry of what is given back. Its id is derived too, so that there can be no second one."""
    return Entry(
        id=f"{subject.id}-refund",
        type=EntryType.REFUND,
        credits=credits_,
        user_id=subject.user_id,
        description=description,
        timestamp=at,
        generation_request_id=subject.id,
        mark=subject.mark,
    )
