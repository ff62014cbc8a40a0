"""Operators edit the catalog here. Options are replaced and withdrawn, and never deleted.

A change is fenced by the option's version, so that no change is lost unseen. An order keeps its price: it is stored in
the generation, with the version of the size that had it.
"""

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from core.clock import Clock
from core.errors import VersionMismatch
from domain.accounts.audit_log import AuditRecord
from domain.catalog.errors import LastOption, OptionNotFound
from domain.catalog.options import ListedOption, Option, OptionKind, relisted
from services.accounts.instructions import Instruction
from services.catalog.catalog import CatalogService

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionChange:
    """One commit writes the option as it is from now on, and the record of who had it changed."""

    option: ListedOption
    audit: AuditRecord


@dataclass(frozen=True, slots=True)
class Edited:
    option: ListedOption
    is_new: bool


@dataclass(frozen=True, slots=True)
class ExpectedVersions:
    """A change requires that the stored option has one of these versions, or any version at all."""

    versions: frozenset[int] = frozenset()
    is_any: bool = False

    def __str__(self) -> str:
        if self.is_any:
            return "any version"
        return f"version {' or '.join(map(str, sorted(self.versions)))}" if self.versions else "no version of it"

    def allow(self, actual: int | None) -> bool:
        return actual is not None and (self.is_any or actual in self.versions)


class OptionRecords(Protocol):
    def options(self, kind: OptionKind) -> list[ListedOption]:
        """Return the options, on offer or not, in their sort order."""
        ...

    def change(
        self,
        kind: OptionKind,
        option_id: str,
        record_id: str,
        decide: Callable[[Mapping[str, ListedOption]], OptionChange | None],
    ) -> ListedOption:
        """Commit what `decide` makes of all options of the kind, by id. If it returns None, nothing changes.

        The commit is fenced by the option's version and, if the option is withdrawn, by the version of another one that
        stays on offer. `record_id` is the id of the record in the audit log; it shows whether a commit whose answer was
        lost has happened.
        """
        ...


class CatalogEditingService:
    """The instance that changed the catalog shows the change at once, and the others show it within a minute."""

    def __init__(
        self,
        *,
        options: OptionRecords,
        catalog: CatalogService,
        clock: Clock,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self._options = options
        self._catalog = catalog
        self._clock = clock
        self._new_id = new_id

    def all(self, kind: OptionKind) -> list[ListedOption]:
        return self._options.options(kind)

    def put(
        self,
        kind: OptionKind,
        option: Option,
        instruction: Instruction,
        *,
        is_active: bool,
        expected: ExpectedVersions | None,
    ) -> Edited:
        """Create or replace an option. The same option again changes nothing.

        With `expected`, the stored option must have such a version. Raise VersionMismatch, LastOption or Unavailable.
        """
        now = self._clock()

        def next_of(before: ListedOption | None) -> ListedOption:
            return relisted(before, option, is_active=is_active, at=now)

        return self._change(kind, option.id, instruction, next_of, expected=expected)

    def withdraw(
        self, kind: OptionKind, option_id: str, instruction: Instruction, *, expected: ExpectedVersions | None
    ) -> ListedOption:
        """Take an option off offer. Its document stays.

        Raise OptionNotFound, VersionMismatch, LastOption or Unavailable.
        """
        now = self._clock()

        def next_of(before: ListedOption | None) -> ListedOption:
            if before is None:
                raise OptionNotFound(option_id)
            return relisted(before, before.option, is_active=False, at=now)

        return self._change(kind, option_id, instruction, next_of, expected=expected).option

    def _change(
        self,
        kind: OptionKind,
        option_id: str,
        instruction: Instruction,
        next_of: Callable[[ListedOption | None], ListedOption],
        *,
        expected: ExpectedVersions | None,
    ) -> Edited:
        record_id = self._new_id()
        seen: ListedOption | None = None

        def decide(options: Mapping[str, ListedOption]) -> OptionChange | None:
            nonlocal seen
            seen = before = options.get(option_id)
            after = next_of(before)
            _refuse_other_version(before, expected)
            if after is before:
                return None
            if before is not None and before.is_active and not after.is_active:
                _refuse_last(kind, options, option_id)
            return OptionChange(option=after, audit=_record(record_id, kind, before, after, instruction))

        option = self._options.change(kind, option_id, record_id, decide)
        self._catalog.forget()
        if option is not seen:
            log.warning("catalog_changed", extra={"option": f"{kind}/{option_id}", "version": option.version})
        return Edited(option, is_new=seen is None)


def _refuse_other_version(before: ListedOption | None, expected: ExpectedVersions | None) -> None:
    actual = None if before is None else before.version
    if expected is not None and not expected.allow(actual):
        raise VersionMismatch(expected=str(expected), actual=actual)


def _refuse_last(kind: OptionKind, options: Mapping[str, ListedOption], option_id: str) -> None:
    if not any(each.is_active for each in options.values() if each.id != option_id):
        raise LastOption(kind, option_id)


def _record(
    record_id: str, kind: OptionKind, before: ListedOption | None, after: ListedOption, instruction: Instruction
) -> AuditRecord:
    assert after.updated_at is not None, "a change has its time"  # noqa: S101 - a bug, not a refusal
    action = "catalog.put" if after.is_active else "catalog.deactivate"
    shown = {"before": None if before is None else _shown(before), "after": _shown(after)}
    return instruction.record(record_id, after.updated_at, action, f"{kind}/{after.id}", **shown)


def _shown(listed: ListedOption) -> dict[str, Any]:
    return {**asdict(listed.option), "is_active": listed.is_active}
