"""Users are administered through the HTTP interface that an operator's own tools use."""

from typing import Any

import pytest

from domain.accounts.keys import Scope
from people import ADMIN, ALICE, NOW, at_once, bearer, issue, make_admin, refusal
from world import ORDER, Response, World

ROUTES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("GET", "/v1/admin/users", {}),
    ("GET", "/v1/admin/users/bob", {}),
    ("POST", "/v1/admin/users", {"json": {"external_user_id": "customer-42"}}),
    (
        "POST",
        "/v1/admin/users/bob/adjustments",
        {"json": {"credits": 5, "reason": "Apology"}, "headers": {"Idempotency-Key": "k"}},
    ),
    ("POST", "/v1/admin/users/bob/deactivate", {"json": {"reason": "Fraud"}}),
    ("POST", "/v1/admin/users/bob/activate", {"json": {"reason": "Sorry"}}),
    ("DELETE", "/v1/admin/users/bob", {"query_string": {"reason": "Asked"}}),
)


@pytest.fixture
def required() -> World:
    """Every request must have a credential. The admin has called before."""
    world = World(NOW, AUTH_MODE="required")
    assert world.api("GET", "/v1/me", headers=ADMIN).status == 200
    return world


def send(world: World, who: dict[str, str] | None, method: str, path: str, **request: Any) -> Response:
    return world.api(method, path, headers={**request.pop("headers", {}), **(who or {})}, **request)


def do(world: World, user_id: str, deed: str, reason: str = "Because") -> Response:
    """Call as the admin, who gives a reason."""
    return world.api("POST", f"/v1/admin/users/{user_id}/{deed}", headers=ADMIN, json={"reason": reason})


def adjust(
    world: World, credits_: int, *, key: str = "k1", user_id: str = "alice", reason: str = "Apology"
) -> Response:
    return world.api(
        "POST",
        f"/v1/admin/users/{user_id}/adjustments",
        headers={**ADMIN, "Idempotency-Key": key},
        json={"credits": credits_, "reason": reason},
    )


def log_of(world: World) -> list[dict[str, Any]]:
    """Return the audit log, newest first."""
    records = [each.fields for path, each in world.records().items() if path.startswith("audit_log/")]
    return [dict(fields) for fields in sorted(records, key=lambda fields: fields["at"], reverse=True)]


def listed(world: World, **query: str) -> tuple[list[str], str | None]:
    response = world.api("GET", "/v1/admin/users", headers=ADMIN, query_string=query)
    assert response.status == 200, response.body
    return [user["id"] for user in response.body["data"]], response.body["next_page_token"]


class TestWhoMay:
    @pytest.mark.parametrize(("method", "path", "request_"), ROUTES)
    @pytest.mark.parametrize(
        ("headers", "expected"),
        [(None, (401, "unauthenticated")), (ALICE, (403, "permission_denied"))],
        ids=["nobody", "a user"],
    )
    def test_only_an_admin(
        self,
        required: World,
        method: str,
        path: str,
        request_: dict[str, Any],
        headers: dict[str, str] | None,
        expected: tuple[int, str],
    ) -> None:
        before = required.records()
        assert refusal(send(required, headers, method, path, **request_)) == expected
        assert required.records() == before

    @pytest.mark.parametrize(("method", "path", "request_"), ROUTES)
    def test_an_admins_key_with_the_scope_and_no_other(
        self, required: World, method: str, path: str, request_: dict[str, Any]
    ) -> None:
        make_admin(required, "mallory")
        needed, other = Scope.ADMIN_READ, Scope.ADMIN_WRITE
        if method != "GET":
            needed, other = other, needed
        wrong = issue(required, "mallory", is_admin=True, scopes=frozenset(Scope) - {needed})
        right = issue(required, "mallory", is_admin=True, scopes=frozenset({needed}))
        assert refusal(send(required, bearer(wrong.token), method, path, **request_)) == (403, "permission_denied")
        assert send(required, bearer(right.token), method, path, **request_).status < 300
        make_admin(required, "mallory", is_admin=False)
        assert send(required, bearer(right.token), method, path, **request_).status == 403


