"""storage.rules is checked by its text: it has one service, one path for every object, and one statement, which denies.

This does not prove that Cloud Storage for Firebase reads the file as we do, because its emulator cannot be had here,
and the emulator of the local stack knows no rules. It does not prove that the rules are deployed. Signed links and
public objects do not depend on rules.
"""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
RULES = (ROOT / "storage.rules").read_text(encoding="utf-8")

CLOSED = re.compile(
    r"rules_version = '2'; "
    r"service firebase\.storage \{ "
    r"match /b/\{bucket\}/o \{ "
    r"match /\{(\w+)=\*\*\} \{ "
    r"allow read, write: if false; "
    r"\} \} \}"
)


def denies_everything(text: str) -> bool:
    """Say whether the text says nothing else. Rules are joined by `or`, so any further statement could only allow
    something.
    """
    without_comments = re.sub(r"//[^\n]*", "", text)
    return CLOSED.fullmatch(" ".join(without_comments.split())) is not None


def test_no_client_reads_or_writes_the_bucket() -> None:
    assert denies_everything(RULES)


def test_this_is_the_file_that_is_deployed() -> None:
    assert json.loads((ROOT / "firebase.json").read_text(encoding="utf-8"))["storage"] == {"rules": "storage.rules"}


DENIAL = "allow read, write: if false;"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (DENIAL, "allow read, write: if true;"),
        (DENIAL, "allow read, write;"),
        (DENIAL, "allow read: if request.auth != null;"),
        (DENIAL, ""),
        (DENIAL, f"// {DENIAL}"),
        (DENIAL, f"{DENIAL} allow get: if resource.name == 'x';"),
        ("match /{path=**}", "match /outputs/{path} { allow read; } match /{path=**}"),
        ("match /{path=**}", "match /{path}"),
        ("firebase.storage", "cloud.firestore"),
    ],
)
def test_what_is_weaker_is_noticed(old: str, new: str) -> None:
    assert RULES.count(old) == 1
    assert not denies_everything(RULES.replace(old, new))
