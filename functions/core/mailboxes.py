"""Which e-mail addresses lead to one mailbox, by the rules that the big providers publish."""

_ALIASES = {"googlemail.com": "gmail.com"}
_WITHOUT_DOTS = frozenset({"gmail.com"})
_WITH_TAGS = frozenset(
    {
        "gmail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "fastmail.com",
        "proton.me",
        "protonmail.com",
        "pm.me",
        "yahoo.com",
        "yandex.com",
        "zoho.com",
    }
)


def mailbox_of(email: str) -> str:
    """One spelling for each mailbox: without case, and for big providers without dots and what follows a +."""
    local, _, given = email.strip().casefold().rpartition("@")
    domain = _ALIASES.get(given, given)
    if domain in _WITH_TAGS:
        local = local.partition("+")[0]
    if domain in _WITHOUT_DOTS:
        local = local.replace(".", "")
    return f"{local}@{domain}"
