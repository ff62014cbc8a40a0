"""Every route and function URL is called with every credential, to see who gets in where. The doors are read from the
code that serves them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from controllers.http.wire import Access
from domain.accounts.keys import ADMIN_SCOPES, Scope
from domain.credits.ledger import EntryType
from people import ADMIN, ALICE, MALLORY, NOW, bearer, known, make_admin
from security.doors import DOORS, OPENED_BY, SAFE, WITH_ID, Counted, Door, ids_of
from security.house import CUSTOMER, EVERY_SCOPE, House
from services.accounts.ports import Identity
from tools.reference.places import path_of
from world import Response, World

CLOSED = [door for door in DOORS if not door.is_public]
OF_ADMINS = [door for door in DOORS if door.access is Access.ADMIN]
OF_USERS = [door for door in DOORS if door.access is Access.KNOWN]
OF_THINGS = [door for door in WITH_ID if door.access is Access.KNOWN]
FOR_CUSTOMERS = {"X-External-User-Id": CUSTOMER}

every_door = pytest.mark.parametrize("door", DOORS, ids=str)
closed_doors = pytest.mark.parametrize("door", CLOSED, ids=str)
doors_of_admins = pytest.mark.parametrize("door", OF_ADMINS, ids=str)
doors_of_users = pytest.mark.parametrize("door", OF_USERS, ids=str)
keyed_doors = pytest.mark.parametrize("door", [door for door in CLOSED if door.scope is not None], ids=str)


def code(response: Response) -> str:
    """Return the error code of a `/v1` answer. For a function URL it follows from the status, because those refusals
    are feraset-imagen's.
    """
    if "code" in response.body:
        return str(response.body["code"])
    return {401: "unauthenticated", 403: "permission_denied"}.get(response.status, "")


def is_open(response: Response) -> bool:
    return response.status < 300


# --- the table itself ---


def test_the_table_names_every_door_and_no_other() -> None:
    assert set(OPENED_BY) == {door.name for door in DOORS}


def test_the_routes_say_of_themselves_what_the_table_says() -> None:
    routes = World(NOW).app.api.routes
    said = {name: (route.access, route.scope) for name, route in routes.items()}
    assert said == {name: OPENED_BY[name] for name in routes}


def test_there_are_doors_of_each_kind() -> None:
    assert {door.access for door in DOORS} == set(Access)
    assert {door.name for door in OF_THINGS} >= {"getGeneration", "getKey", "getGenerationStatus"}
    assert {door.handler for door in DOORS} >= {"create_generation_request", "seed_database", ""}


def test_what_an_admin_does_is_under_one_address_but_for_the_reports() -> None:
    for door in DOORS:
        if not door.handler and not door.path.startswith("/v1/reports"):
            assert (door.access is Access.ADMIN) == door.path.startswith("/v1/admin/"), door.name


# --- no credential, or one that is worth nothing ---


def worthless(house: House) -> dict[str, dict[str, str]]:
    keys, good = house.keys, house.keys["usual"]
    of_nobody = "dk_nobodyskey00_" + good.rpartition("_")[2]
    return {
        "a forged token": bearer("forged"),
        "an unsigned token": bearer("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9."),
        "no token": {"Authorization": "Bearer "},
        "another scheme": {"Authorization": "Basic YWxpY2U6eA=="},
        "another word": {"Authorization": "Token alice-token"},
        "no scheme": {"Authorization": "alice-token"},
        "two tokens": {"Authorization": "Bearer alice-token, Bearer mallory-token"},
        "a token and a key": {**ALICE, "X-API-Key": good},
        "a token as a key": {"X-API-Key": "alice-token"},
        "an empty key": {"X-API-Key": ""},
        "a token for somebody else": {**ADMIN, "X-External-User-Id": CUSTOMER},
        "nobody for somebody else": {"X-External-User-Id": CUSTOMER},
        "the key of nobody": bearer(of_nobody),
        "a key with another secret": bearer(good[:-1] + ("a" if good[-1] != "a" else "b")),
        "a key in capitals": bearer(good.upper()),
        "half a key": bearer(good[:-1]),
        "a revoked key": bearer(keys["revoked"]),
        "an expired key": bearer(keys["expired"]),
        "a secret before the rotation": bearer(keys["rotated"]),
        "who signed out": bearer("left-token"),
        "a deleted user": bearer("gone-token"),
        "the key of a deleted user": bearer(keys["of gone"]),
    }


@every_door
def test_a_worthless_credential_opens_nothing_not_even_what_is_open_to_nobody(house: House, door: Door) -> None:
    for what, headers in worthless(house).items():
        response = door.open(house.world, headers, house.places)
        assert (response.status, code(response)) == (401, "unauthenticated"), (what, response.body)
        assert response.headers["WWW-Authenticate"] == "Bearer", what
        assert house.is_untouched(), what


def test_the_credentials_are_worthless_for_the_reason_that_is_named(house: House) -> None:
    """Each worthless credential differs in one thing from a good one, so the good ones have to work."""
    for good in (ALICE, ADMIN, bearer(house.keys["usual"]), bearer(house.keys["current"])):
        assert house.world.api("GET", "/v1/balance", headers=good).status == 200
    assert house.world.api("GET", "/v1/balance", headers={"X-API-Key": house.keys["usual"]}).status == 200


@closed_doors
def test_nobody_gets_in(house: House, door: Door) -> None:
    response = door.open(house.world, {}, house.places)
    assert (response.status, code(response)) == (401, "unauthenticated")
    assert house.is_untouched()


@pytest.mark.parametrize("door", [door for door in DOORS if door.is_public], ids=str)
def test_what_is_public_is_open_to_nobody_in_particular(fresh: House, door: Door) -> None:
    """The houses are in memory and as on the emulator, so that seed_database is among the doors."""
    assert is_open(door.open(fresh.world, {}, fresh.places))


@closed_doors
def test_a_revoked_sign_in_changes_nothing(house: House, door: Door) -> None:
    response = door.open(house.world, bearer("revoked-token"), house.places)
    if door.access is Access.KNOWN and not door.changes:
        assert is_open(response), "what is looked at is judged by the user's document: docs/adr/0009"
    elif door.changes:
        assert (response.status, code(response)) == (401, "unauthenticated")
    else:
        assert response.status == 403
    assert house.is_untouched()


# --- sign-ins ---


@doors_of_users
def test_a_user_gets_in(fresh: House, door: Door) -> None:
    response = door.open(fresh.world, ALICE, fresh.places)
    assert is_open(response), response.body


@doors_of_admins
def test_an_admin_gets_in_and_nobody_else(fresh: House, door: Door) -> None:
    for who in (ALICE, MALLORY, bearer("closed-token"), bearer("passer-by-token")):
        response = door.open(fresh.world, who, fresh.places)
        refused = ("permission_denied", "user_inactive") if who == bearer("closed-token") else ("permission_denied",)
        assert (response.status, code(response) in refused) == (403, True), (who, response.body)
        assert fresh.is_untouched(), who
    response = door.open(fresh.world, ADMIN, fresh.places)
    assert is_open(response), response.body


@doors_of_admins
def test_whether_there_is_such_a_thing_is_told_to_admins_only(house: House, door: Door) -> None:
    """The refusal comes before anybody looks for the thing, so a stranger learns nothing from it."""
    nothing = dict.fromkeys(house.places, "no-such-thing")
    known_, unknown = (door.open(house.world, MALLORY, places) for places in (house.places, nothing))
    assert same(known_, unknown, {})


# --- deactivated ---

SPENDING = [door for door in DOORS if door.name in ("createGeneration", "createGenerationRequest")]


def test_what_spends_is_what_is_fenced() -> None:
    fenced = [route.name for route in World(NOW).app.api.routes.values() if route.is_fenced]
    assert fenced == [door.name for door in SPENDING if not door.handler]


@pytest.mark.parametrize("door", SPENDING, ids=str)
def test_a_deactivated_user_spends_nothing(house: House, door: Door) -> None:
    for headers in (bearer("closed-token"), bearer(house.keys["of closed"])):
        response = door.open(house.world, headers, house.places)
        assert response.status == 403
        assert "deactivated" in str(response.body)
        assert house.is_untouched()


@closed_doors
def test_the_key_of_a_deactivated_user_opens_nothing(house: House, door: Door) -> None:
    response = door.open(house.world, bearer(house.keys["of closed"]), house.places)
    assert response.status == 403
    assert house.is_untouched()


# --- keys ---


@closed_doors
def test_a_key_without_the_scope_does_not_get_in_whatever_else_it_has(fresh: House, door: Door) -> None:
    key = fresh.key(*EVERY_SCOPE - {door.scope})
    before = fresh.world.records()
    response = door.open(fresh.world, key, fresh.places)
    assert (response.status, code(response)) == (403, "permission_denied"), response.body
    assert fresh.world.records() == before


@keyed_doors
def test_a_key_with_the_scope_and_no_other_gets_in(fresh: House, door: Door) -> None:
    """The owner has a thing of each kind. No key leads to the owner's keys."""
    assert door.scope is not None
    made = door.open(fresh.world, {**fresh.key(door.scope)}, _things_of(fresh, "admin", ADMIN))
    if door.manages_keys:
        assert (made.status, code(made)) == (403, "permission_denied")
        assert "owner" in made.body["detail"]
    else:
        assert is_open(made), made.body


