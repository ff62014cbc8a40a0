import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from core.clock import Clock, clock_ahead
from core.settings import Settings

if TYPE_CHECKING:
    from services.generations.places import RunInBackground


class part[T]:  # noqa: N801 - a decorator has a lower-case name
    """Decorates a method whose result is made when it is first asked for, and then kept.

    One thread makes it, while the others wait. The method has its imports inside, so that a request loads only what it
    needs.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self._name = make.__name__

    def __get__(self, app: "Parts", _: type) -> T:
        if self._name not in app.made:
            with app.lock:
                if self._name not in app.made:
                    app.made[self._name] = self._make(app)
        made: T = app.made[self._name]
        return made


class _Later:
    def __init__(self, find: Callable[[], Any]) -> None:
        self._find = find

    def __getattr__(self, name: str) -> Any:
        return getattr(self._find(), name)


class Parts:
    """Holds what every room is made with. `parts` are replacements by name, which a test passes in."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None, **parts: Any) -> None:
        self.settings = settings
        self.clock = clock or clock_ahead(settings.clock_offset)
        self.made: dict[str, Any] = parts
        self.lock = threading.RLock()

    def later[T](self, find: Callable[[], T]) -> T:
        """Return a stand-in that finds the part when it is first used, because not every request needs it."""
        return cast("T", _Later(find))

    @part
    def pause(self) -> Callable[[float], None]:
        return time.sleep

    @part
    def run_in_background(self) -> "RunInBackground":
        return lambda work: threading.Thread(target=work, daemon=True).start()
