"""The generations of a deleted person lose texts and files. They stay themselves, because they are in the books."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import chain

from core.clock import Clock
from core.damage import UnreadableRecord
from core.errors import AppError
from core.records import Stored
from domain.credits.ledger import EntryType
from domain.generations.erasing import erase
from domain.generations.errors import SettlementConflict
from domain.generations.generation import Generation, Status
from services.credits.ports import Ledger
from services.generations.cancelling import CancelService
from services.generations.output_files import OutputFiles
from services.generations.ports import Generations


class GenerationEraser:
    def __init__(
        self,
        *,
        generations: Generations,
        cancelling: CancelService,
        outputs: OutputFiles,
        ledger: Ledger,
        clock: Clock,
    ) -> None:
        self._generations = generations
        self._cancelling = cancelling
        self._outputs = outputs
        self._ledger = ledger
        self._clock = clock

    def erase_all(self, owners: Iterable[str], until: datetime) -> bool:
        """Erase all generations of these users. Return False if the time was too short.

        A damaged one does not stop the others: its error is raised when they are erased, because a person has to look
        at it. Raise Unavailable.
        """
        damage: AppError | None = None
        for row in chain.from_iterable(self._generations.each([owner]) for owner in owners):
            if self._clock() >= until:
                return False
            damage = self._damage_of(row) or damage
        if damage is not None:
            raise damage
        return True

    def _damage_of(self, row: Stored[Generation] | UnreadableRecord) -> AppError | None:
        """Erase one generation. Return an error if it is damaged."""
        if isinstance(row, UnreadableRecord):
            return row
        try:
            if not row.value.is_erased:
                self._erase(row.value.id)
        except (UnreadableRecord, SettlementConflict) as error:
            return error
        return None

    def _erase(self, generation_id: str) -> None:
        """End the generation, remove its files, erase its texts, and remove its files once more.

        A worker may store an output in the meantime. Before the texts are erased, it may find that the generation has
        such an output, and leave the file there; this is why the files are removed twice. After that, it finds no such
        output, and removes the file itself.
        """
        found = self._generations.get(generation_id)
        assert found is not None, "generations are never deleted"  # noqa: S101 - a bug, not a refusal
        ended = self._cancelling.end(found)
        self._outputs.remove_all(ended.value)
        if ended.value.status is Status.FAILED:
            self._forget_reasons(ended.value)
        self._generations.change(ended, lambda each: erase(each, now=self._clock()))
        self._outputs.remove_all(ended.value)

    def _forget_reasons(self, generation: Generation) -> None:
        """Erase the reason from the refunds of a failed generation, because it may quote the prompt."""
        for entry in self._ledger.of_generation(generation.user_id, generation.id):
            plain = f"Refund for {generation.status} generation"
            if entry.type is EntryType.REFUND and entry.description != plain:
                self._ledger.reword(replace(entry, description=plain))