@pytest.mark.parametrize("door", [door for door in OF_USERS if door.scope is not None], ids=str)
def test_a_service_key_acts_for_its_customers_with_the_scope_and_not_without(fresh: House, door: Door) -> None:
    assert door.scope is not None
    places = _things_of(fresh, f"ext-{CUSTOMER}", {**fresh.key(*EVERY_SCOPE), **FOR_CUSTOMERS})
    before = fresh.world.records().keys()
    for scopes in ({Scope.USERS_ACT}, {door.scope}):
        refused = door.open(fresh.world, {**fresh.key(*scopes), **FOR_CUSTOMERS}, places)
        assert (refused.status, code(refused)) == (403, "permission_denied"), scopes
    given = map(
        Scope, door.request.get("json", {}).get("scopes", ())
    )  # nobody can give a new key more scopes than they have
    acting = {**fresh.key(Scope.USERS_ACT, door.scope, *given), **FOR_CUSTOMERS}
    by_making_keys = ("api_keys/", "audit_log/")
    assert {path for path in fresh.world.records() if not path.startswith(by_making_keys)} == {
        path for path in before if not path.startswith(by_making_keys)
    }
    response = door.open(fresh.world, acting, places)
    assert is_open(response), response.body


@doors_of_admins
def test_who_acts_for_a_customer_is_no_admin(fresh: House, door: Door) -> None:
    headers = {**fresh.key(*EVERY_SCOPE), **FOR_CUSTOMERS}
    assert fresh.world.api("GET", "/v1/balance", headers=headers).status == 200
    before = fresh.world.records()
    response = door.open(fresh.world, headers, fresh.places)
    assert (response.status, code(response)) == (403, "permission_denied")
    assert fresh.world.records() == before


