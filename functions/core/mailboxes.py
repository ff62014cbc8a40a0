"""Several spellings of an e-mail address can lead to one mailbox, by the rules that the big providers publish."""

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
    """Return one spelling for each mailbox.

    It is in lower case. For the providers above, the dots and whatever follows a + are taken out where they have no
    meaning.
    """
    local, _, given = email.strip().casefold().rpartition("@")
    domain = _ALIASES.get(given, given)
    if domain in _WITH_TAGS:
        local = local.partition("+")[0]
    if domain in _WITHOUT_DOTS:
        local = local.replace(".", "")
    return f"{local}@{domain}"
