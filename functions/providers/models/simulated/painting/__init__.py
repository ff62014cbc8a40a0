"""Importing this package imports Pillow: only who is about to paint does so."""

from providers.models.simulated.painting.painter import Scene, paint

__all__ = ["Scene", "paint"]
