from typing import Literal

from schemas.base import Outbound


class Health(Outbound):
    status: Literal["ok"] = "ok"
