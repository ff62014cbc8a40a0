"""There is one correct call of each route, by the route's name. The tests of all routes make these calls wrong."""

from datetime import UTC, datetime

from world import World

_EXAMPLES = {name: route.example for name, route in World(datetime(2026, 3, 4, 12, tzinfo=UTC)).app.api.routes.items()}

# There is one for each route that takes a body.
BODIES = {name: dict(example.body) for name, example in _EXAMPLES.items() if example.body}

# The route cannot be called without these headers.
HEADERS = {name: dict(example.headers) for name, example in _EXAMPLES.items() if example.headers}

# The route cannot be called without these parameters.
QUERIES = {name: dict(example.query) for name, example in _EXAMPLES.items() if example.query}
