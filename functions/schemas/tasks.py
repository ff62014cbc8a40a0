from pydantic import BaseModel, ConfigDict, Field


class TaskPayload(BaseModel):
    """What a task carries: whose it is and what was asked is read from the generation, never from here."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    generation_request_id: str = Field(min_length=1, max_length=200, pattern=r"^[^/\x00]+$")
    dispatch: int | None = Field(default=None, ge=1)
    request_id: str | None = Field(default=None, max_length=128)
