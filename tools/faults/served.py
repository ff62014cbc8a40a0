"""Serves functions/main.py with faults. Only a run of tools/reliability.py starts it, by functions-framework."""

import os
import threading
from pathlib import Path
from typing import Any

from flask import Request

import main as product
from bootstrap import darkroom
from core.queues import Queue
from providers.models.simulated import direct as simulated
from providers.models.simulated import remote as simulated_remote
from providers.queue import cloud_tasks  # noqa: F401 - imported before the fork: killed processes come back sooner
from tools.faults.parts import install, plain_picture
from tools.faults.plan import FOLDER_VARIABLE, Plan

_lock = threading.Lock()
_installed: list[Plan] = []


def _prepare() -> None:
    """Put the faults in at the first request and not at import: gunicorn forks between, which no client survives."""
    with _lock:
        if _installed:
            return
        folder = Path(os.environ[FOLDER_VARIABLE])
        plan = Plan(folder)
        for module in (simulated, simulated_remote):
            setattr(module, "painted", plain_picture)  # noqa: B010 - no part of the application can be exchanged for it
        install(darkroom(), plan, folder / "outputs")
        _installed.append(plan)


def createGenerationRequest(request: Request) -> Any:  # noqa: N802 - the deployed name
    _prepare()
    return product.createGenerationRequest(request)


def api(request: Request) -> Any:
    _prepare()
    return product.api(request)


def processImageGeneration(request: Request) -> Any:  # noqa: N802 - the deployed name
    _prepare()
    return vars(product)[Queue.GENERATIONS](request)
