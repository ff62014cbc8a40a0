"""The process's settings: they are read once from the environment, checked at once, and handed down as values.

Each room has its own in a file of its name.
"""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import ValidationError, model_validator

from core.addresses import is_encrypted
from core.deployment import SCHEDULES_ACCOUNT, TASKS_ACCOUNT, QueueLimits
from core.environment import present, refusal, refuse_emulators, refuse_what_is_gone
from core.queues import Queue
from core.settings.accounts import AccountSettings, AppCheck, AuthMode
from core.settings.credits import CreditSettings
from core.settings.generations import GenerationSettings
from core.settings.http import HttpSettings
from core.settings.operations import OperationSettings
from core.settings.reports import ReportSettings

__all__ = ["AppCheck", "AuthMode", "Settings"]


class Settings(ReportSettings, OperationSettings, GenerationSettings, CreditSettings, AccountSettings, HttpSettings):
    """There is one field for each environment variable, by its name in lower case."""

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
        "worker_url": f"https://{_region(environment)}-{project}.cloudfunctions.net/{Queue.GENERATIONS}",
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
        "worker_url": f"http://{host}/{project}/{_region(environment)}/{Queue.GENERATIONS}",
        "simulated_latency_seconds": "1-3",
        "public_url": "http://127.0.0.1:8888",
        "cors_allowed_origins": ("http://127.0.0.1:8888", "http://localhost:8888"),
    }


def _region(environment: Mapping[str, str]) -> str:
    return environment.get("REGION") or "us-central1"
