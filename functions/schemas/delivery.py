from pydantic import Field

from schemas.base import InboundText

TOKEN_MAX = 800


class Unsubscribe(InboundText):
    token: str = Field(max_length=TOKEN_MAX, description="From the link in a mail.")
