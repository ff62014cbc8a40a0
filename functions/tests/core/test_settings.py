import re
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from core.deployment import ServiceAccounts
from core.environment import ConfigurationError
from core.queues import Queue
from core.settings import AppCheck, AuthMode, Settings
from core.settings.values import Range

ROOT = Path(__file__).resolve().parents[3]

PEPPER = {"API_KEY_PEPPER": "pepper-of-the-tests-0123456789-abcdef"}
DEPLOYED = {"GOOGLE_CLOUD_PROJECT": "darkroom-live", **PEPPER}
ON_EMULATOR = {"GOOGLE_CLOUD_PROJECT": "demo-darkroom", "FUNCTIONS_EMULATOR": "true", **PEPPER}

LIMITS = {
    "ANONYMOUS_PER_ADDRESS_PER_DAY": 3,
    "CREATIONS_PER_MINUTE": 300,
    "CREATIONS_BURST": 60,
    "IN_FLIGHT_MAX": 100,
    "KEY_CREATIONS_PER_MINUTE": 300,
    "KEY_CREATIONS_BURST": 60,
    "KEY_IN_FLIGHT_MAX": 100,
    "REQUESTS_PER_MINUTE": 1200,
    "REQUESTS_BURST": 240,
    "ADDRESS_REQUESTS_PER_MINUTE": 120,
    "ADDRESS_REQUESTS_BURST": 60,
}
CREDITS = {"WELCOME_CREDITS": 10, "ANONYMOUS_CREDITS": 4}


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
        ("generation_age_max_seconds", 86400),
        ("cors_allowed_origins", ("https://darkroom-live.web.app", "https://darkroom-live.firebaseapp.com")),
        ("scheduler_service_account", "darkroom-schedules@darkroom-live.iam.gserviceaccount.com"),
        ("app_check", AppCheck.OFF),
        ("trusted_proxies", ()),
        ("report_time_zone", "UTC"),
        ("report_zone", UTC),
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
        ("WORKER_URL", "https://localhost:1/work", "https://localhost:1/work"),
        ("WORKER_SERVICE_ACCOUNT", "queue@darkroom-live.iam.gserviceaccount.com", None),
        ("ATTEMPTS_MAX", "1", 1),
        ("PROVIDER_TIMEOUT_SECONDS", "41", 41),
        ("DISPATCH_DEADLINE_SECONDS", "181", 181),
        ("LEASE_SECONDS", "1800", 1800),
        ("GENERATION_AGE_MAX_SECONDS", "60", 60),
        ("CORS_ALLOWED_ORIGINS", "https://a.example, https://b.example", ("https://a.example", "https://b.example")),
        ("CORS_ALLOWED_ORIGINS", "*", ("*",)),
        ("CORS_ALLOWED_ORIGINS", "http://localhost:3000", ("http://localhost:3000",)),
        ("CORS_ALLOWED_ORIGINS", "http://[::1]:3000", ("http://[::1]:3000",)),
        ("SCHEDULER_SERVICE_ACCOUNT", "1-compute@developer.gserviceaccount.com", None),
        ("APP_CHECK", "required", AppCheck.REQUIRED),
        (
            "TRUSTED_PROXIES",
            "192.0.2.0/24, 2001:db8::/32,",
            (IPv4Network("192.0.2.0/24"), IPv6Network("2001:db8::/32")),
        ),
        ("TRUSTED_PROXIES", "192.0.2.7", (IPv4Network("192.0.2.7/32"),)),
        ("REPORT_TIME_ZONE", "Europe/Berlin", "Europe/Berlin"),
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
        ("WORKER_URL", "http://worker.example.com/work"),
        ("WORKER_URL", "https://worker.example.com/a b"),
        ("WORKER_URL", "https://"),
        ("ATTEMPTS_MAX", "0"),
        ("ATTEMPTS_MAX", "101"),
        ("ATTEMPTS_MAX", "four"),
        ("ATTEMPTS_MAX", "1.5"),
        ("PROVIDER_TIMEOUT_SECONDS", "0"),
        ("PROVIDER_TIMEOUT_SECONDS", "3m"),
        ("DISPATCH_DEADLINE_SECONDS", "14"),
        ("DISPATCH_DEADLINE_SECONDS", "x"),
        ("LEASE_SECONDS", "0"),
        ("LEASE_SECONDS", "1801"),
        ("LEASE_SECONDS", "x"),
        ("GENERATION_AGE_MAX_SECONDS", "59"),
        ("GENERATION_AGE_MAX_SECONDS", "1d"),
        ("APP_CHECK", "on"),
        ("TRUSTED_PROXIES", "google"),
        ("TRUSTED_PROXIES", "192.0.2.1/24"),
        ("TRUSTED_PROXIES", "0.0.0.0/0"),
        ("TRUSTED_PROXIES", "::/0"),
        ("TRUSTED_PROXIES", "10.0.0.0/7"),
        ("TRUSTED_PROXIES", "192.0.2.0/24;192.0.3.0/24"),
        ("TRUSTED_PROXY_HOPS", "1"),
        ("REPORT_TIME_ZONE", "Berlin"),
        ("REPORT_TIME_ZONE", "Europe"),
        ("REPORT_TIME_ZONE", "../Europe/Berlin"),
        ("REPORT_TIME_ZONE", "+01:00"),
        ("REPORT_TIME_ZONE", "x" * 300),
        ("WORKER_SERVICE_ACCOUNT", "somebody@example.com"),
        ("SCHEDULER_SERVICE_ACCOUNT", "allUsers"),
        ("SCHEDULER_SERVICE_ACCOUNT", "darkroom-schedules@"),
        ("SCHEDULES_URL", "https://sweep-abc-uc.a.run.app"),
        ("SCHEDULES_URL", "http://{service}-abc-uc.a.run.app"),
        ("SCHEDULES_URL", "https://{service}-abc-uc.a.run.app/"),
        ("SCHEDULES_URL", "https://{service}"),
        ("SCHEDULES_URL", "https://{service}-{service}.a.run.app"),
        ("CORS_ALLOWED_ORIGINS", "*,https://a.example"),
        ("CORS_ALLOWED_ORIGINS", "https://a.example/"),
        ("CORS_ALLOWED_ORIGINS", "https://a.example/path"),
        ("CORS_ALLOWED_ORIGINS", "https://*.example"),
        ("CORS_ALLOWED_ORIGINS", "https://A.example"),
        ("CORS_ALLOWED_ORIGINS", "https://me@a.example"),
        ("CORS_ALLOWED_ORIGINS", "a.example"),
        ("CORS_ALLOWED_ORIGINS", "null"),
        ("CORS_ALLOWED_ORIGINS", "https://a.example,"),
        ("CORS_ALLOWED_ORIGINS", "https://a.example\nhttps://b.example"),
    ],
)
def test_a_malformed_variable_stops_the_start_and_is_named(variable: str, text: str) -> None:
    assert variable in refusal(DEPLOYED | {variable: text})


