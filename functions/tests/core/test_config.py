from typing import Any

import pytest
from pydantic import ValidationError

from core.config import AuthMode, ConfigurationError, Range, Settings

DEPLOYED = {"GOOGLE_CLOUD_PROJECT": "darkroom-live"}
ON_EMULATOR = {"GOOGLE_CLOUD_PROJECT": "demo-darkroom", "FUNCTIONS_EMULATOR": "true"}


def settings(**environment: str) -> Settings:
    return Settings.from_environment(DEPLOYED | environment)


def refusal(environment: dict[str, str]) -> str:
    with pytest.raises(ConfigurationError) as refused:
        Settings.from_environment(environment)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("project_id", "darkroom-live"),
        ("on_emulator", False),
        ("region", "us-central1"),
        ("auth_mode", AuthMode.REQUIRED),
        ("storage_bucket", "darkroom-live.appspot.com"),
        ("simulated_failure_rate", 0.05),
        ("simulated_latency_seconds", Range(low=5, high=40)),
        ("worker_url", "https://us-central1-darkroom-live.cloudfunctions.net/processImageGeneration"),
        ("worker_service_account", "darkroom-tasks@darkroom-live.iam.gserviceaccount.com"),
        ("attempts_max", 4),
        ("provider_timeout_seconds", 180),
        ("dispatch_deadline_seconds", 240),
        ("lease_seconds", 300),
        ("generation_age_max_seconds", 86400),
        ("cors_allowed_origins", ("*",)),
    ],
)
def test_a_variable_that_is_not_set_has_its_default(name: str, value: Any) -> None:
    assert getattr(settings(), name) == value


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("REGION", "europe-west3", "europe-west3"),
        ("AUTH_MODE", "required", AuthMode.REQUIRED),
        ("STORAGE_BUCKET", "pictures", "pictures"),
        ("SIMULATED_FAILURE_RATE", "0", 0.0),
        ("SIMULATED_FAILURE_RATE", "1", 1.0),
        ("SIMULATED_FAILURE_RATE", "0.25", 0.25),
        ("WORKER_URL", "http://localhost:1/work", "http://localhost:1/work"),
        ("WORKER_SERVICE_ACCOUNT", "queue@darkroom-live.iam.gserviceaccount.com", None),
        ("ATTEMPTS_MAX", "1", 1),
        ("PROVIDER_TIMEOUT_SECONDS", "41", 41),
        ("DISPATCH_DEADLINE_SECONDS", "181", 181),
        ("LEASE_SECONDS", "1800", 1800),
        ("GENERATION_AGE_MAX_SECONDS", "60", 60),
        ("CORS_ALLOWED_ORIGINS", "https://a.example, https://b.example", ("https://a.example", "https://b.example")),
    ],
)
def test_a_variable_that_is_set_is_read(variable: str, text: str, value: Any) -> None:
    expected = text if value is None else value
    assert getattr(settings(**{variable: text}), variable.lower()) == expected


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("5-40", 5, 40), ("0", 0, 0), ("3", 3, 3), ("0.5-1.5", 0.5, 1.5), ("2-2", 2, 2), ("0-0", 0, 0)],
)
def test_a_latency_is_one_number_or_a_range(text: str, low: float, high: float) -> None:
    assert settings(SIMULATED_LATENCY_SECONDS=text).simulated_latency_seconds == Range(low=low, high=high)


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("AUTH_MODE", "off"),
        ("AUTH_MODE", "Required"),
        ("STORAGE_BUCKET", "ab"),
        ("SIMULATED_FAILURE_RATE", "5%"),
        ("SIMULATED_FAILURE_RATE", "1.01"),
        ("SIMULATED_FAILURE_RATE", "-0.1"),
        ("SIMULATED_FAILURE_RATE", "nan"),
        ("SIMULATED_FAILURE_RATE", "inf"),
        ("SIMULATED_LATENCY_SECONDS", "fast"),
        ("SIMULATED_LATENCY_SECONDS", "40-5"),
        ("SIMULATED_LATENCY_SECONDS", "-5"),
        ("SIMULATED_LATENCY_SECONDS", "5-"),
        ("SIMULATED_LATENCY_SECONDS", "5..40"),
        ("SIMULATED_LATENCY_SECONDS", "1-2-3"),
        ("SIMULATED_LATENCY_SECONDS", "nan"),
        ("SIMULATED_LATENCY_SECONDS", "3601"),
        ("SIMULATED_LATENCY_SECONDS", "5-180"),
        ("WORKER_URL", "ftp://worker"),
        ("WORKER_URL", "worker.example.com"),
        ("ATTEMPTS_MAX", "0"),
        ("ATTEMPTS_MAX", "101"),
        ("ATTEMPTS_MAX", "four"),
        ("ATTEMPTS_MAX", "1.5"),
        ("PROVIDER_TIMEOUT_SECONDS", "0"),
        ("PROVIDER_TIMEOUT_SECONDS", "3m"),
        ("DISPATCH_DEADLINE_SECONDS", "14"),
        ("DISPATCH_DEADLINE_SECONDS", "x"),
        ("LEASE_SECONDS", "1801"),
        ("LEASE_SECONDS", "x"),
        ("GENERATION_AGE_MAX_SECONDS", "59"),
        ("GENERATION_AGE_MAX_SECONDS", "1d"),
    ],
)
def test_a_malformed_variable_stops_the_start_and_is_named(variable: str, text: str) -> None:
    assert variable in refusal(DEPLOYED | {variable: text})


