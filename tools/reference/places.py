"""A correct call of each route names something that exists. Here such things are made, with their addresses."""

from tools.reference.world import MemoryWorld

ANONYMOUS_TOKEN = "passer-by-token"  # noqa: S105 - that of the example of claimAnonymous
PASSER_BY = "passer-by"

# The address of an output ends like this.
OUTPUT = "/outputs/{number}"


# This stands for a key in an operator's address, behind its user.
KEY_OF_USER = "{key}"


def places(world: MemoryWorld, user_id: str) -> dict[str, str]:
    """Return the ids that can stand in addresses, by the part of the address before `{id}`. The user gets a generation
    and a key.

    This works in open mode, where everybody may have a report made.
    """
    routes = world.app.api.routes
    key, another = (
        world.api("POST", "/v1/keys", owner, json=routes["createKey"].example.body).body
        for owner in (user_id, "mallory")
    )
    order = routes["createGeneration"].example.body
    done, generation_id = (str(world.api("POST", "/v1/generations", user_id, json=order).body["id"]) for _ in range(2))
    world.queue.waiting.popleft()
    world.deliver(done)
    return {
        OUTPUT: done,
        "/v1/generations/": generation_id,
        "/v1/keys/": key["id"],
        "/v1/models/": "Model A",
        "/v1/admin/users/": "mallory",
        KEY_OF_USER: another["id"],
        "/v1/admin/generations/": generation_id,
        "/v1/admin/catalog/styles/": "realistic",
        "/v1/admin/catalog/colors/": "vibrant",
        "/v1/admin/catalog/sizes/": "512x512",
        "/v1/reports/": str(world.api("POST", "/v1/reports", user_id, json={}).body["id"]),
    }


def path_of(template: str, places: dict[str, str]) -> str:
    """Return the address of something that exists. For an output it is the first one of the completed generation."""
    before, found, after = template.partition("{id}")
    if after == OUTPUT:
        return before + places[OUTPUT] + "/outputs/0"
    return before + places[before] + after.replace(KEY_OF_USER, places.get(KEY_OF_USER, "")) if found else before
