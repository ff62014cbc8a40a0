from pydantic import BaseModel, ConfigDict, Field


class BaseSettings(BaseModel):
    """The settings that every room may ask for."""

    # The text of pydantic's own error stands in tracebacks, and would show what was given for the pepper.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    project_id: str = Field(min_length=1)
    on_emulator: bool = False
    region: str = "us-central1"
