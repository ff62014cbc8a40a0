"""The reference lists the function URLs: six names of feraset-imagen's, each with an address of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.accounts.keys import Scope
from tools.reference import function_examples as played
from tools.reference.function_examples import FunctionExample
from tools.reference.shapes import Schema, record, text

TAG = "Function URLs"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionOperation:
    name: str
    method: str
    summary: str
    answers: Mapping[int, str]
    examples: tuple[FunctionExample, ...]
    refusal: str = "FunctionRefusal"
    description: str = ""
    scope: Scope | None = None
    query: Mapping[str, Schema] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    body: Schema | None = None

    @property
    def path(self) -> str:
        return f"/{self.name}"

    @property
    def operation_id(self) -> str:
        """Return the id. A function that takes both methods has two operations."""
        both = sum(each.name == self.name for each in OPERATIONS) > 1
        return f"{self.name}ByPost" if both and self.method == "POST" else self.name


_GENERATION_ID = text("The `generationRequestId` that createGenerationRequest answered with.")
_USER_ID = text("Whose. With an ID token it may be left out, and is the token's user.")
_AS_OF = text("The last full week before this moment (RFC 3339). Default: before now.")
_DRY_RUN = text("`true`: count everything; save nothing and tell nobody.")
_PAGE_TOKEN = text("The `nextPageToken` of the page before.")


def _get(name: str, summary: str, answer: str, **more: Any) -> FunctionOperation:
    return FunctionOperation(name=name, method="GET", summary=summary, answers={200: answer}, **more)


def _post(name: str, summary: str, answer: str, **more: Any) -> FunctionOperation:
    return FunctionOperation(name=name, method="POST", summary=summary, answers={200: answer}, **more)


OPERATIONS = (
    FunctionOperation(
        name="createGenerationRequest",
        method="POST",
        summary="Create a generation. Its price is deducted now, and given back unless it completes.",
        description="Unknown fields are ignored. Styles and colours are taken with spaces and capitals, too: "
        "`Oil Painting` is `oil_painting`.",
        scope=Scope.GENERATIONS_WRITE,
        answers={202: "GenerationCreated"},
        body={"$ref": "#/components/schemas/CreateGenerationRequest"},
        examples=played.CREATE_EXAMPLES,
    ),
    _get(
        "getGenerationStatus",
        "Get how far a generation is.",
        "GenerationStatus",
        query={"generationRequestId": _GENERATION_ID},
        scope=Scope.GENERATIONS_READ,
        examples=played.STATUS_EXAMPLES,
    ),
    _post(
        "getGenerationStatus",
        "Get how far a generation is, asked by a body.",
        "GenerationStatus",
        body=record("Which one.", generationRequestId=_GENERATION_ID),
        scope=Scope.GENERATIONS_READ,
        examples=played.STATUS_POST_EXAMPLES,
    ),
    _get(
        "getUserCredits",
        "Get a user's balance with the newest 100 entries of its ledger.",
        "UserCredits",
        query={"userId": _USER_ID, "pageToken": _PAGE_TOKEN},
        optional=("pageToken",),
        scope=Scope.BALANCE_READ,
        examples=played.CREDITS_EXAMPLES,
    ),
    _post(
        "getUserCredits",
        "Get a user's balance, asked by a body.",
        "UserCredits",
        body=record("Whose.", {"pageToken": _PAGE_TOKEN}, userId=_USER_ID),
        scope=Scope.BALANCE_READ,
        examples=played.CREDITS_POST_EXAMPLES,
    ),
    _get(
        "validate_user",
        "Find out whether there is such a user.",
        "UserExists",
        query={"userId": _USER_ID},
        scope=Scope.BALANCE_READ,
        examples=played.VALIDATE_EXAMPLES,
    ),
    _post(
        "validate_user",
        "Find out whether there is such a user, asked by a body.",
        "UserExists",
        body=record("Who.", userId=_USER_ID),
        scope=Scope.BALANCE_READ,
        examples=played.VALIDATE_POST_EXAMPLES,
    ),
    _post(
        "seed_database",
        "Fill the emulator with demo data: the catalog, 13 users, four weeks of history.",
        "Seeded",
        description="Any method will do. Repeating it changes nothing. Refused wherever it is not the emulator.",
        examples=played.SEED_EXAMPLES,
    ),
    _post(
        "scheduleWeeklyReport",
        "Make the report of the last full week, by hand.",
        "WeeklyReport",
        description="Any method will do. For admins; in open mode for everybody. What is there already stays, as an "
        "older version. The parameters may stand in a JSON body as well.",
        query={"as_of": _AS_OF, "dry_run": _DRY_RUN},
        optional=("as_of", "dry_run"),
        refusal="ReportRefusal",
        scope=Scope.ADMIN_WRITE,
        examples=played.REPORT_EXAMPLES,
    ),
)
