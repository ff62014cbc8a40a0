"""Counts the active users of a week, from the numbers that their documents carry (`domain/credits/user_week.py`)."""

from datetime import date

from core.calendar import Week
from domain.reports.anomalies.usage import SINGLE_USER_CREDITS
from domain.reports.week_stats import SHORT_LIST, BusyUser, UserList, UserStats
from repositories.store.documents import Document, Documents, Fields, Query
from repositories.store.paths import USERS

_MUCH_A_DAY = int(SINGLE_USER_CREDITS.limits.above)


class UserCounts:
    """Counts the users of one week. Firestore indexes each field by itself, and no query here needs another index."""

    def __init__(self, documents: Documents, week: Week) -> None:
        self._documents = documents
        self._field = week.field

    def outline(self) -> UserStats:
        return UserStats(active=self._count("requests", ">", 0))

    def stats(self) -> UserStats:
        newcomers = self._count("newcomer", "==", 1)
        top = self._most("requests", above=0)
        spenders = self._listed("best_day_credits", above=_MUCH_A_DAY)
        spiking = self._listed("spike", above=0)
        named = tuple(user.user_id for user in top if not user.requests_before)
        return UserStats(
            active=self._count("requests", ">", 0),
            newcomers=newcomers,
            newcomers_named=named or (self._newcomers() if newcomers else ()),
            top=top,
            spenders=spenders,
            spiking=spiking,
        )

    def _listed(self, name: str, *, above: int) -> UserList:
        """Return the users with the highest values above `above`.

        Only if the list is full does it take a query to count all.
        """
        named = self._most(name, above=above)
        return UserList(named=named, count=self._count(name, ">", above) if len(named) == SHORT_LIST else len(named))

    def _most(self, name: str, *, above: int) -> tuple[BusyUser, ...]:
        query = Query(
            collection=USERS,
            where=((self._path(name), ">", above),),
            order_by=(f"-{self._path(name)}",),
            limit=SHORT_LIST,
            fields=(f"weeks.{self._field}",),
        )
        return tuple(_busy(document, self._field) for document in self._documents.query(query))

    def _newcomers(self) -> tuple[str, ...]:
        where = ((self._path("newcomer"), "==", 1),)
        found = self._documents.query(Query(collection=USERS, where=where, limit=SHORT_LIST, fields=()))
        return tuple(document.id for document in found)

    def _count(self, name: str, operator: str, value: int) -> int:
        return self._documents.totals(Query(collection=USERS, where=((self._path(name), operator, value),))).count

    def _path(self, name: str) -> str:
        return f"weeks.{self._field}.{name}"


def _busy(document: Document, week: str) -> BusyUser:
    fields: Fields = document.fields["weeks"][week]
    return BusyUser(
        user_id=document.id,
        requests=fields["requests"],
        requests_before=fields["before"],
        credits=fields["credits"],
        best_day=date.fromisoformat(fields["best_day"]) if fields["best_day"] else None,
        best_day_credits=fields["best_day_credits"],
    )
