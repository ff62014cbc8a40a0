"""Importing this package imports Pillow, so only a worker that is about to paint does it."""

from providers.models.simulated.painting.painter import Scene, paint

__all__ = ["Scene", "paint"]
