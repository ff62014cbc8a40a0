from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from schemas.base import InboundText, Outbound, Words

Id = Annotated[Words, Field(max_length=200, pattern=r"^[^/]+$")]


class ProviderCallback(InboundText):
    """Vendors send more fields than these. Only the two ids are read."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    generation_id: Id
    provider_job: Id


class Received(Outbound):
    status: Literal["received"] = "received"
