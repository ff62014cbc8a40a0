"""Applies the decorators of firebase_functions, but only where they are needed. docs/adr/0007 has the figures.

The decorators say what to deploy, and firebase-tools reads that once, at deployment. Importing them takes longer than a
request, and would make every cold start slower. So an HTTP function is served without its decorator, which adds nothing
to it, and the other functions are decorated at their first request.
"""

import sys
from collections.abc import Callable, Mapping
from functools import cache, partial, wraps
from typing import Any

from flask import Request, Response, current_app, has_app_context, request

# functions-framework calls the function by this name, for all paths except a few.
_FRAMEWORKS_ROUTE = "run"

type Handler = Callable[[Request], Response]
type Decorator = Callable[[Callable[..., Any]], Handler]
# A guard returns a refusal instead of the function if the caller is not the one that may call, and otherwise None.
type Guard = Callable[[Request], Response | None]


def set_global_options(**options: Any) -> None:
    if is_discovery():
        from firebase_functions.options import set_global_options as set_for_all

        set_for_all(**options)


def on_request(**options: Any) -> Callable[[Handler], Handler]:
    def decorate(function: Handler) -> Handler:
        if not is_discovery():
            return function
        from firebase_functions import https_fn

        return https_fn.on_request(**options)(function)

    return decorate


def on_task_dispatched(*, guard: Guard, retry: Mapping[str, int], rate: Mapping[str, int], **options: Any) -> Decorator:
    """Declare a function for tasks. `retry` and `rate` are fields of firebase_functions' RetryConfig and RateLimits."""

    def apply(function: Callable[..., Any]) -> Any:
        from firebase_functions import tasks_fn
        from firebase_functions.options import RateLimits, RetryConfig

        decorate = tasks_fn.on_task_dispatched(
            retry_config=RetryConfig(**retry), rate_limits=RateLimits(**rate), **options
        )
        return decorate(function)

    return partial(_decorated_when_called, apply, guard)


def on_schedule(*, guard: Guard, **options: Any) -> Decorator:
    def apply(function: Callable[..., Any]) -> Any:
        from firebase_functions import scheduler_fn

        return scheduler_fn.on_schedule(**options)(function)

    return partial(_decorated_when_called, apply, guard)


def serve_every_path(functions: Mapping[str, Any]) -> None:
    """Make the function also answer paths that functions-framework would answer by itself, with pages of its own.

    Those are /robots.txt, /favicon.ico, and paths that its pattern does not match, such as /v1/%0d. `functions` has
    each function by its name. functions-framework runs main.py within its Flask application, whose name is that of the
    function that it serves.
    """
    function = functions.get(current_app.name) if has_app_context() else None
    if is_discovery() or function is None:
        return

    def answer_in_its_place() -> Any:
        # The function gets the request itself, as from functions-framework, and not Flask's stand-in for it.
        found: Request = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
        return None if found.endpoint == _FRAMEWORKS_ROUTE else function(found)

    current_app.before_request(answer_in_its_place)


def is_discovery() -> bool:
    """Return whether firebase-tools reads what to deploy. Only then is firebase_functions loaded before main.py."""
    return "firebase_functions" in sys.modules


def is_served() -> bool:
    """Return whether functions-framework loads this to answer requests. Then it is loaded before main.py."""
    return "functions_framework" in sys.modules and not is_discovery()


def _decorated_when_called(
    apply: Callable[[Callable[..., Any]], Any], guard: Guard, function: Callable[..., Any]
) -> Any:
    if is_discovery():
        return apply(function)
    applied = cache(partial(apply, function))

    @wraps(function)
    def served(request: Request) -> Any:
        refused = guard(request)
        return applied()(request) if refused is None else refused

    return served
