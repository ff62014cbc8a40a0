from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, RootModel, SkipValidation, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError

from domain.reports.answers import AnomalySummary, Summary
from domain.reports.report import anomaly_summary, summary
from schemas.base import PAGE_SIZE, PAGE_SIZE_MAX, Inbound, InboundText, Moment, Outbound
from services.reports.ports import table_names

Format = Literal["json", "html", "png", "csv"]


# The figures of a stored report are passed on as they are, because an old report may have numbers of other types.
_AN_OBJECT = WithJsonSchema({"additionalProperties": True, "type": "object"})


def _offer_tables(schema: dict[str, Any]) -> None:
    schema["enum"] = [*table_names()]


class Table(RootModel[str]):
    """A report can be downloaded as these tables, each as one CSV file."""

    model_config = ConfigDict(frozen=True, json_schema_extra=_offer_tables)

    @field_validator("root")
    @classmethod
    def _is_offered(cls, name: str) -> str:
        *others, last = map(repr, table_names())
        if name not in table_names():
            expected = {"expected": f"{', '.join(others)} or {last}"}
            raise PydanticCustomError("enum", "Input should be {expected}", expected)
        return name


class ListReports(InboundText):
    page_size: int = Field(default=PAGE_SIZE, ge=1, le=PAGE_SIZE_MAX)
    page_token: str | None = Field(default=None, max_length=1000)


class ReadReport(InboundText):
    format: Format | None = Field(
        default=None, description="The format, for links that cannot send `Accept`.", examples=["html"]
    )
    table: Table | None = Field(
        default=None, description="The table to return, if the answer is CSV.", examples=["models"]
    )


class RunReport(Inbound):
    as_of: Annotated[Moment, Field(strict=False)] | None = Field(
        default=None, description="The last full week before this moment (RFC 3339). Default: before now."
    )
    dry_run: bool = Field(default=False, description="Count everything, but save nothing and notify nobody.")


class ReportSummary(Outbound):
    """`week` and `version` are null in reports of feraset-imagen."""

    id: str
    week: str | None = Field(description="The ISO week, such as 2026-W46.")
    version: int | None = Field(description="1 at first, and one more with each new report of the week.")
    generated_at: datetime
    headline: str | None
    summary: Annotated[Summary, SkipValidation, _AN_OBJECT]
    anomaly_summary: Annotated[AnomalySummary, SkipValidation, _AN_OBJECT]

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> Self:
        return cls(
            id=report["id"],
            week=report.get("week"),
            version=report.get("version"),
            generated_at=report["generated_at"],
            headline=report.get("headline"),
            summary=summary(report),
            anomaly_summary=anomaly_summary(report),
        )


class ReportPage(Outbound):
    data: list[ReportSummary]
    next_page_token: str | None


class ReportResource(ReportSummary):
    report: Mapping[str, Any] = Field(description="The whole document, as it is stored in `reports`.")

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> Self:
        return cls(**dict(ReportSummary.of(report)), report=report)
