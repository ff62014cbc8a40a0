"""Firestore deletes some documents by itself. The policies in firestore.indexes.json name moments that our documents
really have.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from repositories.store.paths import ADDRESSES
from services.accounts.ports import Identity
from world import World

OVERRIDES = json.loads((Path(__file__).resolve().parents[3] / "firestore.indexes.json").read_text())["fieldOverrides"]
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def test_only_counted_addresses_are_forgotten_by_a_policy() -> None:
    expiring = [(each["collectionGroup"], each["fieldPath"]) for each in OVERRIDES if each.get("ttl")]
    assert expiring == [(ADDRESSES, "expires_at")]


def test_a_counted_address_says_when_it_may_go() -> None:
    """It may not go before its day is over. Firestore's policies take up to a day more."""
    world = World(NOW)
    world.app.account_service.enter(Identity("anna", is_anonymous=True), "203.0.113.7")
    (counted,) = (document for path, document in world.records().items() if path.startswith(f"{ADDRESSES}/"))
    assert counted.fields["expires_at"] == NOW.replace(hour=0) + timedelta(days=1)
    assert set(counted.fields) == {each["fieldPath"] for each in OVERRIDES if each["collectionGroup"] == ADDRESSES}