class TestLists:
    def test_everybody_by_id_page_by_page(self, required: World) -> None:
        seen, token = listed(required, page_size="2")
        while token is not None:
            page, token = listed(required, page_size="2", page_token=token)
            seen += page
        assert seen == ["admin", "alice", "bob", "mallory"]

    def test_a_row_is_the_user_with_its_balance(self, required: World) -> None:
        required.api("POST", "/v1/generations", headers=ALICE, json=ORDER)
        response = required.api("GET", "/v1/admin/users", headers=ADMIN, query_string={"email": "ALICE@"})
        assert response.body["data"] == [
            {
                "id": "alice",
                "name": "Alice",
                "email": "alice@example.com",
                "current_credits": 99,
                "held_credits": 1,
                "total_images_generated": 0,
                "is_active": True,
                "is_anonymous": False,
                "is_admin": False,
                "created_at": "2026-03-04T12:00:00Z",
            }
        ]

    def test_the_beginning_of_an_address_in_any_case(self, required: World) -> None:
        for name in ("anna", "annabel", "joanna"):
            required.add_user(name, 0)
        assert listed(required, email="Anna")[0] == ["anna", "annabel"]
        first, token = listed(required, email="anna", page_size="1")
        assert first == ["anna"]
        assert token is not None
        assert listed(required, email="anna", page_size="1", page_token=token) == (["annabel"], None)
        assert listed(required, email="nobody") == ([], None)

    def test_a_token_belongs_to_its_search(self, required: World) -> None:
        token = listed(required, page_size="1")[1]
        assert token is not None
        response = required.api(
            "GET", "/v1/admin/users", headers=ADMIN, query_string={"email": "a", "page_token": token}
        )
        assert refusal(response) == (400, "invalid_request")
        assert response.body["errors"][0]["pointer"] == "page_token"

    @pytest.mark.parametrize("token", ["x", "WyJhIiwiYi9jIiwieCJd", "WzEsMiwzXQ", "eyJhIjoxfQ"])
    def test_anything_else_is_no_token(self, required: World, token: str) -> None:
        response = required.api("GET", "/v1/admin/users", headers=ADMIN, query_string={"page_token": token})
        assert refusal(response) == (400, "invalid_request")

    def test_one_user_with_all_that_an_operator_asks(self, required: World) -> None:
        issue(required)
        required.overwrite("users/alice", claimed=["passer-by"])
        required.api("POST", "/v1/generations", headers=ALICE, json=ORDER)
        body = required.api("GET", "/v1/admin/users/alice", headers=ADMIN).body
        assert (body["current_credits"], body["held_credits"], body["in_flight"], body["keys"]) == (99, 1, 1, 1)
        assert (body["claimed"], body["claimed_by"], body["deleted_at"]) == (["passer-by"], None, None)
        assert body["books_opened_at"] == "2026-03-04T12:00:00Z"

    def test_a_user_that_is_not_there(self, required: World) -> None:
        assert refusal(required.api("GET", "/v1/admin/users/nobody", headers=ADMIN)) == (404, "user_not_found")


class TestExternalUsers:
    def create(self, world: World, external_id: str = "customer-42") -> Response:
        return world.api("POST", "/v1/admin/users", headers=ADMIN, json={"external_user_id": external_id})

    def test_it_is_made_once_and_comes_with_nothing(self, required: World) -> None:
        made, again = self.create(required), self.create(required)
        assert (made.status, again.status) == (201, 200)
        assert made.headers["Location"] == "/v1/admin/users/ext-customer-42"
        assert made.body == again.body
        assert (made.body["id"], made.body["current_credits"]) == ("ext-customer-42", 0)
        assert [record["action"] for record in log_of(required)] == ["user.create"]
        required.assert_books_balance()

    def test_many_at_once_make_one(self, required: World) -> None:
        answers = at_once(*[lambda: self.create(required)] * 10)
        assert {answer.status for answer in answers} <= {200, 201}
        assert len(log_of(required)) == 1
        required.assert_books_balance()

    @pytest.mark.parametrize("external_id", ["", " ", "a/b", "x" * 101, "a\nb"])
    def test_what_cannot_name_a_user(self, required: World, external_id: str) -> None:
        response = self.create(required, external_id)
        assert refusal(response) == (400, "invalid_request")
        assert response.body["errors"][0]["pointer"] == "/external_user_id"