@doors_of_admins
def test_a_key_is_no_admin_s_after_its_owner_was_one(fresh: House, door: Door) -> None:
    key = fresh.key(*EVERY_SCOPE)
    make_admin(fresh.world, "admin", is_admin=False)
    before = fresh.world.records()
    response = door.open(fresh.world, key, fresh.places)
    assert (response.status, code(response)) == (403, "permission_denied")
    assert fresh.world.records() == before


@closed_doors
def test_a_users_key_acts_for_nobody(house: House, door: Door) -> None:
    response = door.open(house.world, {**bearer(house.keys["usual"]), **FOR_CUSTOMERS}, house.places)
    assert (response.status, code(response)) == (403, "permission_denied")
    assert house.is_untouched()


def test_only_an_admin_is_given_what_opens_the_doors_of_admins() -> None:
    assert {door.scope for door in OF_ADMINS} <= ADMIN_SCOPES
    assert not {door.scope for door in OF_USERS if not door.manages_keys} & ADMIN_SCOPES


def _things_of(house: House, user_id: str, headers: Mapping[str, str]) -> dict[str, str]:
    """Return a generation and a key of this user, made with the user's own credential. Only a sign-in can make a key of
    the owner's.
    """
    if user_id == "admin":
        known(house.world, **{"admin-token": Identity("admin", is_admin=True)})
    body = {"name": "Its own", "scopes": ["balance:read"]}
    key = house.world.api("POST", "/v1/keys", headers=dict(headers), json=body)
    assert key.status == 201, key.body
    house.world.app.ledger.add(
        user_id, EntryType.GRANT, 20, source="test", external_id="things", description="To spend"
    )
    create = next(door for door in DOORS if door.name == "createGeneration")
    done, queued = (create.open(house.world, headers, {}) for _ in range(2))
    assert (done.status, queued.status) == (202, 202), queued.body
    house.world.deliver(done.body["id"])
    return {**house.places, **ids_of(queued.body["id"], key.body["id"], done=done.body["id"])}


