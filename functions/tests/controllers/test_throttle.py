import pytest

from controllers.throttle import Throttle
from core.errors import RateLimited
from domain.limits import Rate
from people import ALICE, MALLORY, NOW, bearer, issue, refusal
from world import Response, World

LIMITS = {
    "REQUESTS_PER_MINUTE": "60",
    "REQUESTS_BURST": "5",
    "ADDRESS_REQUESTS_PER_MINUTE": "30",
    "ADDRESS_REQUESTS_BURST": "3",
}


@pytest.fixture
def limited() -> World:
    return World(NOW, AUTH_MODE="required", **LIMITS)


def look(world: World, headers: dict[str, str], *, path: str = "/v1/me", remote: str = "192.0.2.1") -> Response:
    return world.api("GET", path, headers=headers, environ_base={"REMOTE_ADDR": remote})


# --- callers ---


def test_every_answer_to_a_caller_says_what_is_left(limited: World) -> None:
    first = look(limited, ALICE)
    assert first.headers["RateLimit-Policy"] == '"requests";q=5;w=5'
    assert first.headers["RateLimit"] == '"requests";r=4;t=1'
    assert [look(limited, ALICE).headers["RateLimit"] for _ in range(4)] == [
        '"requests";r=3;t=2',
        '"requests";r=2;t=3',
        '"requests";r=1;t=4',
        '"requests";r=0;t=5',
    ]
    limited.later(seconds=60)
    assert look(limited, ALICE).headers["RateLimit"] == '"requests";r=4;t=1'


def test_one_too_many_is_429_with_the_seconds_to_wait(limited: World) -> None:
    answers = [look(limited, ALICE) for _ in range(6)]
    assert [answer.status for answer in answers] == [200] * 5 + [429]
    refused = answers[-1]
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert (refused.body["code"], refused.body["retryable"]) == ("rate_limited", True)
    assert refused.headers["Retry-After"] == "1"
    limited.later(seconds=1)
    assert look(limited, ALICE).status == 200


def test_callers_do_not_spend_one_another_s_share_and_a_key_is_a_caller(limited: World) -> None:
    for _ in range(6):
        look(limited, ALICE)
    assert look(limited, MALLORY).status == 200
    first, second = (bearer(issue(limited).token) for _ in range(2))
    assert [look(limited, first).status for _ in range(6)] == [200] * 5 + [429]
    assert look(limited, second).status == 200


def test_a_caller_is_the_same_from_every_address(limited: World) -> None:
    answers = [look(limited, ALICE, remote=f"192.0.2.{place}").status for place in range(6)]
    assert answers == [200] * 5 + [429]


def test_a_route_that_anybody_may_call_counts_too(limited: World) -> None:
    assert [look(limited, ALICE, path="/v1/healthz").status for _ in range(6)] == [200] * 5 + [429]


# --- addresses ---


@pytest.mark.parametrize("headers", [{}, bearer("forged"), bearer("dk_forged"), {"Authorization": "Basic x"}])
def test_whoever_is_not_known_is_counted_by_address(limited: World, headers: dict[str, str]) -> None:
    answers = [look(limited, headers) for _ in range(4)]
    assert [answer.status for answer in answers] == [401] * 3 + [429]
    assert answers[-1].headers["Retry-After"] == "2"
    assert look(limited, headers, remote="192.0.2.2").status == 401
    limited.later(seconds=2)
    assert look(limited, headers).status == 401


def test_public_routes_without_a_credential_are_counted_by_address(limited: World) -> None:
    answers = [look(limited, {}, path=path).status for path in ("/v1/catalog", "/v1/healthz", "/v1/catalog")]
    assert answers == [200] * 3
    assert refusal(look(limited, {}, path="/v1/catalog")) == (429, "rate_limited")
    assert "RateLimit" not in look(limited, {}, path="/v1/catalog", remote="192.0.2.2").headers


def test_who_guesses_keys_soon_stops(limited: World) -> None:
    """Without having learned which of the ids exist, and without keeping the owner from calling."""
    issued = issue(limited)
    guess = bearer(issued.token[:-1] + ("a" if issued.token[-1] != "a" else "b"))
    assert [look(limited, guess).status for _ in range(5)] == [401] * 3 + [429] * 2
    assert look(limited, bearer(issued.token)).status == 200


def test_a_good_credential_is_served_from_an_address_that_others_have_used_up(limited: World) -> None:
    for _ in range(4):
        look(limited, {})
    assert look(limited, ALICE).status == 200


def test_saying_one_is_elsewhere_does_not_help(limited: World) -> None:
    answers = [look(limited, {"X-Forwarded-For": f"198.51.100.{place}"}).status for place in range(4)]
    assert answers == [401] * 3 + [429]


def test_missing_app_checks_are_counted_as_well() -> None:
    world = World(NOW, AUTH_MODE="required", APP_CHECK="required", **LIMITS)
    assert [look(world, ALICE).status for _ in range(4)] == [401] * 3 + [429]


def test_in_open_mode_a_name_is_counted_by_address_and_told_no_wrong_remainder() -> None:
    world = World(NOW, **LIMITS)
    answers = [world.api("GET", "/v1/me", "alice") for _ in range(4)]
    assert [answer.status for answer in answers] == [200] * 3 + [429]
    assert answers[0].headers["RateLimit"] == '"requests";r=5;t=0'


def test_the_function_urls_are_limited_alike(limited: World) -> None:
    query = {"query_string": {"userId": "alice"}}
    assert [limited.call("get_user_credits", "GET", **query).status for _ in range(4)] == [401] * 3 + [429]
    answers = [limited.call("get_user_credits", "GET", **query, headers=ALICE).status for _ in range(6)]
    assert answers == [200] * 5 + [429]


# --- the parts ---


def test_a_user_and_an_address_of_the_same_name_are_two() -> None:
    rate = Rate(per_minute=1, burst=1)
    throttle = Throttle(per_caller=rate, per_address=rate, clock=lambda: NOW)
    throttle.take_caller("x")
    throttle.take_address("x")
    for take in (throttle.take_caller, throttle.take_address):
        with pytest.raises(RateLimited):
            take("x")
