from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from schemas.base import Text


class TaskPayload(BaseModel):
    """A task carries these values.

    Everything else, such as the owner and the order, is read from the stored generation.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    generation_request_id: str = Field(min_length=1)
    dispatch: int | None = Field(default=None, ge=1)
    request_id: Annotated[Text, Field(max_length=128)] | None = None
