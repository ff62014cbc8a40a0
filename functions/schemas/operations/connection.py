from pydantic import Field

from schemas.base import Outbound


class ConnectionResource(Outbound):
    """How a request reached the function, for an operator who sets `TRUSTED_PROXIES`."""

    address: str = Field(description="What limits of an address count this request by.", examples=["203.0.113.7"])
    connection: str = Field(description="Who opened the connection to the function's own server.")
    forwarded_for: list[str] = Field(description="The entries of X-Forwarded-For, in their order.")
    headers: dict[str, str] = Field(description="The other headers that proxies write, by lower-case name.")
    header_names: list[str] = Field(description="The names of all headers that came, sorted.")
