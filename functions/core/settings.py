"""The process's settings: read once from the environment, checked at once, handed down as values."""

import re
from collections.abc import Mapping
from datetime import UTC, timedelta, tzinfo
from enum import StrEnum
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from core.addresses import EmailAddresses, Networks, PageAddress, ServerAddress, ServiceAddress, is_encrypted
from core.deployment import SCHEDULES_ACCOUNT, TASKS_ACCOUNT, Account, QueueLimits
from core.environment import present, refusal, refuse_emulators, refuse_what_is_gone

LEASE_SECONDS_MAX = 1800
"""The longest that Cloud Tasks waits for one answer, so the longest that a lease can be of use."""

PEPPER_CHARACTERS_MIN = 32
PEPPER_KINDS_MIN = 8
"""A pepper has at least this many different characters. 32 drawn by chance have more, even if they are hexadecimal."""

# A hundred years either way: further than anybody needs, and not so far that adding a lease leaves the calendar.
CLOCK_OFFSET_SECONDS_MAX = 100 * 366 * 24 * 3600

EVERY_ORIGIN = ("*",)


class AuthMode(StrEnum):
    REQUIRED = "required"
    OPEN = "open"


class AppCheck(StrEnum):
    OFF = "off"
    REQUIRED = "required"


class Range(BaseModel):
    """Seconds from `low` to `high`; written `low-high`, or one number for both."""

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


def _zone(name: str) -> tzinfo:
    """UTC by itself, so that it needs no data of the system's."""
    return UTC if name == "UTC" else ZoneInfo(name)


def _known_zone(name: str) -> str:
    try:
        _zone(name)
    except (LookupError, ValueError, OSError) as error:
        raise ValueError("is no time zone of the IANA database, such as UTC or Europe/Berlin") from error
    return name


def _parse_costs(text: Any) -> Any:
    """`Model A=12000,Model B=20000`"""
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
Micros = Annotated[int, Field(ge=0)]
"""Millionths of a US dollar."""


