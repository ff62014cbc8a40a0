import base64
from datetime import UTC, datetime

import pytest

from core.errors import InvalidRequest
from repositories.delivery import LeaverRepository
from repositories.store.memory import MemoryDocuments
from services.delivery.subscriptions import SubscriptionService

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ANN, BOB = "ann@example.com", "bob/7@example.com"


@pytest.fixture
def documents() -> MemoryDocuments:
    return MemoryDocuments()


def subscriptions(documents: MemoryDocuments, pepper: str = "p" * 40) -> SubscriptionService:
    return SubscriptionService(
        LeaverRepository(documents), pepper=pepper, public_url="https://darkroom.example", clock=lambda: NOW
    )


def test_everybody_gets_reports_until_they_say_no(documents: MemoryDocuments) -> None:
    service = subscriptions(documents)
    assert service.wants(ANN)
    service.unsubscribe(service.token(ANN))
    assert not service.wants(ANN)
    assert service.wants(BOB)


def test_twice_is_as_good_as_once(documents: MemoryDocuments) -> None:
    service = subscriptions(documents)
    for _ in range(2):
        service.unsubscribe(service.token(BOB))
    assert not service.wants(BOB)
    assert len(documents._documents) == 1


def test_who_left_can_come_back(documents: MemoryDocuments) -> None:
    service = subscriptions(documents)
    service.unsubscribe(service.token(ANN))
    assert service.resubscribe(" Ann@Example.com ")
    assert service.wants(ANN)
    assert not service.resubscribe(ANN)


def test_the_link_stays_good_when_the_instance_ends(documents: MemoryDocuments) -> None:
    url = subscriptions(documents).url(ANN)
    address, _, token = url.partition("?token=")
    assert address == "https://darkroom.example/v1/reports/unsubscribe"
    assert subscriptions(documents).address(token) == ANN


def test_a_token_is_of_one_address(documents: MemoryDocuments) -> None:
    service = subscriptions(documents)
    address, _, _ = service.token(ANN).partition(".")
    _, _, proof = service.token(BOB).partition(".")
    with pytest.raises(InvalidRequest):
        service.unsubscribe(f"{address}.{proof}")
    assert service.wants(ANN)


def test_a_token_of_another_pepper_is_none(documents: MemoryDocuments) -> None:
    with pytest.raises(InvalidRequest):
        subscriptions(documents).address(subscriptions(documents, "q" * 40).token(ANN))


@pytest.mark.parametrize(
    "token",
    [
        *("", ".", "x", "a.b.c", "é.é", "YW5uQGV4YW1wbGUuY29t", "YW5uQGV4YW1wbGUuY29t.", "A.A", "%00.%00", "\x00"),
        base64.urlsafe_b64encode(b"\xff\xfe").decode() + ".AAAA",
    ],
)
def test_anything_else_is_refused(documents: MemoryDocuments, token: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        subscriptions(documents).unsubscribe(token)
    assert refused.value.errors[0].pointer == "token"
    assert documents._documents == {}