class TestAdjustments:
    @pytest.mark.parametrize("credits_", [25, -100])
    def test_up_or_down_by_one_entry(self, required: World, credits_: int) -> None:
        response = adjust(required, credits_)
        assert response.status == 201
        assert (response.body["current_credits"], response.body["held_credits"]) == (100 + credits_, 0)
        entry = response.body["entry"]
        assert (entry["type"], entry["credits"], entry["signed_credits"]) == ("adjustment", credits_, credits_)
        assert "Apology" in entry["description"]
        assert required.user("alice").balance.current_credits == 100 + credits_
        required.assert_books_balance()

    def test_it_is_written_down_who_did_it_and_why(self, required: World) -> None:
        response = adjust(required, 25)
        (record,) = log_of(required)
        assert (record["actor"], record["action"], record["target"]) == ("user:admin", "user.adjust", "users/alice")
        assert (record["reason"], record["details"]) == ("Apology", {"credits": 25})
        assert record["request_id"] == response.headers["X-Request-Id"]
        assert record["id"] == response.body["entry"]["id"]

    def test_the_same_again_is_the_same_entry(self, required: World) -> None:
        first = adjust(required, 25)
        written = required.records()
        required.later(seconds=1)
        again = adjust(required, 25)
        assert (again.status, again.headers["Idempotent-Replayed"]) == (200, "true")
        assert again.body == first.body
        assert "Idempotent-Replayed" not in first.headers
        assert required.records() == written

    def test_the_same_again_is_no_refusal_though_it_could_not_be_done_twice(self, required: World) -> None:
        assert adjust(required, -100).status == 201
        required.later(seconds=1)
        assert adjust(required, -100).status == 200
        assert required.user("alice").balance.current_credits == 0

    @pytest.mark.parametrize("changed", [{"credits_": 26}, {"reason": "Other"}])
    def test_the_same_key_with_another_body_is_refused(self, required: World, changed: dict[str, Any]) -> None:
        adjust(required, 25)
        response = adjust(required, **{"credits_": 25, **changed})
        assert refusal(response) == (422, "idempotency_key_reused")
        assert required.user("alice").balance.current_credits == 125

    def test_the_key_is_for_one_user(self, required: World) -> None:
        assert [adjust(required, 5).status, adjust(required, 5, user_id="bob").status] == [201, 201]
        assert [required.user(each).balance.current_credits for each in ("alice", "bob")] == [105, 5]
        required.assert_books_balance()

    def test_twenty_at_once_are_one(self, required: World) -> None:
        answers = at_once(*[lambda: adjust(required, 25)] * 20)
        assert sorted(answer.status for answer in answers) == [200] * 19 + [201]
        assert len({answer.body["entry"]["id"] for answer in answers}) == 1
        assert required.user("alice").balance.current_credits == 125
        assert len(log_of(required)) == 1
        required.assert_books_balance()

    def test_below_zero_is_refused(self, required: World) -> None:
        before = required.records()
        response = adjust(required, -101)
        assert refusal(response) == (402, "insufficient_credits")
        assert (response.body["required"], response.body["available"]) == (101, 100)
        assert required.records() == before

    def test_without_a_key_it_is_refused_by_its_name(self, required: World) -> None:
        body = {"credits": 5, "reason": "Apology"}
        response = required.api("POST", "/v1/admin/users/alice/adjustments", headers=ADMIN, json=body)
        assert refusal(response) == (400, "invalid_request")
        assert response.body["errors"][0]["pointer"] == "Idempotency-Key"

    @pytest.mark.parametrize("credits_", [0, 2**31, -(2**31)])
    def test_nothing_and_too_much_are_refused(self, required: World, credits_: int) -> None:
        response = adjust(required, credits_)
        assert refusal(response) == (400, "invalid_request")
        assert response.body["errors"][0]["pointer"] == "/credits"

    @pytest.mark.parametrize("reason", ["", " ", "x" * 501])
    def test_it_takes_a_reason(self, required: World, reason: str) -> None:
        assert refusal(adjust(required, 5, reason=reason)) == (400, "invalid_request")

    def test_of_nobody(self, required: World) -> None:
        assert refusal(adjust(required, 5, user_id="nobody")) == (404, "user_not_found")


