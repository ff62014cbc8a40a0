"""These are all pages that Hosting serves, with the address and who must be signed in to see it. Tests and screenshots
use them.
"""

from dataclasses import dataclass
from enum import StrEnum


class Visitor(StrEnum):
    NOBODY = "nobody"
    USER = "user"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Place:
    """`path` may name what only the scenery knows: `{generation}`, `{user}`, `{report}`.

    `complaint` is a pattern for the errors that the browser rightly reports there.
    """

    name: str
    path: str
    visitor: Visitor
    complaint: str | None = None


_CONSOLE = {
    Visitor.NOBODY: {"sign-in": "/app/sign-in"},
    Visitor.USER: {
        "studio": "/app/studio",
        "gallery": "/app/gallery",
        "picture": "/app/gallery/{generation}",
        "credits": "/app/credits",
        "keys": "/app/keys",
        "usage": "/app/usage",
        "account": "/app/account",
    },
    Visitor.ADMIN: {
        "users": "/app/admin/users",
        "user": "/app/admin/users/{user}",
        "generations": "/app/admin/generations",
        "ledger": "/app/admin/ledger",
        "queue": "/app/admin/queue",
        "reports": "/app/admin/reports",
        "report": "/app/admin/reports/{report}",
        "audit-log": "/app/admin/audit-log",
    },
}

CONSOLE = tuple(Place(name, path, visitor) for visitor, paths in _CONSOLE.items() for name, path in paths.items())
OPEN = (
    Place("landing", "/", Visitor.NOBODY),
    Place("landing-ru", "/ru", Visitor.NOBODY),
    Place("not-found", "/no-such-page", Visitor.NOBODY, complaint=r"404 \(Not Found\).*/no-such-page"),
    Place("nothing-here", "/app/no-such-page", Visitor.NOBODY),
    Place("reference", "/docs", Visitor.NOBODY),
    Place("guide", "/docs/guide", Visitor.NOBODY),
    Place("problems", "/docs/problems", Visitor.NOBODY),
    Place("problem", "/docs/problems/insufficient_credits", Visitor.NOBODY),
)
ALL = (*OPEN, *CONSOLE)