# --- strangers ---


def things(house: House, door: Door) -> Iterator[tuple[str, str]]:
    """Yield those of Alice's things that could stand in this door's address, each after what it is."""
    kind = "key" if door.manages_keys else "generation"
    if door.name == "getOutput":
        kind = "completed generation"
    return ((what, thing) for what, thing in house.things.items() if what.endswith(kind))


def same(one: Response, other: Response, renamed: Mapping[str, str]) -> bool:
    return bool(_comparable(one, renamed) == _comparable(other, renamed))


def _comparable(response: Response, renamed: Mapping[str, str]) -> Any:
    """Return the answer without what differs between any two answers: the request's id, the length of an id, and what
    is left of a rate.
    """
    told = str({**response.body, "request_id": ""})
    for before, after in renamed.items():
        told = told.replace(before, after)
    headers = {name: value for name, value in response.headers.items() if name not in _OF_ITS_OWN}
    return response.status, told, headers, sorted(response.headers)


_OF_ITS_OWN = ("X-Request-Id", "Content-Length", "RateLimit")

STRANGERS = {
    "a user": MALLORY,
    "one without an account": bearer("passer-by-token"),
    "a deactivated user": bearer("closed-token"),
    "an admin as a user": ADMIN,
}


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("door", OF_THINGS, ids=str)
def test_another_s_thing_is_answered_like_one_that_does_not_exist(house: House, door: Door, stranger: str) -> None:
    if door.handler and stranger == "an admin as a user":
        pytest.skip("feraset-imagen's status is shown to admins")
    for what, thing in things(house, door):
        _served_to_its_owner(house, door, thing)
        theirs, nothing = (
            door.open(house.world, STRANGERS[stranger], dict.fromkeys(house.places, each))
            for each in (thing, "00000000-no-such-thing")
        )
        is_closed = stranger == "a deactivated user" and door.changes
        assert theirs.status == (403 if is_closed else 404), (what, theirs.body)
        assert same(theirs, nothing, {thing: "", "00000000-no-such-thing": ""}), what
        assert house.is_untouched(), what


def _served_to_its_owner(house: House, door: Door, thing: str) -> None:
    """Check that the owner is served, so that there is something to hide, and so that the instance remembers it."""
    if not door.changes:
        assert is_open(door.open(house.world, ALICE, dict.fromkeys(house.places, thing)))


@pytest.mark.parametrize("is_warm", [True, False], ids=["warm", "cold"])
@pytest.mark.parametrize("door", OF_THINGS, ids=str)
def test_and_it_is_as_much_work(house: House, door: Door, *, is_warm: bool) -> None:
    """Time cannot be measured here, but its cause can: what the database is asked. The instance knows the caller
    already.
    """
    for what, thing in things(house, door):
        asked = []
        for each in (thing, "00000000-no-such-thing"):
            house.restart()
            if is_warm:
                assert is_open(house.world.api("GET", "/v1/generations/" + _generation(house), headers=ALICE))
                _served_to_its_owner(house, door, thing)
            assert house.world.api("GET", "/v1/balance", headers=MALLORY).status == 200
            before = len(_database(house).asked)
            assert door.open(house.world, MALLORY, dict.fromkeys(house.places, each)).status == 404
            asked.append(_database(house).asked[before:])
        assert asked[0] == asked[1], what


