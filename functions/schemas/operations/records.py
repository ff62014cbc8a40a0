"""Operators see generations and entries of all users, and the audit log of what operators did."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field

from domain.accounts.audit_log import AuditRecord
from domain.credits.ledger import Entry, EntryType
from schemas.base import PAGE_SIZE, PAGE_SIZE_MAX, InboundText, Moment, Outbound, Words
from schemas.credits import EntryResource
from schemas.generations.generations import GenerationResource, ListGenerations
from services.credits.ports import EntryFilter
from services.generations.viewing import GenerationView
from services.operations.ports import AuditFilter

# A token of a page of entries holds the ids of a user and of an entry.
TOKEN_MAX = 4000

FilterText = Annotated[Words, Field(max_length=200)]


class ListAllGenerations(ListGenerations):
    user_id: FilterText | None = None


class AnyGenerationResource(GenerationResource):
    """This is the generation as its owner sees it. Its `urls` are those for the owner."""

    user_id: str
    price_version: int | None = Field(description="The version of the rule that gave its price. A size is such a rule.")

    @classmethod
    def of(cls, view: GenerationView) -> Self:
        generation = view.generation
        shown = dict(GenerationResource.of(view))
        used = generation.price_rule
        return cls(**shown, user_id=generation.user_id, price_version=used and used.version)


class AnyGenerationPage(Outbound):
    data: list[AnyGenerationResource]
    next_page_token: str | None


class ListAllEntries(InboundText):
    user_id: FilterText | None = None
    type: EntryType | None = None
    from_: Moment | None = Field(
        default=None, alias="from", description="Only those posted at or after this time (RFC 3339)."
    )
    to: Moment | None = Field(default=None, description="Only those posted before this time (RFC 3339).")
    page_size: int = Field(default=PAGE_SIZE, ge=1, le=PAGE_SIZE_MAX)
    page_token: str | None = Field(default=None, max_length=TOKEN_MAX)

    def filter(self) -> EntryFilter:
        return EntryFilter(user_id=self.user_id, type=self.type, timestamp_from=self.from_, timestamp_before=self.to)


class AnyEntryResource(EntryResource):
    user_id: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls(**dict(EntryResource.of(entry)), user_id=entry.user_id)


class AnyEntryPage(Outbound):
    data: list[AnyEntryResource]
    next_page_token: str | None


class ListAuditLog(InboundText):
    actor: FilterText | None = Field(default=None, examples=["user:arda"])
    action: FilterText | None = Field(default=None, examples=["catalog.put"])
    target: FilterText | None = Field(default=None, examples=["queue"])
    page_size: int = Field(default=PAGE_SIZE, ge=1, le=PAGE_SIZE_MAX)
    page_token: str | None = Field(default=None, max_length=TOKEN_MAX)

    def filter(self) -> AuditFilter:
        return AuditFilter(actor=self.actor, action=self.action, target=self.target)


class AuditRecordResource(Outbound):
    """`actor` is `user:<id>`, `key:<id>` or `operator`."""

    id: str
    at: datetime
    actor: str
    action: str
    target: str
    reason: str
    request_id: str | None
    details: Mapping[str, Any]

    @classmethod
    def of(cls, record: AuditRecord) -> Self:
        return cls(**{name: getattr(record, name) for name in cls.model_fields})


class AuditRecordPage(Outbound):
    data: list[AuditRecordResource]
    next_page_token: str | None
