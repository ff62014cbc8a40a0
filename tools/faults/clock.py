import threading
from datetime import datetime, timedelta

from core.clock import utc_now


class MovableClock:
    """A clock that the run can put forward, so that a sweep need not wait for what is due in half an hour."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead

    def put_forward_to(self, moment: datetime) -> None:
        with self._lock:
            self.ahead = max(self.ahead, moment - utc_now())