class TestGrants:
    """Credits can begin, expire, or be spent in an order of their own."""

    def give(self, world: World, key: str = "k1", **body: Any) -> Response:
        headers = {**ADMIN, "Idempotency-Key": key}
        body = {"credits": 25, "reason": "Spring", **body}
        return world.api("POST", "/v1/admin/users/alice/adjustments", headers=headers, json=body)

    def test_the_balance_shows_what_expires_when(self, required: World) -> None:
        made = self.give(required, expires_at="2026-03-05T12:00:00Z", priority=10)
        assert (made.status, made.body["current_credits"]) == (201, 125)
        assert made.body["entry"]["type"] == "grant"
        assert made.body["entry"]["description"] == "Grant of 25 until 2026-03-05T12:00:00Z: Spring"
        balance = required.api("GET", "/v1/balance", headers=ALICE).body
        assert balance["grants"] == [
            {
                "source": "operator",
                "remaining": 25,
                "held": 0,
                "amount": 25,
                "priority": 10,
                "effective_at": required.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "expires_at": "2026-03-05T12:00:00Z",
            }
        ]
        required.assert_books_balance()

    def test_they_are_spent_first_and_come_back_where_they_were(self, required: World) -> None:
        self.give(required, expires_at="2026-03-05T12:00:00Z")
        made = required.api("POST", "/v1/generations", headers=ALICE, json={**ORDER, "size": "1024x1792"})
        (grant,) = required.api("GET", "/v1/balance", headers=ALICE).body["grants"]
        assert (grant["remaining"], grant["held"]) == (21, 4)
        required.api("POST", f"/v1/generations/{made.body['id']}/cancel", headers=ALICE)
        (grant,) = required.api("GET", "/v1/balance", headers=ALICE).body["grants"]
        assert (grant["remaining"], grant["held"]) == (25, 0)
        required.assert_books_balance()

    def test_one_for_later_is_not_in_the_balance_yet(self, required: World) -> None:
        made = self.give(required, effective_at="2026-03-05T12:00:00Z")
        assert (made.status, made.body["current_credits"], made.body["entry"]["credits"]) == (201, 100, 0)
        required.later(days=2)
        assert required.api("GET", "/v1/balance", headers=ALICE).body["current_credits"] == 125

    def test_the_same_again_is_the_same_grant(self, required: World) -> None:
        first = self.give(required, expires_at="2026-03-05T12:00:00Z")
        again = self.give(required, expires_at="2026-03-05T12:00:00Z")
        assert (again.status, again.headers["Idempotent-Replayed"]) == (200, "true")
        assert again.body == first.body

    @pytest.mark.parametrize(
        "other", [{"expires_at": "2026-03-06T12:00:00Z"}, {"credits": 26}, {"effective_at": "2026-03-05T11:00:00Z"}]
    )
    def test_the_same_key_with_other_terms_is_refused(self, required: World, other: dict[str, Any]) -> None:
        self.give(required, expires_at="2026-03-05T12:00:00Z")
        response = self.give(required, **{"expires_at": "2026-03-05T12:00:00Z", **other})
        assert refusal(response) == (422, "idempotency_key_reused")

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"credits": -5, "expires_at": "2026-03-05T12:00:00Z"}, "/credits"),
            ({"effective_at": "2026-03-05T12:00:00Z", "expires_at": "2026-03-05T12:00:00Z"}, "/expires_at"),
            ({"expires_at": "2026-03-04T11:59:59Z"}, "/expires_at"),
            ({"priority": -1}, "/priority"),
            ({"priority": 1001}, "/priority"),
            ({"expires_at": 7}, "/expires_at"),
        ],
    )
    def test_terms_that_cannot_be(self, required: World, body: dict[str, Any], pointer: str) -> None:
        response = self.give(required, **body)
        assert refusal(response) == (400, "invalid_request")
        assert response.body["errors"][0]["pointer"] == pointer
        assert required.user("alice").balance.current_credits == 100


