from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from schemas.base import Text


class TaskPayload(BaseModel):
    """What a task carries: whose it is and what was asked is read from the generation, never from here."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    generation_request_id: str = Field(min_length=1)
    dispatch: int | None = Field(default=None, ge=1)
    request_id: Annotated[Text, Field(max_length=128)] | None = None
