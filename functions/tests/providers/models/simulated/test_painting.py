import hashlib
import io
import math
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from PIL.PngImagePlugin import PngImageFile

from providers.models.simulated.painting import Scene, paint
from providers.models.simulated.painting.colour import lab

STYLES = ("realistic", "anime", "oil_painting", "sketch", "cyberpunk", "watercolor")
# This has each model with its composition.
MODELS = {"Model A": "landscapes", "Model B": "tabletops"}
PALETTES = {
    "vibrant": ("#FF6B6B", "#4ECDC4", "#45B7D1"),
    "monochrome": ("#000000", "#808080", "#FFFFFF"),
    "pastel": ("#FFB3BA", "#BAFFC9", "#BAE1FF"),
    "neon": ("#39FF14", "#FF073A", "#00FFFF"),
    "vintage": ("#D2B48C", "#CD853F", "#8B4513"),
}
PROMPTS = ("a mountain lake at sunset", "city night", "a cat")
SCENE = Scene(
    model="Model A",
    composition="landscapes",
    style="realistic",
    palette=PALETTES["vibrant"],
    width=192,
    height=192,
    prompt="a quiet mountain lake at sunset",
    seed=7,
)
FUNCTIONS = Path(__file__).parents[4]

# Thumbnails of two looks of one scene are 10 to 60 grey levels apart, and those of two models 26 or more. Grain alone
# changes a thumbnail by less than one.
APART = 7
FAR_APART = 18
FAINT = 0.03  # no eye names a hue below this OKLab chroma
KIN = 0.45  # hues that are so many radians apart still look like one colour, lit or shaded


def of_model(name: str) -> dict[str, Any]:
    return {"model": name, "composition": MODELS[name]}


def seen(scene: Scene) -> Image.Image:
    return Image.open(io.BytesIO(paint(scene, parameters={}))).convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> float:
    a, b = (image.resize((32, 32), Image.Resampling.BOX) for image in (one, other))
    return sum(ImageStat.Stat(ImageChops.difference(a, b)).mean) / 3


def labs(image: Image.Image) -> list[tuple[float, float, float]]:
    data = image.resize((48, 48), Image.Resampling.BOX).tobytes()
    return [lab((data[k], data[k + 1], data[k + 2])) for k in range(0, len(data), 3)]


