"""Has the names of collections, and makes the path of each kind of document."""

USERS = "users"


TRANSACTIONS = "transactions"


GENERATIONS = "generation_requests"


STYLES = "styles"


COLORS = "colors"


SIZES = "sizes"


MODELS = "models"


PRICE_RULES = "price_rules"


REPORTS = "reports"


API_KEYS = "api_keys"


ADDRESSES = "addresses"


AUDIT_LOG = "audit_log"


SYSTEM = "system"


MAIL = "mail"


UNSUBSCRIBED = "unsubscribed"


WELCOMES = "welcomes"


def user_path(user_id: str) -> str:
    return f"{USERS}/{user_id}"


def transactions_path(user_id: str) -> str:
    return f"{USERS}/{user_id}/{TRANSACTIONS}"


def entry_path(user_id: str, entry_id: str) -> str:
    return f"{transactions_path(user_id)}/{entry_id}"


def generation_path(generation_id: str) -> str:
    return f"{GENERATIONS}/{generation_id}"


def api_key_path(key_id: str) -> str:
    return f"{API_KEYS}/{key_id}"


def address_path(digest: str) -> str:
    return f"{ADDRESSES}/{digest}"


def audit_path(record_id: str) -> str:
    return f"{AUDIT_LOG}/{record_id}"


def report_path(report_id: str) -> str:
    return f"{REPORTS}/{report_id}"


def mail_path(mail_id: str) -> str:
    return f"{MAIL}/{mail_id}"


def unsubscribed_path(digest: str) -> str:
    return f"{UNSUBSCRIBED}/{digest}"


def welcome_path(digest: str) -> str:
    return f"{WELCOMES}/{digest}"


def system_path(name: str) -> str:
    """Return the path of a document that exists once, such as `system/queue`."""
    return f"{SYSTEM}/{name}"
