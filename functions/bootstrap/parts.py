import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from core.clock import Clock, clock_ahead
from core.settings import Settings

if TYPE_CHECKING:
    from services.generations.places import RunInBackground


class part[T]:  # noqa: N801 - it reads as what it decorates: a part of the application
    """An attribute that is made when it is first asked for, and then kept.

    One thread makes it, while the others wait. Its imports stand inside the function, so that a request loads what it
    needs and nothing more.
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
    """The parts that every room is made with. `parts` are those that a test hands in, by their names."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None, **parts: Any) -> None:
        self.settings = settings
        self.clock = clock or clock_ahead(settings.clock_offset)
        self.made: dict[str, Any] = parts
        self.lock = threading.RLock()

    def later[T](self, find: Callable[[], T]) -> T:
        """Return what stands for a part until something is first asked of it, because not every request needs it."""
        return cast("T", _Later(find))

    @part
    def pause(self) -> Callable[[float], None]:
        return time.sleep

    @part
    def run_in_background(self) -> "RunInBackground":
        return lambda work: threading.Thread(target=work, daemon=True).start()
