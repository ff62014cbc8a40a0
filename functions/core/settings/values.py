"""Settings are written in the environment in these forms, and each form says what it allows."""

import re
from datetime import UTC, tzinfo
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

# A pepper has at least this many different characters. 32 drawn by chance have more, even if they are hexadecimal.
PEPPER_CHARACTERS_MIN = 32
PEPPER_KINDS_MIN = 8

EVERY_ORIGIN = ("*",)


class Range(BaseModel):
    """A number of seconds from `low` to `high`. It is written `low-high`, or as one number for both."""

    model_config = ConfigDict(frozen=True)

    low: float = Field(ge=0, le=3600)
    high: float = Field(ge=0, le=3600)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError("the first number must not be greater than the second")
        return self


def _parse_range(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    low, dash, high = text.partition("-")
    return {"low": low, "high": high if dash else low}


def _hard_to_guess(pepper: SecretStr) -> SecretStr:
    text = pepper.get_secret_value().strip()
    if len(text) < PEPPER_CHARACTERS_MIN or len(set(text)) < PEPPER_KINDS_MIN:
        raise ValueError(
            f"at least {PEPPER_CHARACTERS_MIN} characters are required, of at least {PEPPER_KINDS_MIN} kinds; "
            "spaces at the ends do not count"
        )
    return pepper


def _parse_origins(text: Any) -> Any:
    return tuple(text.replace(" ", "").split(",")) if isinstance(text, str) else text


def _as_browsers_write(origins: tuple[str, ...]) -> tuple[str, ...]:
    for origin in origins if origins != EVERY_ORIGIN else ():
        if not re.fullmatch(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?", origin):
            raise ValueError(
                f"{origin!r} is not an origin: scheme://host or scheme://host:port, in lower case; or * alone"
            )
    return origins


def zone(name: str) -> tzinfo:
    """Return the zone. UTC needs no data of the system."""
    return UTC if name == "UTC" else ZoneInfo(name)


def _known_zone(name: str) -> str:
    try:
        zone(name)
    except (LookupError, ValueError, OSError) as error:
        raise ValueError("is no time zone of the IANA database, such as UTC or Europe/Berlin") from error
    return name


def _parse_costs(text: Any) -> Any:
    """Read what is written like `Model A=12000,Model B=20000`."""
    if not isinstance(text, str):
        return text
    pairs = (pair.rpartition("=") for pair in text.split(","))
    return {name.strip(): cost.strip() for name, _, cost in pairs}


def _named(costs: dict[str, int]) -> dict[str, int]:
    if "" in costs:
        raise ValueError("each cost is written NAME=MICRODOLLARS, with commas between them")
    return costs


Count = Annotated[int, Field(ge=1)]
Credits = Annotated[int, Field(ge=0)]

# Millionths of a US dollar.
Micros = Annotated[int, Field(ge=0)]

Pepper = Annotated[SecretStr, AfterValidator(_hard_to_guess)]
Seconds = Annotated[Range, BeforeValidator(_parse_range)]
Origins = Annotated[tuple[str, ...], BeforeValidator(_parse_origins), AfterValidator(_as_browsers_write)]
ZoneName = Annotated[str, AfterValidator(_known_zone)]
Costs = Annotated[dict[str, Micros], BeforeValidator(_parse_costs), AfterValidator(_named)]
