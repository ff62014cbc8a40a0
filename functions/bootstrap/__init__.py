"""The composition root: it alone knows which adapter is which. It has a file for each room, above those it needs.

Nothing is made before it is first asked for, and so after the server has forked.
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
    """The application, with all its rooms."""


_lock = threading.Lock()
_app: Darkroom | None = None


def refuse_unfit_environment() -> None:
    """End the process, with a message that names each wrong variable, where the environment is not fit to start with.

    Called when a server starts, so that a deployment with a wrong setting never takes a request. Opens nothing.
    """
    try:
        Settings.from_environment(os.environ)
    except ConfigurationError as error:
        sys.exit(str(error))


def darkroom() -> Darkroom:
    """The application of this process. Raises ConfigurationError where the environment is not fit to start with."""
    global _app  # noqa: PLW0603 - the one place that a process keeps its application in
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

    logging.getLogger(__name__).warning("auth_mode_open", extra={"meaning": "anybody is whoever they name"})
