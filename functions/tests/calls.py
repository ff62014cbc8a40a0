"""A call of each route that is in order, by the route's name: the tests of all routes spoil these."""

from datetime import UTC, datetime

from world import World

_EXAMPLES = {name: route.example for name, route in World(datetime(2026, 3, 4, 12, tzinfo=UTC)).app.api.routes.items()}

BODIES = {name: dict(example.body) for name, example in _EXAMPLES.items() if example.body}
"""For each route that takes a body."""

HEADERS = {name: dict(example.headers) for name, example in _EXAMPLES.items() if example.headers}
"""What a route cannot be called without."""

QUERIES = {name: dict(example.query) for name, example in _EXAMPLES.items() if example.query}
"""The same, of parameters."""