def apart(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    turn = math.atan2(one[2], one[1]) - math.atan2(other[2], other[1])
    return abs((turn + math.pi) % math.tau - math.pi)


def shares(scene: Scene) -> tuple[float, Counter[int]]:
    """Return how many of the coloured pixels have a hue of the palette, and which of its colours they are."""
    wanted = [lab((int(text[1:3], 16), int(text[3:5], 16), int(text[5:], 16))) for text in scene.palette]
    coloured = [pixel for pixel in labs(seen(scene)) if math.hypot(*pixel[1:]) > FAINT]
    nearest = [min((apart(pixel, colour), k) for k, colour in enumerate(wanted)) for pixel in coloured]
    kin = Counter(k for distance, k in nearest if distance < KIN)
    return kin.total() / max(1, len(coloured)), kin


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("model", MODELS)
def test_the_same_scene_is_the_same_bytes_in_another_process(model: str, style: str) -> None:
    scene = replace(SCENE, **of_model(model), style=style, prompt="日没 🌅 naïve")
    script = (
        "import sys, hashlib\n"
        "from providers.models.simulated.painting import Scene, paint\n"
        f"data = paint({scene!r}, parameters={{'seed': '7'}})\n"
        "print(hashlib.sha256(data).hexdigest())"
    )
    environment = {"PYTHONPATH": str(FUNCTIONS), "PYTHONHASHSEED": "31", "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == hashlib.sha256(paint(scene, parameters={"seed": "7"})).hexdigest()


def test_painting_in_between_changes_nothing() -> None:
    before = paint(SCENE, parameters={})
    seen(replace(SCENE, **of_model("Model B"), style="oil_painting"))
    assert paint(SCENE, parameters={}) == before


@pytest.mark.parametrize(
    ("width", "height"),
    [(128, 128), (128, 2048), (2048, 128), (131, 257), (1024, 1792), (1792, 1024), (2048, 2048)],
)
@pytest.mark.parametrize("style", STYLES)
def test_every_size_is_a_png_of_that_size(style: str, width: int, height: int) -> None:
    for model in MODELS:
        scene = replace(SCENE, **of_model(model), style=style, width=width, height=height)
        data = paint(scene, parameters={})
        image = Image.open(io.BytesIO(data))
        image.load()
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (width, height))
        assert len(data) < 5_000_000 * max(1, width * height / (1024 * 1792))


def test_the_parameters_are_readable_in_the_file() -> None:
    parameters = {"prompt": "مرحبا 🌊 \u202eedocinu", "seed": "7", "empty": "", "long": "x" * 50_000}
    image = Image.open(io.BytesIO(paint(SCENE, parameters=parameters)))
    image.load()
    assert isinstance(image, PngImageFile)
    assert image.text == parameters


def test_parameters_a_png_cannot_hold_do_not_stop_the_painting() -> None:
    image = Image.open(io.BytesIO(paint(SCENE, parameters={"k" * 200: "a\x00b", "名前": "\ud83c"})))
    image.load()
    assert isinstance(image, PngImageFile)
    assert image.text == {"k" * 79: "ab", "??": "?"}


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("model", MODELS)
def test_styles_of_one_scene_look_clearly_different(model: str, palette: str) -> None:
    for prompt in PROMPTS:
        scene = replace(SCENE, **of_model(model), palette=PALETTES[palette], prompt=prompt)
        looks = {style: seen(replace(scene, style=style)) for style in STYLES}
        for one, other in combinations(STYLES, 2):
            assert difference(looks[one], looks[other]) > APART, (prompt, one, other)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("palette", PALETTES)
def test_the_models_are_two_hands(style: str, palette: str) -> None:
    for prompt in PROMPTS:
        scene = replace(SCENE, style=style, palette=PALETTES[palette], prompt=prompt)
        one, other = (seen(replace(scene, **of_model(model))) for model in MODELS)
        assert difference(one, other) > FAR_APART, prompt


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("palette", [name for name in PALETTES if name != "monochrome"])
def test_the_picture_is_made_of_the_palettes_hues(palette: str, model: str, style: str) -> None:
    for prompt in PROMPTS:
        share, _ = shares(replace(SCENE, **of_model(model), style=style, palette=PALETTES[palette], prompt=prompt))
        assert share > 0.5, prompt


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("palette", ["vibrant", "neon"])
def test_every_colour_of_the_palette_appears(palette: str, model: str, style: str) -> None:
    scene = replace(SCENE, **of_model(model), style=style, palette=PALETTES[palette])
    kin = sum((shares(replace(scene, prompt=prompt))[1] for prompt in PROMPTS), Counter[int]())
    assert all(kin[k] > 0.01 * kin.total() for k in range(3)), kin


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("model", MODELS)
def test_a_monochrome_palette_gives_a_grey_picture(model: str, style: str) -> None:
    pixels = labs(seen(replace(SCENE, **of_model(model), style=style, palette=PALETTES["monochrome"])))
    assert sum(math.hypot(*pixel[1:]) < FAINT for pixel in pixels) > 0.9 * len(pixels)
    lights = [pixel[0] for pixel in pixels]
    assert max(lights) - min(lights) > 0.4


@pytest.mark.parametrize("model", MODELS)
def test_the_palette_changes_the_picture(model: str) -> None:
    looks = [seen(replace(SCENE, **of_model(model), palette=palette)) for palette in PALETTES.values()]
    assert all(difference(one, other) > APART for one, other in combinations(looks, 2))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("model", MODELS)
def test_seed_and_prompt_change_the_picture(model: str, style: str) -> None:
    scene = replace(SCENE, **of_model(model), style=style)
    look = seen(scene)
    assert difference(look, seen(replace(scene, seed=8))) > APART
    assert difference(look, seen(replace(scene, prompt="a city at night"))) > APART
    # The same words in another order lead to the same motif, but not to the same picture.
    assert difference(look, seen(replace(scene, prompt="sunset, a quiet mountain lake"))) > APART / 2


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        " \t\n",
        "🌊" * 400,
        "👩🏽‍🚀 on the 🌙",
        "ليلة مقمرة فوق البحر",
        "夜の都市",
        "\ud83c half a pair",
        "\x00\x01\x1f",
        "a" * 20_000,
        "Z̸̢̛a̵l̷g̶o̴",
        "'; DROP TABLE users; --",
    ],
)
def test_any_prompt_is_painted(prompt: str) -> None:
    for model in MODELS:
        scene = replace(SCENE, **of_model(model), prompt=prompt, width=128, height=128)
        assert paint(scene, parameters={"model": model}).startswith(b"\x89PNG")


def test_a_word_in_another_script_names_the_same_night() -> None:
    looks = [seen(replace(SCENE, prompt=prompt)) for prompt in ("sea at night", "夜の海", "🌃🌊")]
    assert all(ImageStat.Stat(look.convert("L")).mean[0] < 110 for look in looks)


@pytest.mark.parametrize("count", [1, 2, 4, 5])
@pytest.mark.parametrize("model", MODELS)
def test_palettes_of_one_to_five_colours(model: str, count: int) -> None:
    colours = ("#123456", "#FEDCBA", "#00AA00", "#AA00AA", "#FFFF00")[:count]
    for style in STYLES:
        assert paint(replace(SCENE, **of_model(model), style=style, palette=colours), parameters={})


@pytest.mark.parametrize("palette", [("#000000",), ("#FFFFFF",), ("#FF0000", "#FF0000")])
def test_palettes_with_nothing_to_choose_from(palette: tuple[str, ...]) -> None:
    for model in MODELS:
        image = seen(replace(SCENE, **of_model(model), palette=palette))
        low, high = ImageStat.Stat(image.convert("L")).extrema[0]
        assert high - low > 20


def test_unknown_names_get_one_of_the_known_looks() -> None:
    assert paint(replace(SCENE, style="cubism"), parameters={})
    looks = {name: seen(replace(SCENE, composition=name)) for name in ("c", "d", "e", "f")}
    known = [seen(replace(SCENE, **of_model(model))) for model in MODELS]
    assert all(min(difference(look, one) for one in known) < APART for look in looks.values())


def test_huge_and_negative_seeds() -> None:
    for seed in (-1, 0, 2**63, 10**30):
        assert paint(replace(SCENE, seed=seed, width=128, height=128), parameters={})
