from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from services.operations.ports import QueueControl, QueueState, QueueStatus


class ControlOfAll:
    """Switches several queues together: one after the other, until one fails.

    Every switch can be repeated, so a caller who gets an error can simply try again.
    """

    def __init__(self, controls: Mapping[str, QueueControl]) -> None:
        self._controls = controls

    def status(self) -> QueueStatus:
        return self._each(lambda control: control.status())

    def pause(self) -> QueueStatus:
        return self._each(lambda control: control.pause())

    def resume(self) -> QueueStatus:
        return self._each(lambda control: control.resume())

    def purge(self) -> QueueStatus:
        return self._each(lambda control: control.purge())

    def _each(self, ask: Callable[[QueueControl], QueueStatus]) -> QueueStatus:
        return _combined([replace(ask(control), name=name) for name, control in self._controls.items()])


def _combined(parts: Sequence[QueueStatus]) -> QueueStatus:
    """Return one status for all queues. A figure is None if it is unknown for one of them."""
    states = {part.state for part in parts}
    return QueueStatus(
        state=states.pop() if len(states) == 1 else QueueState.UNKNOWN,
        depth=_sum(part.depth for part in parts),
        oldest_at=min((part.oldest_at for part in parts if part.oldest_at), default=None),
        purged_at=max((part.purged_at for part in parts if part.purged_at), default=None),
        max_attempts=parts[0].max_attempts,
        max_concurrent_dispatches=_sum(part.max_concurrent_dispatches for part in parts),
        max_dispatches_per_second=_sum(part.max_dispatches_per_second for part in parts),
        parts=tuple(parts),
    )


def _sum[N: (int, float)](figures: Iterable[N | None]) -> N | None:
    known = list(figures)
    return None if None in known else sum(each for each in known if each is not None)
