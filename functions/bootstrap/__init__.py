"""Puts the application together. Only this package knows which adapter is used where.

There is a file for each room, which only needs the files of rooms below it. Nothing is made before it is first needed,
and so nothing is made before the server has forked.
"""

import os
import sys
import threading

from bootstrap.parts import part
from bootstrap.routes import RouteParts
from core.environment import ConfigurationError
from core.logging import configure_logging
from core.settings import AuthMode, Settings

__all__ = ["Darkroom", "darkroom", "part", "refuse_unfit_environment"]


class Darkroom(RouteParts):
    """Has all parts of the application, of all rooms."""


_lock = threading.Lock()
_app: Darkroom | None = None


def refuse_unfit_environment() -> None:
    """End the process with a message that names each wrong variable, if the environment is not fit to start with.

    This is called when a server starts, so that a deployment with a wrong setting never takes a request. It opens
    nothing.
    """
    try:
        Settings.from_environment(os.environ)
    except ConfigurationError as error:
        sys.exit(str(error))


def darkroom() -> Darkroom:
    """Return the application of this process. Raises ConfigurationError if the environment is not fit to start with."""
    global _app  # noqa: PLW0603 - only here does a process keep its application
    with _lock:
        if _app is None:
            configure_logging()
            settings = Settings.from_environment(os.environ)
            if settings.auth_mode is AuthMode.OPEN:
                _warn_of_open_mode()
            _app = Darkroom(settings)
    return _app


def _warn_of_open_mode() -> None:
    import logging

    logging.getLogger(__name__).warning("auth_mode_open", extra={"meaning": "a caller can act as any user"})