class TestDeactivation:
    def test_sign_ins_and_keys_are_dead_at_once(self, required: World) -> None:
        key = issue(required)
        body = do(required, "alice", "deactivate", "Chargeback").body
        assert (body["is_active"], body["signed_out_at"]) == (False, "2026-03-04T12:00:00Z")
        assert required.directory.inactive == {"alice"}
        assert required.directory.signed_out == ["alice"]
        assert refusal(required.api("GET", "/v1/balance", headers=bearer(key.token))) == (403, "user_inactive")
        assert refusal(required.api("POST", "/v1/generations", headers=ALICE, json=ORDER)) == (401, "unauthenticated")
        (record,) = log_of(required)
        assert (record["action"], record["reason"], record["target"]) == (
            "user.deactivate",
            "Chargeback",
            "users/alice",
        )
        required.assert_books_balance()

    def test_and_back_again(self, required: World) -> None:
        key = issue(required)
        do(required, "alice", "deactivate")
        required.later(seconds=1)
        assert do(required, "alice", "activate").body["is_active"] is True
        assert not required.directory.inactive
        assert required.api("POST", "/v1/generations", headers=bearer(key.token), json=ORDER).status == 202
        assert [record["action"] for record in log_of(required)] == ["user.activate", "user.deactivate"]
        required.assert_books_balance()

    @pytest.mark.parametrize("deed", ["activate", "deactivate"])
    def test_twice_is_once(self, required: World, deed: str) -> None:
        do(required, "alice", "deactivate")
        do(required, "alice", deed)
        written = required.records()
        assert do(required, "alice", deed).status == 200
        assert required.records() == written

    @pytest.mark.parametrize("deed", ["activate", "deactivate"])
    def test_where_the_directory_does_not_answer_a_repeat_ends_it(self, required: World, deed: str) -> None:
        if deed == "activate":
            do(required, "alice", "deactivate")
        is_active = deed == "activate"
        required.directory.is_down = True
        assert refusal(do(required, "alice", deed)) == (503, "unavailable")
        assert required.user("alice").identity.is_active is is_active
        required.directory.is_down = False
        assert do(required, "alice", deed).status == 200
        assert ("alice" in required.directory.inactive) is not is_active

    @pytest.mark.parametrize("deed", ["activate", "deactivate"])
    def test_not_to_oneself(self, required: World, deed: str) -> None:
        before = required.records()
        assert refusal(do(required, "admin", deed)) == (409, "not_oneself")
        assert required.records() == before
        assert not required.directory.signed_out

    def test_nor_by_ones_own_key(self, required: World) -> None:
        make_admin(required, "mallory")
        key = issue(required, "mallory", is_admin=True, scopes=frozenset({Scope.ADMIN_WRITE}))
        path, body = "/v1/admin/users/mallory/deactivate", {"reason": "Oops"}
        assert refusal(required.api("POST", path, headers=bearer(key.token), json=body)) == (409, "not_oneself")

    def test_who_was_claimed_does_not_come_back(self, required: World) -> None:
        required.overwrite("users/bob", claimed_by="alice", is_active=False)
        assert refusal(do(required, "bob", "activate")) == (409, "account_closed")
        assert required.user("bob").identity.is_active is False

    @pytest.mark.parametrize("deed", ["activate", "deactivate"])
    def test_of_nobody(self, required: World, deed: str) -> None:
        assert refusal(do(required, "nobody", deed)) == (404, "user_not_found")
