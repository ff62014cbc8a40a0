from dataclasses import dataclass

from domain.credits.allowances import AllowanceUse
from domain.credits.grants import Take


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding:
    """This says what a hold took from where: from which grants, or from which allowance.

    Credits of no grant are not listed.
    """

    takes: tuple[Take, ...] = ()
    allowance: AllowanceUse | None = None
