from core.addresses import Networks, ServerAddress
from core.settings.base import BaseSettings
from core.settings.values import Count, Origins


class HttpSettings(BaseSettings):
    public_url: ServerAddress
    cors_allowed_origins: Origins = ()
    trusted_proxies: Networks = ()

    requests_per_minute: Count = 1200
    requests_burst: Count = 240
    address_requests_per_minute: Count = 120
    address_requests_burst: Count = 60
