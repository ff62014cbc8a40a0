"""An attempt is a correct request to one route. It can be shown as it is, or be spoiled."""

from typing import Any

from controllers.http.wire import Route
from tools.reference.places import path_of, places
from tools.reference.stage import USER, Exchange, Stage


class Attempt:
    def __init__(self, stage: Stage, route: Route) -> None:
        self.stage = stage
        self.route = route
        self.user = None if route.is_public else USER
        self.path = path_of(route.path, places(stage, USER)) if "{id}" in route.path else route.path
        self.body: dict[str, Any] = dict(route.example.body)
        if route.name == "claimAnonymous":
            stage.let_pass_by()

    def send(self, **changes: Any) -> Exchange:
        """Send the request. `headers` are added to those that the route needs. Everything else in `changes` replaces a
        part of the correct request.
        """
        headers = {**self.route.example.headers, **changes.pop("headers", {})}
        request: dict[str, Any] = {"query": self.route.example.query}
        if self.route.body is not None:
            request["json"] = self.body
        return self.stage.ask(self.route.method, self.path, user=self.user, headers=headers, **(request | changes))

    def aim(self, target: str) -> "Attempt":
        """Let the request name another thing of the same kind."""
        self.path = self.route.path.replace("{id}", target).replace("{number}", "0").replace("{key}", target)
        return self