@pytest.mark.parametrize(
    ("variable", "default", "good", "bad"),
    [
        ("QUEUE_MAX_ATTEMPTS", 5, "9", "101"),
        ("QUEUE_MIN_BACKOFF_SECONDS", 60, "0", "-1"),
        ("QUEUE_MAX_BACKOFF_SECONDS", 300, "3600", "3601"),
        ("QUEUE_MAX_CONCURRENT_DISPATCHES", 10, "1", "0"),
        ("QUEUE_MAX_DISPATCHES_PER_SECOND", 2, "500", "many"),
    ],
)
def test_the_queue_s_variables_have_defaults_and_limits(variable: str, default: int, good: str, bad: str) -> None:
    name = variable.removeprefix("QUEUE_").lower()
    assert getattr(settings().queue, name) == getattr(settings(**{variable: ""}).queue, name) == default
    assert getattr(settings(**{variable: good}).queue, name) == int(good)
    assert variable in refusal(DEPLOYED | {variable: bad})


def test_our_last_attempt_comes_before_the_queues() -> None:
    assert settings(ATTEMPTS_MAX="99", QUEUE_MAX_ATTEMPTS="100").attempts_max == 99
    for ours, queues in (("5", "5"), ("6", "5"), ("4", "3")):
        message = refusal(DEPLOYED | {"ATTEMPTS_MAX": ours, "QUEUE_MAX_ATTEMPTS": queues})
        assert f"ATTEMPTS_MAX < QUEUE_MAX_ATTEMPTS must hold, not {ours} < {queues}" in message


def test_every_fault_is_named_at_once() -> None:
    message = refusal(DEPLOYED | {"ATTEMPTS_MAX": "many", "LEASE_SECONDS": "long"})
    assert "ATTEMPTS_MAX='many'" in message
    assert "LEASE_SECONDS='long'" in message


@pytest.mark.parametrize("environment", [{}, {"GOOGLE_CLOUD_PROJECT": ""}])
def test_without_a_project_nothing_starts(environment: dict[str, str]) -> None:
    assert "GOOGLE_CLOUD_PROJECT" in refusal(environment)


def test_the_project_may_come_by_its_other_name() -> None:
    assert Settings.from_environment({"GCLOUD_PROJECT": "older"}).project_id == "older"


def test_an_empty_variable_counts_as_not_set() -> None:
    names = ("REGION", "AUTH_MODE", "STORAGE_BUCKET", "SIMULATED_LATENCY_SECONDS", "WORKER_URL", "ATTEMPTS_MAX")
    assert settings(**dict.fromkeys(names, "")) == settings()


