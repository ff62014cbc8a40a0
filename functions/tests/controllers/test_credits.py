from domain.credits.ledger import EntryType
from world import World


def grant(world: World, number: int) -> None:
    world.later(seconds=1)
    world.app.ledger.add("alice", EntryType.GRANT, 1, source="test", external_id=f"{number:03}", description="One more")


def test_me_is_who_i_am_and_what_i_have(world: World) -> None:
    world.create(size="1024x1792")
    response = world.api("GET", "/v1/me", "alice")
    assert response.status == 200
    assert response.body == {
        "id": "alice",
        "name": "Alice",
        "email": "alice@example.com",
        "is_active": True,
        "is_anonymous": False,
        "is_admin": False,
        "current_credits": 96,
        "held_credits": 4,
        "total_images_generated": 0,
        "created_at": "2026-03-04T12:00:00Z",
        "welcome_credits_due": 0,
    }


def test_a_balance_shows_credits_and_entries(world: World) -> None:
    world.later(seconds=1)
    generation_id = world.create(size="1024x1792")
    body = world.api("GET", "/v1/balance", "alice").body
    assert (body["current_credits"], body["held_credits"]) == (96, 4)
    assert body["entries"][0] == {
        "id": f"{generation_id}-deduction",
        "type": "deduction",
        "credits": 4,
        "signed_credits": -4,
        "generation_id": generation_id,
        "description": "Image generation - Model A - 1024x1792",
        "timestamp": "2026-03-04T12:00:01Z",
    }
    assert [entry["type"] for entry in body["entries"]] == ["deduction", "grant"]


def test_a_balance_shows_no_more_than_the_newest_twenty(world: World) -> None:
    for number in range(25):
        grant(world, number)
    entries = world.api("GET", "/v1/balance", "alice").body["entries"]
    assert [entry["id"] for entry in entries] == [f"test-{number:03}" for number in range(24, 4, -1)]


def test_the_pages_of_a_ledger_add_up_to_the_balance(world: World) -> None:
    for number in range(7):
        grant(world, number)
    world.create(size="1024x1792")
    total, count, query = 0, 0, {"page_size": "2"}
    while True:
        body = world.api("GET", "/v1/ledger", "alice", query_string=query).body
        total += sum(entry["signed_credits"] for entry in body["data"])
        count += len(body["data"])
        if body["next_page_token"] is None:
            break
        query = {"page_size": "2", "page_token": body["next_page_token"]}
    assert count == 9
    assert total == world.user("alice").balance.current_credits == 103


def test_a_token_of_another_list_is_refused(world: World) -> None:
    for _ in range(2):
        world.create()
    token = world.api("GET", "/v1/generations", "alice", query_string={"page_size": "1"}).body["next_page_token"]
    response = world.api("GET", "/v1/ledger", "alice", query_string={"page_token": token})
    assert (response.status, response.body["errors"][0]["pointer"]) == (400, "page_token")


def test_somebody_who_is_not_there_has_no_balance(world: World) -> None:
    for path in ("/v1/me", "/v1/balance"):
        response = world.api("GET", path, "nobody")
        assert (response.status, response.body["code"]) == (404, "user_not_found")


def test_the_seeds_users_have_what_their_documents_lack(world: World) -> None:
    from repositories.store.documents import Create

    world.documents.commit([Create("users/old", {"name": "Old", "email": "o@example.com", "current_credits": 3})])
    body = world.api("GET", "/v1/me", "old").body
    assert (body["held_credits"], body["is_active"], body["created_at"]) == (0, True, None)
