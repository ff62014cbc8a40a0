"""The process's settings: read once from the environment, checked at once, handed down as values."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

LEASE_SECONDS_MAX = 1800
"""The longest that Cloud Tasks waits for one answer, so the longest that a lease can be of use."""


class ConfigurationError(Exception):
    """The environment is not fit to start with; the message names each variable."""


class QueueLimits(BaseModel):
    """What the task queue is deployed with. The defaults are feraset-imagen's."""

    model_config = ConfigDict(frozen=True)

    max_attempts: int = Field(default=5, ge=1, le=100)
    min_backoff_seconds: int = Field(default=60, ge=0)
    max_backoff_seconds: int = Field(default=300, ge=0, le=3600)
    max_concurrent_dispatches: int = Field(default=10, ge=1, le=5000)
    max_dispatches_per_second: int = Field(default=2, ge=1, le=500)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """From `QUEUE_MAX_ATTEMPTS` and so on. Raises ConfigurationError, naming every variable that is wrong."""
        names = {name: f"QUEUE_{name.upper()}" for name in cls.model_fields}
        values = {name: environment[variable] for name, variable in names.items() if environment.get(variable)}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise ConfigurationError(_explain(error, "QUEUE_")) from error


class AuthMode(StrEnum):
    REQUIRED = "required"
    OPEN = "open"


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


class Settings(BaseModel):
    """One field for each environment variable, by its name in lower case."""

    model_config = ConfigDict(frozen=True)

    project_id: str = Field(min_length=1)
    on_emulator: bool = False
    region: str = "us-central1"
    auth_mode: AuthMode = AuthMode.REQUIRED
    storage_bucket: str = Field(min_length=3)
    simulated_failure_rate: float = Field(default=0.05, ge=0, le=1)
    simulated_latency_seconds: Annotated[Range, BeforeValidator(_parse_range)] = Range(low=5, high=40)
    worker_url: str = Field(pattern=r"^https?://")
    worker_service_account: str = ""
    attempts_max: int = Field(default=4, ge=1, le=100)
    queue: QueueLimits = QueueLimits()
    provider_timeout_seconds: int = Field(default=180, ge=1)
    dispatch_deadline_seconds: int = Field(default=240, ge=15)
    lease_seconds: int = Field(default=300, le=LEASE_SECONDS_MAX)
    generation_age_max_seconds: int = Field(default=24 * 3600, ge=60)
    cors_allowed_origins: tuple[str, ...] = ("*",)

    @model_validator(mode="after")
    def _open_only_on_the_emulator(self) -> Self:
        if self.auth_mode is AuthMode.OPEN and not self.on_emulator:
            raise ValueError("AUTH_MODE=open is honoured only where FUNCTIONS_EMULATOR=true; allowed here: required")
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
        _refuse_emulators(environment)
        project = environment.get("GOOGLE_CLOUD_PROJECT") or environment.get("GCLOUD_PROJECT") or ""
        on_emulator = environment.get("FUNCTIONS_EMULATOR") == "true"
        values: dict[str, Any] = {
            name: environment[name.upper()]
            for name in cls.model_fields
            if environment.get(name.upper(), "") != "" and name not in _DERIVED
        }
        values |= {
            "project_id": project,
            "on_emulator": on_emulator,
            "queue": QueueLimits.from_environment(environment),
        }
        values.setdefault("storage_bucket", f"{project}.appspot.com")
        values.setdefault("worker_url", _worker_url(environment, project, on_emulator=on_emulator))
        if not on_emulator:
            values.setdefault("worker_service_account", f"darkroom-tasks@{project}.iam.gserviceaccount.com")
        else:
            values.setdefault("simulated_latency_seconds", "1-3")
        if "cors_allowed_origins" in values:
            values["cors_allowed_origins"] = tuple(values["cors_allowed_origins"].replace(" ", "").split(","))
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise ConfigurationError(_explain(error)) from error


_DERIVED = {"project_id", "on_emulator", "queue"}


_EMULATORS = (
    "CLOUD_TASKS_EMULATOR_HOST",
    "FIREBASE_AUTH_EMULATOR_HOST",
    "FIRESTORE_EMULATOR_HOST",
    "STORAGE_EMULATOR_HOST",
)


def _refuse_emulators(environment: Mapping[str, str]) -> None:
    """With the Auth emulator's address set, firebase-admin believes any token: never where the tokens are real."""
    if environment.get("FUNCTIONS_EMULATOR") == "true":
        return
    named = [name for name in _EMULATORS if environment.get(name)]
    if named:
        raise ConfigurationError(f"{', '.join(named)} may be set only where FUNCTIONS_EMULATOR=true")


def _worker_url(environment: Mapping[str, str], project: str, *, on_emulator: bool) -> str:
    region = environment.get("REGION") or "us-central1"
    if on_emulator:
        host = environment.get("FUNCTIONS_EMULATOR_HOST") or "127.0.0.1:5551"
        return f"http://{host}/{project}/{region}/processImageGeneration"
    return f"https://{region}-{project}.cloudfunctions.net/processImageGeneration"


def _explain(error: ValidationError, prefix: str = "") -> str:
    lines = []
    for problem in error.errors():
        name = prefix + str(problem["loc"][0]).upper() if problem["loc"] else ""
        variable = "GOOGLE_CLOUD_PROJECT" if name == "PROJECT_ID" else name
        given = f"{variable}={problem['input']!r}: " if variable else ""
        lines.append(given + problem["msg"].removeprefix("Value error, "))
    return "The environment is not fit to start with. " + " | ".join(lines)
