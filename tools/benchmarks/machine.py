"""Describes the machine that the figures come from, because they mean nothing without it."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

LIBRARIES = ("functions-framework", "gunicorn", "flask", "google-cloud-firestore", "google-cloud-tasks", "grpcio")


def described() -> dict[str, Any]:
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def busy() -> float:
    """Return how many processes competed for each core in the last minute. Much above 1, the figures are too low."""
    return round(os.getloadavg()[0] / (os.cpu_count() or 1), 2)


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor())
