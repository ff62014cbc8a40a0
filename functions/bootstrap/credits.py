"""Makes the credits room: the books, the ledger, the limits on spending."""

from typing import TYPE_CHECKING

from bootstrap.accounts import AccountParts
from bootstrap.parts import part
from core.queues import share_of_one_user

if TYPE_CHECKING:
    from domain.credits.spending import SpendingLimits
    from repositories.credits.audit_verdicts import AuditVerdictRepository
    from repositories.credits.ledger import LedgerRepository
    from services.credits.expiring import ExpiryService
    from services.credits.ledger import LedgerService


class CreditParts(AccountParts):
    @part
    def entries(self) -> "LedgerRepository":
        from repositories.credits.ledger import LedgerRepository

        return LedgerRepository(self.documents, self.users, self.books, self.transaction)

    @part
    def ledger(self) -> "LedgerService":
        from services.credits.ledger import LedgerService

        return LedgerService(users=self.users, ledger=self.entries, clock=self.clock)

    @part
    def expiries(self) -> "ExpiryService":
        from services.credits.expiring import ExpiryService

        return ExpiryService(users=self.users, ledger=self.entries, clock=self.clock)

    @part
    def audit_verdicts(self) -> "AuditVerdictRepository":
        from repositories.credits.audit_verdicts import AuditVerdictRepository

        return AuditVerdictRepository(self.documents, self.transaction)

    @part
    def spending_limits(self) -> "SpendingLimits":
        from core.rates import Rate
        from domain.credits.spending import SpendingLimits

        settings = self.settings
        return SpendingLimits(
            per_user=Rate(per_minute=settings.creations_per_minute, burst=settings.creations_burst),
            per_key=Rate(per_minute=settings.key_creations_per_minute, burst=settings.key_creations_burst),
            in_flight_max=settings.in_flight_max,
            key_in_flight_max=settings.key_in_flight_max,
            cancels_after_start_per_day=settings.cancels_after_start_per_day,
            share=share_of_one_user(settings.queue.max_concurrent_dispatches),
        )
