from typing import Annotated

from pydantic import Field

from schemas.base import Inbound, Outbound, Words

TOKEN_MAX = 4096


class Claim(Inbound):
    anonymous_token: Annotated[Words, Field(max_length=TOKEN_MAX)] = Field(
        description="The ID token of the anonymous user whose generations become yours.", examples=["eyJhbGciOi…"]
    )


class SignedOut(Outbound):
    status: str = "signed_out"
