from pydantic import Field

from schemas.base import Outbound


class ConnectionResource(Outbound):
    """This says how a request reached the function. It helps an operator to set `TRUSTED_PROXIES`."""

    address: str = Field(
        description="The address that this request counts for, in limits by address.", examples=["203.0.113.7"]
    )
    connection: str = Field(description="The address that opened the connection to the function's own server.")
    forwarded_for: list[str] = Field(description="The entries of X-Forwarded-For, in their order.")
    headers: dict[str, str] = Field(description="The other headers that proxies write, by lower-case name.")
    header_names: list[str] = Field(description="The names of all headers of the request, sorted.")
