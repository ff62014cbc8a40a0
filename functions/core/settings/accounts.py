from enum import StrEnum
from typing import Self

from pydantic import model_validator

from core.settings.base import BaseSettings
from core.settings.values import Count, Credits, Pepper


class AuthMode(StrEnum):
    REQUIRED = "required"
    OPEN = "open"


class AppCheck(StrEnum):
    OFF = "off"
    REQUIRED = "required"


class AccountSettings(BaseSettings):
    auth_mode: AuthMode = AuthMode.REQUIRED
    app_check: AppCheck = AppCheck.OFF
    api_key_pepper: Pepper

    welcome_credits: Credits = 10
    anonymous_credits: Credits = 4
    anonymous_per_address_per_day: Count = 3
    welcomes_per_address_per_day: Count = 10
    welcome_requires_verified_email: bool = True

    @model_validator(mode="after")
    def _open_only_on_the_emulator(self) -> Self:
        if self.auth_mode is AuthMode.OPEN and not self.on_emulator:
            raise ValueError("AUTH_MODE=open is honoured only where FUNCTIONS_EMULATOR=true; allowed here: required")
        return self
