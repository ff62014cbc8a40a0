"""Finds the providers of models."""

import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from bootstrap.catalog import CatalogParts
from bootstrap.parts import part
from bootstrap.provider_table import PROVIDERS
from core.clock import Clock
from core.settings import Settings

if TYPE_CHECKING:
    from services.generations.model_ports import Provider
    from services.generations.models import ModelRegistry


class LoadedProviders:
    """Makes each provider once. The threads of an instance share it."""

    def __init__(self, settings: Settings, clock: Clock, paths: Mapping[str, str] = PROVIDERS) -> None:
        self._settings = settings
        self._clock = clock
        self._paths = paths
        self._lock = threading.Lock()
        self._made: dict[str, Provider] = {}

    def find(self, name: str) -> "Provider":
        """Return the provider. Raise KeyError if there is none with this name."""
        with self._lock:
            if name not in self._made:
                module, _, function = self._paths[name].partition(":")
                make: Callable[[Settings, Clock], Provider] = getattr(import_module(module), function)
                self._made[name] = make(self._settings, self._clock)
            return self._made[name]


class ProviderParts(CatalogParts):
    @part
    def providers(self) -> LoadedProviders:
        return LoadedProviders(self.settings, self.clock)

    @part
    def models(self) -> "ModelRegistry":
        from services.generations.models import ModelRegistry

        return ModelRegistry(self.catalog, self.providers.find)
