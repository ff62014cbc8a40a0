"""The environment is read into a model.

One error tells everything that is wrong with it, and never shows a secret.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

_HOW_TO_MAKE_A_PEPPER = (
    "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
    " and keep it in Secret Manager (locally, `make setup` writes functions/.secret.local)"
)

# Secret Manager holds each of these variables under the same name. The text says how to get a value. No message ever
# shows the value.
SECRETS = {"API_KEY_PEPPER": _HOW_TO_MAKE_A_PEPPER}


_EMULATORS = (
    "CLOUD_TASKS_EMULATOR_HOST",
    "FIREBASE_AUTH_EMULATOR_HOST",
    "FIRESTORE_EMULATOR_HOST",
    "STORAGE_EMULATOR_HOST",
)


class ConfigurationError(Exception):
    """The environment is not fit to start with. The message names each variable that is wrong."""


def present(environment: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Return the values by field; `names` has the variable of each field. An empty variable counts as not set."""
    return {field: environment[variable] for field, variable in names.items() if environment.get(variable)}


def refusal(error: ValidationError, names: Mapping[str, str]) -> ConfigurationError:
    """Return the error that tells every problem; `names` has the variable of each field."""
    lines = [_explained(problem, names) for problem in error.errors()]
    return ConfigurationError("The environment is not fit to start with. " + " | ".join(lines))


def _explained(problem: Mapping[str, Any], names: Mapping[str, str]) -> str:
    message = problem["msg"].removeprefix("Value error, ")
    if not problem["loc"]:
        return str(message)
    field = str(problem["loc"][0])
    variable = names.get(field, field.upper())
    if variable in SECRETS:
        return f"{variable}: {message}; {SECRETS[variable]}"
    return f"{variable}={problem['input']!r}: {message}"


def refuse_emulators(environment: Mapping[str, str]) -> None:
    """Raise ConfigurationError where an emulator's address is set, but no emulator runs the functions.

    With the Auth emulator's address set, firebase-admin believes any token. That must never happen where tokens are
    real.
    """
    if environment.get("FUNCTIONS_EMULATOR") == "true":
        return
    named = [name for name in _EMULATORS if environment.get(name)]
    if named:
        raise ConfigurationError(f"{', '.join(named)} may be set only where FUNCTIONS_EMULATOR=true")


def refuse_what_is_gone(environment: Mapping[str, str]) -> None:
    """Raise ConfigurationError for a setting that no longer exists.

    Somebody may rely on it, so it must not be ignored in silence.
    """
    if environment.get("TRUSTED_PROXY_HOPS"):
        raise ConfigurationError("TRUSTED_PROXY_HOPS is no more: TRUSTED_PROXIES takes its place, see .env.example")