@pytest.mark.parametrize("emulator", ["", "false", "True", "1", "yes"])
def test_open_mode_is_refused_wherever_this_is_not_the_emulator(emulator: str) -> None:
    message = refusal(DEPLOYED | {"AUTH_MODE": "open", "FUNCTIONS_EMULATOR": emulator})
    assert "AUTH_MODE=open" in message
    assert "required" in message


def test_open_mode_is_honoured_on_the_emulator() -> None:
    assert Settings.from_environment(ON_EMULATOR | {"AUTH_MODE": "open"}).auth_mode is AuthMode.OPEN


@pytest.mark.parametrize(
    "variable",
    ["CLOUD_TASKS_EMULATOR_HOST", "FIREBASE_AUTH_EMULATOR_HOST", "FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST"],
)
def test_an_emulators_address_is_refused_wherever_this_is_not_the_emulator(variable: str) -> None:
    assert variable in refusal(DEPLOYED | {variable: "127.0.0.1:1"})
    assert settings(**{variable: ""}) == settings()
    assert Settings.from_environment(ON_EMULATOR | {variable: "127.0.0.1:1"}) == Settings.from_environment(ON_EMULATOR)


def test_required_is_the_default_on_the_emulator_too() -> None:
    assert Settings.from_environment(ON_EMULATOR).auth_mode is AuthMode.REQUIRED


def test_on_the_emulator_models_are_quicker_and_the_worker_is_local() -> None:
    local = Settings.from_environment(ON_EMULATOR)
    assert local.simulated_latency_seconds == Range(low=1, high=3)
    assert local.worker_url == "http://127.0.0.1:5551/demo-darkroom/us-central1/processImageGeneration"


def test_the_workers_address_follows_region_and_emulator() -> None:
    host = {"REGION": "europe-west3", "FUNCTIONS_EMULATOR_HOST": "127.0.0.1:9"}
    assert Settings.from_environment(ON_EMULATOR | host).worker_url == (
        "http://127.0.0.1:9/demo-darkroom/europe-west3/processImageGeneration"
    )
    assert settings(**host).worker_url == (
        "https://europe-west3-darkroom-live.cloudfunctions.net/processImageGeneration"
    )


@pytest.mark.parametrize(
    ("provider", "deadline", "lease"),
    [(240, 240, 300), (180, 300, 300), (300, 240, 400), (180, 240, 200)],
)
def test_time_limits_that_do_not_nest_are_refused(provider: int, deadline: int, lease: int) -> None:
    message = refusal(
        DEPLOYED
        | {
            "PROVIDER_TIMEOUT_SECONDS": str(provider),
            "DISPATCH_DEADLINE_SECONDS": str(deadline),
            "LEASE_SECONDS": str(lease),
        }
    )
    assert "PROVIDER_TIMEOUT_SECONDS < DISPATCH_DEADLINE_SECONDS < LEASE_SECONDS" in message
    assert f"{provider} < {deadline} < {lease}" in message


def test_time_limits_may_nest_by_a_second() -> None:
    tight = settings(PROVIDER_TIMEOUT_SECONDS="100", DISPATCH_DEADLINE_SECONDS="101", LEASE_SECONDS="102")
    assert (tight.provider_timeout_seconds, tight.dispatch_deadline_seconds, tight.lease_seconds) == (100, 101, 102)


def test_the_slowest_simulation_ends_before_its_timeout() -> None:
    assert settings(SIMULATED_LATENCY_SECONDS="5-179").simulated_latency_seconds.high == 179
    message = refusal(DEPLOYED | {"SIMULATED_LATENCY_SECONDS": "5-180"})
    assert "PROVIDER_TIMEOUT_SECONDS" in message


def test_derived_values_cannot_be_set_by_their_own_name() -> None:
    assert settings(ON_EMULATOR="true", PROJECT_ID="other") == settings()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        settings().attempts_max = 9  # type: ignore[misc]
