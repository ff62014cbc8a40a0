import pytest

from controllers.http.throttle import Throttle
from core.errors import RateLimited, Unauthenticated
from core.rates import Rate
from people import ALICE, MALLORY, NOW, bearer, issue, known, refusal
from security.doors import Counted
from services.accounts.ports import Identity
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


def test_callers_do_not_spend_one_another_s_share(limited: World) -> None:
    for _ in range(6):
        look(limited, ALICE)
    assert look(limited, MALLORY).status == 200
    assert look(limited, bearer(issue(limited, "mallory").token)).status == 200


def test_twenty_keys_of_one_user_have_the_rate_of_one(limited: World) -> None:
    keys = [bearer(issue(limited).token) for _ in range(20)]
    assert [look(limited, key).status for key in keys] == [200] * 5 + [429] * 15
    assert look(limited, ALICE).status == 429, "who owns them has used its share up with them"
    limited.later(seconds=1)
    assert [look(limited, key).status for key in keys[:2]] == [200, 429]


def test_what_one_key_is_refused_does_not_count_for_its_owner(limited: World) -> None:
    """The key's own bucket refuses first. A request that is refused takes from neither bucket."""
    busy = bearer(issue(limited).token)
    assert [look(limited, busy).status for _ in range(9)] == [200] * 5 + [429] * 4
    limited.later(seconds=2)
    assert [look(limited, ALICE).status for _ in range(3)] == [200, 200, 429]


def test_a_key_is_told_what_is_left_of_what_it_shares(limited: World) -> None:
    first, second = (bearer(issue(limited).token) for _ in range(2))
    look(limited, first)
    look(limited, first)
    assert look(limited, second).headers["RateLimit"] == '"requests";r=2;t=3'


# --- refusals before any work is done ---


@pytest.fixture
def watched() -> World:
    return World(NOW, documents=Counted(), AUTH_MODE="required", **LIMITS)


def reads(world: World) -> int:
    assert isinstance(world.documents, Counted)
    return len(world.documents.asked)


def made_up(place: int) -> dict[str, str]:
    return bearer(f"dk_a{place:011d}_{'x' * 43}")


def test_made_up_keys_cost_no_read_beyond_the_rate_of_their_address(watched: World) -> None:
    before = reads(watched)
    answers = [look(watched, made_up(place)).status for place in range(300)]
    assert answers == [401] * 3 + [429] * 297
    assert reads(watched) - before == 3


def test_made_up_tokens_are_not_verified_beyond_it_either(limited: World) -> None:
    class Verifying:
        def __init__(self) -> None:
            self.count = 0

        def verify(self, token: str, *, check_revoked: bool = False) -> Identity:
            self.count += 1
            raise Unauthenticated("The ID token is not valid.")

    tokens = limited.app.made["tokens"] = Verifying()
    assert [look(limited, bearer(f"forged-{place}")).status for place in range(50)] == [401] * 3 + [429] * 47
    assert tokens.count == 3


def test_a_key_over_its_limit_reads_nothing(watched: World) -> None:
    key = bearer(issue(watched).token)
    assert [look(watched, key).status for _ in range(5)] == [200] * 5
    before = reads(watched)
    assert [look(watched, key).status for _ in range(20)] == [429] * 20
    assert reads(watched) == before


def test_nor_do_many_tokens_of_a_user_over_its_limit(watched: World) -> None:
    """Each of the tokens is new here, so each is counted for the address until it is served."""
    known(watched, **{f"token-{place}": Identity("alice") for place in range(40)})
    answers = [look(watched, bearer(f"token-{place}")).status for place in range(40)]
    assert answers == [200] * 5 + [429] * 35
    before = reads(watched)
    assert look(watched, bearer("token-39")).status == 429
    assert reads(watched) == before


def test_a_key_that_was_revoked_is_counted_for_its_address(watched: World) -> None:
    issued = issue(watched)
    assert look(watched, bearer(issued.token)).status == 200
    watched.app.keys.revoke("alice", issued.key.id)
    before = reads(watched)
    assert [look(watched, bearer(issued.token)).status for _ in range(30)] == [401] * 3 + [429] * 27
    assert reads(watched) - before == 3


def test_good_credentials_that_are_new_here_use_nothing_of_their_address_up(limited: World) -> None:
    known(limited, **{f"token-{place}": Identity(f"user-{place}") for place in range(10)})
    for place in range(10):
        limited.add_user(f"user-{place}", 0)
    assert [look(limited, bearer(f"token-{place}")).status for place in range(10)] == [200] * 10
    assert [look(limited, {}).status for _ in range(4)] == [401] * 3 + [429]


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
    """The caller does not learn which of the ids exist, and cannot keep the owner from calling."""
    issued = issue(limited)
    assert look(limited, bearer(issued.token)).status == 200
    guess = bearer(issued.token[:-1] + ("a" if issued.token[-1] != "a" else "b"))
    assert [look(limited, guess).status for _ in range(5)] == [401] * 3 + [429] * 2
    assert look(limited, bearer(issued.token)).status == 200


def test_a_credential_that_is_known_here_is_served_from_an_address_that_others_have_used_up(limited: World) -> None:
    """If a credential is not known here, it cannot be told from a made-up one without the work that is refused."""
    assert look(limited, ALICE).status == 200
    for _ in range(4):
        look(limited, {})
    assert look(limited, ALICE).status == 200
    assert look(limited, MALLORY).status == 429
    limited.later(seconds=2)
    assert look(limited, MALLORY).status == 200


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
    answers = [limited.call("get_user_credits", "GET", **query, headers=ALICE).status for _ in range(6)]
    assert answers == [200] * 5 + [429]
    assert [limited.call("get_user_credits", "GET", **query).status for _ in range(4)] == [401] * 3 + [429]


# --- the parts ---


def test_a_user_and_an_address_of_the_same_name_are_two() -> None:
    rate = Rate(per_minute=1, burst=1)
    throttle = Throttle(per_caller=rate, per_address=rate, clock=lambda: NOW)
    throttle.take_caller(["x"])
    throttle.take_address("x")
    with pytest.raises(RateLimited):
        throttle.take_caller(["x"])
    with pytest.raises(RateLimited):
        throttle.take_address("x")
