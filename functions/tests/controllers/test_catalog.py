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
