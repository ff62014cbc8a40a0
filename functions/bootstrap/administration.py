"""Makes the administration of users, in the operations room: their accounts, and their erasure."""

from typing import TYPE_CHECKING

from bootstrap.operations import OperationParts
from bootstrap.parts import part

if TYPE_CHECKING:
    from services.operations.administration import AdministrationService
    from services.operations.erasure import ErasureService


class AdministrationParts(OperationParts):
    @part
    def administration(self) -> "AdministrationService":
        from services.operations.administration import AdministrationService

        return AdministrationService(
            users=self.users,
            stored_accounts=self.stored_accounts,
            account_service=self.account_service,
            ledger=self.entries,
            directory=self.later(lambda: self.directory),
            clock=self.clock,
        )

    @part
    def erasure(self) -> "ErasureService":
        from services.generations.erasing import GenerationEraser
        from services.operations.erasure import ErasureService

        return ErasureService(
            users=self.users,
            stored_accounts=self.stored_accounts,
            directory=self.later(lambda: self.directory),
            opening=self.opening,
            eraser=GenerationEraser(
                generations=self.generations,
                cancelling=self.cancelling,
                outputs=self.output_files,
                ledger=self.entries,
                clock=self.clock,
            ),
            clock=self.clock,
        )
