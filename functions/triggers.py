"""The decorators of firebase_functions, applied where they have something to do. docs/adr/0007 has the figures.

They say what is deployed, and firebase-tools reads that once, at deployment. Their import takes longer than a request,
and every cold start would pay for it: so an HTTP function is served as it stands, for its decorator adds nothing to
it, and the others get theirs with their first request.
"""

import sys
from collections.abc import Callable, Mapping
from functools import cache, partial, wraps
from typing import Any

from flask import Request, Response, current_app, has_app_context, request

_FRAMEWORKS_ROUTE = "run"
"""functions-framework calls the function under this name, for every path but a few."""

type Handler = Callable[[Request], Response]
type Decorator = Callable[[Callable[..., Any]], Handler]
type Guard = Callable[[Request], Response | None]
"""Answers in the function's place where the caller is not the one that may call."""


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
    """`retry` and `rate` are the fields of firebase_functions' RetryConfig and RateLimits."""

    def apply(function: Callable[..., Any]) -> Any:
        from firebase_functions import tasks_fn
        from firebase_functions.options import RateLimits, RetryConfig

        decorate = tasks_fn.on_task_dispatched(
            retry_config=RetryConfig(**retry), rate_limits=RateLimits(**rate), **options
        )
        return decorate(function)

    return partial(_at_need, apply, guard)


def on_schedule(*, guard: Guard, **options: Any) -> Decorator:
    def apply(function: Callable[..., Any]) -> Any:
        from firebase_functions import scheduler_fn

        return scheduler_fn.on_schedule(**options)(function)

    return partial(_at_need, apply, guard)


def serve_every_path(functions: Mapping[str, Any]) -> None:
    """Have the function answer also what functions-framework would answer by itself, with pages and headers of its own.

    Those are /robots.txt, /favicon.ico, and paths that its pattern does not match, such as /v1/%0d. `functions` has
    each one by its name. functions-framework runs main.py with its Flask application at hand, which has the name of the
    function that it serves.
    """
    function = functions.get(current_app.name) if has_app_context() else None
    if is_discovery() or function is None:
        return

    def answer_in_its_place() -> Any:
        # The object itself, as functions-framework hands it over, and not Flask's stand-in for it.
        found: Request = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
        return None if found.endpoint == _FRAMEWORKS_ROUTE else function(found)

    current_app.before_request(answer_in_its_place)


def is_discovery() -> bool:
    """Only firebase_functions itself reads what is deployed, and to do so it is loaded before main.py is."""
    return "firebase_functions" in sys.modules


def is_served() -> bool:
    """Whether functions-framework loads this, to answer requests: it is loaded before main.py is."""
    return "functions_framework" in sys.modules and not is_discovery()


def _at_need(apply: Callable[[Callable[..., Any]], Any], guard: Guard, function: Callable[..., Any]) -> Any:
    if is_discovery():
        return apply(function)
    applied = cache(partial(apply, function))

    @wraps(function)
    def served(request: Request) -> Any:
        refused = guard(request)
        return applied()(request) if refused is None else refused

    return served