def _generation(house: House) -> str:
    return house.things["completed generation"]


def _database(house: House) -> Counted:
    assert isinstance(house.world.documents, Counted)
    return house.world.documents


@pytest.mark.parametrize("door", OF_THINGS, ids=str)
def test_the_key_of_a_stranger_leads_to_nothing_either(fresh: House, door: Door) -> None:
    assert door.scope is not None
    headers = fresh.key(door.scope, Scope.USERS_ACT)
    acting = {**headers, **FOR_CUSTOMERS}
    assert fresh.world.api("GET", "/v1/balance", headers={**fresh.key(*EVERY_SCOPE), **FOR_CUSTOMERS}).status == 200
    before = fresh.world.records()
    for what, thing in things(fresh, door):
        for who in (acting,) if door.manages_keys else (headers, acting):
            response = door.open(fresh.world, who, dict.fromkeys(fresh.places, thing))
            assert response.status == 404, (what, response.body)
    assert {path: each for path, each in fresh.world.records().items() if path in before} == before


LISTS = ("listGenerations", "listEntries", "listKeys", "getMe", "getBalance", "getUserCredits", "validate_user")


@pytest.mark.parametrize("door", [door for door in DOORS if door.name in LISTS], ids=str)
def test_nothing_of_another_s_is_in_what_one_lists(house: House, door: Door) -> None:
    assert any(thing in str(door.open(house.world, ALICE, {}).body) for thing in ("alice", *house.things.values()))
    shown = str(door.open(house.world, MALLORY, {}).body).lower()
    for thing in ("alice", *house.things.values()):
        assert thing not in shown


def test_what_another_used_is_not_counted(house: House) -> None:
    """A sum does not say whose usage it is, but its amount could tell."""
    door = next(door for door in DOORS if door.name == "getUsage")
    of_alice, of_mallory = (door.open(house.world, who, {}).body["months"][0] for who in (ALICE, MALLORY))
    mine = [what for what in house.things if what.endswith("generation")]
    assert of_alice["total"]["requests"] == len(mine)
    assert set(of_mallory["total"].values()) == {0}
    assert of_mallory["models"] == []


def test_no_list_is_forgotten() -> None:
    """The lists are all that a user opens without an id, and that changes nothing."""
    found = {door.name for door in OF_USERS if door.method in SAFE and door not in WITH_ID}
    assert found == {*LISTS, "getUsage"}


@pytest.mark.parametrize("name", ["getUserCredits", "validate_user"])
def test_another_user_named_is_answered_like_one_that_does_not_exist(house: House, name: str) -> None:
    door = next(door for door in DOORS if door.name == name)
    before = len(_database(house).asked)
    theirs = door.open(house.world, MALLORY, {}, query_string={"userId": "alice"})
    between = len(_database(house).asked)
    nobody = door.open(house.world, MALLORY, {}, query_string={"userId": "nobody-at-all"})
    assert theirs.status == 404
    assert same(theirs, nobody, {"alice": "", "nobody-at-all": ""})
    assert between - before == len(_database(house).asked) - between


def test_another_s_credits_are_not_spent_by_naming_it(house: House) -> None:
    door = next(door for door in DOORS if door.name == "createGenerationRequest")
    for who in (MALLORY, bearer(house.keys["of closed"])):
        response = door.open(house.world, who, {}, json={**door.request["json"], "userId": "alice"})
        assert response.status in (403, 404)
        assert house.is_untouched()


# --- the tests above cannot miss a door ---


def test_a_door_that_is_new_has_to_be_written_down() -> None:
    new = replace(DOORS[0], name="forgotten")
    assert {door.name for door in [*DOORS, new]} != set(OPENED_BY)
    with pytest.raises(KeyError):
        _ = new.access


def test_addresses_with_an_id_lead_somewhere(house: House) -> None:
    for door in WITH_ID:
        assert door.handler or path_of(door.path, house.places) != door.path, door.name
