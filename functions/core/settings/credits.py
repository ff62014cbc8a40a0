from core.settings.base import BaseSettings
from core.settings.values import Count


class CreditSettings(BaseSettings):
    creations_per_minute: Count = 300
    creations_burst: Count = 60
    in_flight_max: Count = 100
    key_creations_per_minute: Count = 300
    key_creations_burst: Count = 60
    key_in_flight_max: Count = 100
    cancels_after_start_per_day: Count = 20
