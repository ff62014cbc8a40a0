from dataclasses import replace
from typing import Any

import pytest

from domain.catalog.shipped_models import SHIPPED_MODELS
from repositories.catalog.model_mapping import model_fields
from repositories.store.documents import Create
from world import World


def test_the_catalog_is_public_and_says_what_there_is_and_what_it_costs(world: World) -> None:
    response = world.api("GET", "/v1/catalog")
    assert response.status == 200
    assert [model["name"] for model in response.body["models"]] == ["Model A", "Model B", "Model R"]
    assert [style["id"] for style in response.body["styles"]] == [
        "realistic",
        "anime",
        "oil_painting",
        "sketch",
        "cyberpunk",
        "watercolor",
    ]
    assert [color["id"] for color in response.body["colors"]] == [
        "vibrant",
        "monochrome",
        "pastel",
        "neon",
        "vintage",
    ]
    assert [(size["id"], size["credit_cost"]) for size in response.body["sizes"]] == [
        ("512x512", 1),
        ("1024x1024", 3),
        ("1024x1792", 4),
    ]


def test_an_option_has_what_a_form_needs(world: World) -> None:
    body = world.api("GET", "/v1/catalog").body
    assert body["colors"][2]["hex_examples"] == ["#FFB3BA", "#BAFFC9", "#BAE1FF"]
    assert body["sizes"][2] | {"display_name": "", "description": ""} == {
        "id": "1024x1792",
        "display_name": "",
        "description": "",
        "width": 1024,
        "height": 1792,
        "aspect_ratio": "9:16",
        "credit_cost": 4,
    }


def test_the_catalog_may_be_kept_for_a_minute(world: World) -> None:
    assert world.api("GET", "/v1/catalog").headers["Cache-Control"] == "public, max-age=60"


def test_withdrawn_options_are_not_shown(world: World) -> None:
    world.overwrite("styles/anime", is_active=False)
    styles = [style["id"] for style in world.api("GET", "/v1/catalog").body["styles"]]
    assert "anime" not in styles
    assert len(styles) == 5


def test_models_come_with_the_schema_of_their_parameters_and_their_prices(world: World) -> None:
    response = world.api("GET", "/v1/models")
    assert (response.status, response.headers["Cache-Control"]) == (200, "public, max-age=60")
    assert [model["id"] for model in response.body["data"]] == ["Model A", "Model B", "Model R"]
    model = response.body["data"][0]
    assert (model["kind"], model["is_default"], model["prompt_max"]) == ("text_to_image", True, 1000)
    assert model["parameters"]["required"] == ["style", "color", "size"]
    assert model["parameters"]["properties"]["size"]["enum"] == ["512x512", "1024x1024", "1024x1792"]
    assert model["prices"] == [
        {"params": {"size": "512x512"}, "credits": 1, "per": "request"},
        {"params": {"size": "1024x1024"}, "credits": 3, "per": "request"},
        {"params": {"size": "1024x1792"}, "credits": 4, "per": "request"},
    ]


def test_one_model_can_be_asked_for_and_one_that_is_not_there_is_404(world: World) -> None:
    assert world.api("GET", "/v1/models/Model B").body["id"] == "Model B"
    response = world.api("GET", "/v1/models/Model C")
    assert (response.status, response.body["code"]) == (404, "model_not_found")


def test_a_document_takes_the_place_of_a_shipped_model(world: World) -> None:
    fields = model_fields(replace(SHIPPED_MODELS[1], is_active=False))
    world.documents.commit([Create("models/Model B", fields)])
    world.later(minutes=1)
    assert [model["id"] for model in world.api("GET", "/v1/models").body["data"]] == ["Model A", "Model R"]


def test_a_model_of_a_provider_that_is_not_set_up_is_not_on_offer(world: World) -> None:
    fields = model_fields(replace(SHIPPED_MODELS[1], provider="another"))
    world.documents.commit([Create("models/Model B", fields)])
    world.later(minutes=1)
    assert [model["id"] for model in world.api("GET", "/v1/models").body["data"]] == ["Model A", "Model R"]


@pytest.mark.parametrize(
    "damage", [{"kind": "sculpture"}, {"parameters": {"type": "objekt"}}, {"price_rules": [{"credits": "3"}]}]
)
def test_a_model_that_cannot_be_read_is_not_on_offer_and_stops_no_other(world: World, damage: dict[str, Any]) -> None:
    world.documents.commit([Create("models/Model B", model_fields(SHIPPED_MODELS[1]) | damage)])
    world.later(minutes=1)
    assert [model["id"] for model in world.api("GET", "/v1/models").body["data"]] == ["Model A", "Model R"]
    world.create(model="Model A")