class Settings(BaseModel):
    """One field for each environment variable, by its name in lower case."""

    # The text of pydantic's own error stands in tracebacks, and would show what was given for the pepper.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    project_id: str = Field(min_length=1)
    on_emulator: bool = False
    region: str = "us-central1"
    auth_mode: AuthMode = AuthMode.REQUIRED
    app_check: AppCheck = AppCheck.OFF
    api_key_pepper: Annotated[SecretStr, AfterValidator(_hard_to_guess)]
    storage_bucket: str = Field(min_length=3)
    simulated_failure_rate: float = Field(default=0.05, ge=0, le=1)
    simulated_latency_seconds: Annotated[Range, BeforeValidator(_parse_range)] = Range(low=5, high=40)
    worker_url: Annotated[PageAddress, Field(min_length=1)]
    worker_service_account: Account = ""
    scheduler_service_account: Account = ""
    schedules_url: ServiceAddress = ""
    attempts_max: int = Field(default=4, ge=1, le=100)
    queue: QueueLimits = QueueLimits()
    provider_timeout_seconds: int = Field(default=180, ge=1)
    dispatch_deadline_seconds: int = Field(default=240, ge=15)
    lease_seconds: int = Field(default=300, le=LEASE_SECONDS_MAX)
    generation_age_max_seconds: int = Field(default=24 * 3600, ge=60)
    cors_allowed_origins: Annotated[
        tuple[str, ...], BeforeValidator(_parse_origins), AfterValidator(_as_browsers_write)
    ] = ()
    trusted_proxies: Networks = ()
    clock_offset_seconds: int = Field(default=0, ge=-CLOCK_OFFSET_SECONDS_MAX, le=CLOCK_OFFSET_SECONDS_MAX)

    public_url: ServerAddress
    report_time_zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    provider_costs: Annotated[dict[str, Micros], BeforeValidator(_parse_costs), AfterValidator(_named)] = {}
    credit_value_micros: Micros | None = None
    report_recipients: EmailAddresses = ()
    report_webhook_url: PageAddress = ""

    welcome_credits: Credits = 10
    anonymous_credits: Credits = 4
    anonymous_per_address_per_day: Count = 3
    welcomes_per_address_per_day: Count = 10
    welcome_requires_verified_email: bool = True

    creations_per_minute: Count = 300
    creations_burst: Count = 60
    in_flight_max: Count = 100
    key_creations_per_minute: Count = 300
    key_creations_burst: Count = 60
    key_in_flight_max: Count = 100
    cancels_after_start_per_day: Count = 20
    requests_per_minute: Count = 1200
    requests_burst: Count = 240
    address_requests_per_minute: Count = 120
    address_requests_burst: Count = 60

    @property
    def report_zone(self) -> tzinfo:
        return _zone(self.report_time_zone)

    def schedule_url(self, service: str) -> str:
        """Return the address of the schedule that runs as this service of Cloud Run; empty where it is not known."""
        return self.schedules_url.replace("{service}", service) if service else ""

    @model_validator(mode="after")
    def _open_only_on_the_emulator(self) -> Self:
        if self.auth_mode is AuthMode.OPEN and not self.on_emulator:
            raise ValueError("AUTH_MODE=open is honoured only where FUNCTIONS_EMULATOR=true; allowed here: required")
        return self

    @property
    def clock_offset(self) -> timedelta:
        """Return how far the product's clock is ahead of the machine's. Only a local stack can set it."""
        return timedelta(seconds=self.clock_offset_seconds)

    @model_validator(mode="after")
    def _clock_is_moved_only_on_the_emulator(self) -> Self:
        if self.clock_offset_seconds and not self.on_emulator:
            raise ValueError("CLOCK_OFFSET_SECONDS is honoured only where FUNCTIONS_EMULATOR=true; allowed here: 0")
        return self

    @model_validator(mode="after")
    def _in_the_clear_only_on_the_emulator(self) -> Self:
        if self.on_emulator:
            return self
        addresses = {
            "PUBLIC_URL": self.public_url,
            "REPORT_WEBHOOK_URL": self.report_webhook_url,
            "WORKER_URL": self.worker_url,
        }
        clear = [name for name, address in addresses.items() if not is_encrypted(address)]
        if clear:
            raise ValueError(f"{' and '.join(clear)} must begin with https:// where this is not the emulator")
        return self

    @model_validator(mode="after")
    def _time_limits_nest(self) -> Self:
        """Each limit must end before the one around it, or two attempts could work on one generation."""
        limits = (self.provider_timeout_seconds, self.dispatch_deadline_seconds, self.lease_seconds)
        if not limits[0] < limits[1] < limits[2]:
            raise ValueError(
                "PROVIDER_TIMEOUT_SECONDS < DISPATCH_DEADLINE_SECONDS < LEASE_SECONDS must hold, not "
                + " < ".join(map(str, limits))
            )
        return self

    @model_validator(mode="after")
    def _last_attempt_is_ours(self) -> Self:
        """Cloud Tasks deletes a task after its last attempt; by then the generation must have been settled."""
        if self.attempts_max >= self.queue.max_attempts:
            raise ValueError(
                f"ATTEMPTS_MAX < QUEUE_MAX_ATTEMPTS must hold, not {self.attempts_max} < {self.queue.max_attempts}"
            )
        return self

    @model_validator(mode="after")
    def _slowest_simulation_fits(self) -> Self:
        if self.simulated_latency_seconds.high >= self.provider_timeout_seconds:
            raise ValueError("SIMULATED_LATENCY_SECONDS must stay below PROVIDER_TIMEOUT_SECONDS")
        return self

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Raises ConfigurationError, naming every variable that is wrong."""
        refuse_emulators(environment)
        refuse_what_is_gone(environment)
        project = environment.get("GOOGLE_CLOUD_PROJECT") or environment.get("GCLOUD_PROJECT") or ""
        on_emulator = environment.get("FUNCTIONS_EMULATOR") == "true"
        names = {field: field.upper() for field in cls.model_fields if field not in _DERIVED}
        values: dict[str, Any] = {
            **(_on_emulator(environment, project) if on_emulator else _deployed(environment, project)),
            **present(environment, names),
            "project_id": project,
            "on_emulator": on_emulator,
            "queue": QueueLimits.from_environment(environment),
        }
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise refusal(error, {"project_id": "GOOGLE_CLOUD_PROJECT"}) from error


_DERIVED = {"project_id", "on_emulator", "queue"}


def _deployed(environment: Mapping[str, str], project: str) -> dict[str, Any]:
    """The defaults that follow from the project."""
    domain = f"{project}.iam.gserviceaccount.com"
    return {
        "storage_bucket": f"{project}.appspot.com",
        "worker_url": f"https://{_region(environment)}-{project}.cloudfunctions.net/processImageGeneration",
        "worker_service_account": f"{TASKS_ACCOUNT}@{domain}",
        "scheduler_service_account": f"{SCHEDULES_ACCOUNT}@{domain}",
        "public_url": f"https://{project}.web.app",
        "cors_allowed_origins": (f"https://{project}.web.app", f"https://{project}.firebaseapp.com"),
    }


def _on_emulator(environment: Mapping[str, str], project: str) -> dict[str, Any]:
    """The defaults of the local stack."""
    host = environment.get("FUNCTIONS_EMULATOR_HOST") or "127.0.0.1:5551"
    return {
        "storage_bucket": f"{project}.appspot.com",
        "worker_url": f"http://{host}/{project}/{_region(environment)}/processImageGeneration",
        "simulated_latency_seconds": "1-3",
        "public_url": "http://127.0.0.1:8888",
        "cors_allowed_origins": ("http://127.0.0.1:8888", "http://localhost:8888"),
    }


def _region(environment: Mapping[str, str]) -> str:
    return environment.get("REGION") or "us-central1"