@pytest.mark.parametrize(("variable", "default"), [*LIMITS.items(), *CREDITS.items()])
def test_limits_and_credits_have_their_defaults_and_can_be_set(variable: str, default: int) -> None:
    field = variable.lower()
    assert getattr(settings(), field) == getattr(settings(**{variable: ""}), field) == default
    assert getattr(settings(**{variable: "1"}), field) == 1
    assert getattr(settings(**{variable: "1000000"}), field) == 1000000
    for bad in ("-1", "many", "1.5", "1e3"):
        assert f"{variable}='{bad}'" in refusal(DEPLOYED | {variable: bad})


@pytest.mark.parametrize("variable", LIMITS)
def test_a_limit_of_nothing_would_stop_everybody(variable: str) -> None:
    assert variable in refusal(DEPLOYED | {variable: "0"})


@pytest.mark.parametrize("variable", CREDITS)
def test_there_may_be_no_gift(variable: str) -> None:
    assert getattr(settings(**{variable: "0"}), variable.lower()) == 0


@pytest.mark.parametrize(
    ("variable", "default", "good", "bad"),
    [
        ("QUEUE_MAX_ATTEMPTS", 5, "9", "101"),
        ("QUEUE_MIN_BACKOFF_SECONDS", 60, "0", "-1"),
        ("QUEUE_MAX_BACKOFF_SECONDS", 300, "3600", "3601"),
        ("QUEUE_MAX_CONCURRENT_DISPATCHES", 10, "2", "1"),
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
    assert Settings.from_environment({"GCLOUD_PROJECT": "older", **PEPPER}).project_id == "older"


class TestPepper:
    TOO_SHORT = "hunter2-hunter2-hunter2-hunter2"
    GOOD = f"{TOO_SHORT}!"

    @pytest.mark.parametrize("environment", [DEPLOYED, ON_EMULATOR])
    @pytest.mark.parametrize("given", [{}, {"API_KEY_PEPPER": ""}])
    def test_without_it_nothing_starts_and_one_is_told_how_to_make_it(
        self, environment: dict[str, str], given: dict[str, str]
    ) -> None:
        bare = {name: value for name, value in environment.items() if name not in PEPPER}
        message = refusal(bare | given)
        assert "API_KEY_PEPPER" in message
        assert "secrets.token_urlsafe(32)" in message
        assert "darkroom" not in message

    def test_it_has_32_characters_or_more(self) -> None:
        assert len(self.TOO_SHORT) == 31
        assert "API_KEY_PEPPER: at least 32 characters" in refusal(DEPLOYED | {"API_KEY_PEPPER": self.TOO_SHORT})
        assert settings(API_KEY_PEPPER=self.GOOD).api_key_pepper.get_secret_value() == self.GOOD

    @pytest.mark.parametrize(
        "guessed", [" " * 40, "\t" * 40, "p" * 40, "01" * 20, "abcdefg" * 6, "  hunter2-hunter2-hunter2-hunter2  "]
    )
    def test_one_that_chance_did_not_draw_is_refused(self, guessed: str) -> None:
        """Somebody who guesses the pepper can forge the digest of a key, the proof of a task and a link of a mail."""
        message = refusal(DEPLOYED | {"API_KEY_PEPPER": guessed})
        assert "API_KEY_PEPPER: at least 32 characters are required, of at least 8 kinds" in message
        assert guessed not in message

    @pytest.mark.parametrize("more", [{}, {"ATTEMPTS_MAX": "9"}, {"LEASE_SECONDS": "x"}])
    def test_no_error_shows_what_was_given_for_it(self, more: dict[str, str]) -> None:
        with pytest.raises(ConfigurationError) as refused:
            Settings.from_environment(DEPLOYED | {"API_KEY_PEPPER": self.TOO_SHORT} | more)
        assert "hunter2" not in "".join(traceback.format_exception(refused.value))

    def test_an_error_about_the_whole_does_not_show_it_either(self) -> None:
        with pytest.raises(ConfigurationError) as refused:
            settings(API_KEY_PEPPER=self.GOOD, ATTEMPTS_MAX="9")
        assert "hunter2" not in "".join(traceback.format_exception(refused.value))

    def test_settings_do_not_show_it(self) -> None:
        good = settings(API_KEY_PEPPER=self.GOOD)
        assert "hunter2" not in f"{good} {good!r} {good.model_dump()} {good.model_dump_json()}"


class TestServiceAccounts:
    def test_firebase_completes_the_defaults_with_the_project(self) -> None:
        found = ServiceAccounts.from_environment({})
        assert (found.api, found.worker, found.schedules) == (
            *("darkroom-api@", "darkroom-worker@", "darkroom-schedules@"),
        )

    @pytest.mark.parametrize(
        ("variable", "field"),
        [
            ("API_SERVICE_ACCOUNT", "api"),
            ("WORKER_RUNTIME_SERVICE_ACCOUNT", "worker"),
            ("SCHEDULER_SERVICE_ACCOUNT", "schedules"),
        ],
    )
    def test_each_can_be_another(self, variable: str, field: str) -> None:
        other = "other@live.iam.gserviceaccount.com"
        assert getattr(ServiceAccounts.from_environment({variable: other}), field) == other
        for bad in ("somebody@example.com", "allUsers", "other"):
            with pytest.raises(ConfigurationError, match=variable):
                ServiceAccounts.from_environment({variable: bad})


class TestFiles:
    """The files that show the settings name every setting that can be set, and no others."""

    DERIVED = frozenset({"project_id", "on_emulator", "queue", "api_key_pepper", "region"})

    def variables(self, name: str) -> dict[str, str]:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        pairs = (line.removeprefix("#").partition("=") for line in lines)
        return {name: value for name, _, value in pairs if re.fullmatch(r"[A-Z_]+", name)}

    def test_the_example_names_every_setting_and_its_default(self) -> None:
        example = self.variables(".env.example")
        fields = {field.upper() for field in set(Settings.model_fields) - self.DERIVED}
        assert fields <= set(example)
        told = {name: value for name, value in example.items() if name in fields and "my-project" not in value}
        assert settings(**told) == settings()

    def test_the_local_values_are_valid_and_in_no_load_tests_way(self) -> None:
        local = Settings.from_environment(ON_EMULATOR | self.variables("functions/.env.demo-darkroom"))
        assert {getattr(local, variable.lower()) for variable in LIMITS} == {1000000}


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


def test_a_worker_in_the_clear_is_reached_on_the_emulator_alone() -> None:
    local = Settings.from_environment(ON_EMULATOR | {"WORKER_URL": "http://127.0.0.1:1/work"})
    assert local.worker_url == "http://127.0.0.1:1/work"
    assert "WORKER_URL" in refusal(DEPLOYED | {"WORKER_URL": "http://127.0.0.1:1/work"})


def test_each_schedule_has_an_address_of_its_own() -> None:
    given = settings(SCHEDULES_URL="https://{service}-abc123-uc.a.run.app")
    assert given.schedule_url("sweep") == "https://sweep-abc123-uc.a.run.app"
    assert given.schedule_url("weeklyreport") == "https://weeklyreport-abc123-uc.a.run.app"
    assert given.schedule_url("") == settings().schedule_url("sweep") == ""


def test_the_zone_of_the_report_is_one_to_reckon_with() -> None:
    zone = Settings.from_environment(ON_EMULATOR | {"REPORT_TIME_ZONE": "Europe/Berlin"}).report_zone
    assert datetime(2026, 7, 1, tzinfo=zone).utcoffset() == timedelta(hours=2)
    assert datetime(2026, 12, 1, tzinfo=zone).utcoffset() == timedelta(hours=1)


def test_on_the_emulator_its_own_page_may_call_and_no_proxy_stands_before_it() -> None:
    local = Settings.from_environment(ON_EMULATOR)
    assert local.cors_allowed_origins == ("http://127.0.0.1:8888", "http://localhost:8888")
    assert local.trusted_proxies == ()
    assert local.worker_service_account == local.scheduler_service_account == ""


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
    for queue in Queue:
        assert (tight.deadline_of(queue).total_seconds(), tight.lease_of(queue).total_seconds()) == (101, 102)


@pytest.mark.parametrize("queue", Queue)
def test_each_queue_has_its_own_time_limits(queue: Queue) -> None:
    own = (queue.row.deadline_seconds, queue.row.lease_seconds)
    assert own == (240, 300)
    assert (settings().deadline_of(queue).total_seconds(), settings().lease_of(queue).total_seconds()) == own


@pytest.mark.parametrize("limits", [(180, 300), (300, 300), (240, 1801)])
@pytest.mark.parametrize("queue", Queue)
def test_time_limits_of_a_row_that_do_not_nest_are_refused(
    queue: Queue, limits: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    deadline, lease = limits
    monkeypatch.setattr(queue, "row", replace(queue.row, deadline_seconds=deadline, lease_seconds=lease))
    message = refusal(DEPLOYED)
    assert f"<= 1800 must hold, not 180 < {deadline} < {lease}, for the queue {queue.value}" in message


def test_the_slowest_simulation_ends_before_its_timeout() -> None:
    assert settings(SIMULATED_LATENCY_SECONDS="5-179").simulated_latency_seconds.high == 179
    message = refusal(DEPLOYED | {"SIMULATED_LATENCY_SECONDS": "5-180"})
    assert "PROVIDER_TIMEOUT_SECONDS" in message


def test_derived_values_cannot_be_set_by_their_own_name() -> None:
    assert settings(ON_EMULATOR="true", PROJECT_ID="other") == settings()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        settings().attempts_max = 9  # type: ignore[misc]
