from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator

from core.addresses import ServiceAddress
from core.deployment import Account
from core.settings.base import BaseSettings

# A hundred years either way: further than anybody needs, and not so far that adding a lease leaves the calendar.
CLOCK_OFFSET_SECONDS_MAX = 100 * 366 * 24 * 3600


class OperationSettings(BaseSettings):
    scheduler_service_account: Account = ""
    schedules_url: ServiceAddress = ""
    clock_offset_seconds: int = Field(default=0, ge=-CLOCK_OFFSET_SECONDS_MAX, le=CLOCK_OFFSET_SECONDS_MAX)

    def schedule_url(self, service: str) -> str:
        """Return the address of the schedule that runs as this service of Cloud Run; empty where it is not known."""
        return self.schedules_url.replace("{service}", service) if service else ""

    @property
    def clock_offset(self) -> timedelta:
        """Return how far the product's clock is ahead of the machine's. Only a local stack can set it."""
        return timedelta(seconds=self.clock_offset_seconds)

    @model_validator(mode="after")
    def _clock_is_moved_only_on_the_emulator(self) -> Self:
        if self.clock_offset_seconds and not self.on_emulator:
            raise ValueError("CLOCK_OFFSET_SECONDS is honoured only where FUNCTIONS_EMULATOR=true; allowed here: 0")
        return self
