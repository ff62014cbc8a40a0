"""
Takes a picture of every page that Hosting serves, as docs/screenshots/<page>-<width>-<theme>.webp. It needs a stack
that is up, and makes people and pictures through its API. A fresh stack gives the tidiest lists.
"""

import argparse
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "functions/tests"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "functions"))

from PIL import Image
from playwright.sync_api import Browser, Page

from bootstrap import Darkroom
from console import browsing, persons, places, scenery
from console.backstage import Backstage, order
from console.persons import Person
from console.places import Place
from console.scenery import Scenery
from core.settings import Settings
from e2e.client import FINAL, until
from tools import people
from tools.services import ROOT

FOLDER = ROOT / "docs/screenshots"
FOLDER_BYTES_MAX = 4 * 1024 * 1024
QUALITY = 50
HEIGHT_MAX = 1600  # the beginning of a long page is enough
SIZES = (browsing.DESKTOP, browsing.PHONE)
CREDITS = 60
OPERATOR, BAKER = (
    people.Person(id=id_, name=name, email=f"{id_}@example.com", password=persons.PASSWORD, is_admin=is_admin)
    for id_, name, is_admin in (("mira", "Mira Lindqvist", True), ("lena", "Lena Orlova", False))
)
ORDERS = (
    ("Model A", "watercolor", "pastel", "Three tiers of wedding cake with sugar roses, morning light"),
    ("Model B", "oil_painting", "vibrant", "Fresh bread and butter on a blue cloth"),
    ("Model A", "anime", "neon", "A night market in the rain, steam over the stalls"),
    ("Model B", "sketch", "monochrome", "A bowl of cherries, half of them eaten"),
    ("Model A", "realistic", "vibrant", "Hills above the sea at dusk, one red lamp in a window"),
    ("Model A", "cyberpunk", "neon", "A bakery on the fortieth floor"),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="screenshots", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="PAGE", choices=[place.name for place in places.ALL])
    chosen = parser.parse_args().only
    FOLDER.mkdir(parents=True, exist_ok=True)
    scene = built(Darkroom(Settings.from_environment(os.environ)), Backstage(os.environ))
    try:
        with browsing.browser() as shown:
            for place in places.ALL:
                if not chosen or place.name in chosen:
                    picture(shown, scene, place)
    except browsing.NoBrowser as missing:
        print(f"screenshots: {missing}", file=sys.stderr)
        return 1
    return weighed()


def built(app: Darkroom, backstage: Backstage) -> Scenery:
    """Make what the pages show. A person who has an account already, from an earlier run, keeps it."""
    operator, baker = (accounted(person, app.settings.project_id) for person in (OPERATOR, BAKER))
    operator = persons.promoted(app, operator)
    persons.give(operator, baker.id, CREDITS, "The spring contest")
    done = [each["id"] for each in ordered(baker) if each["status"] == "completed"]
    order(backstage, baker.token, **wanted(*ORDERS[0], seed=len(ORDERS)))
    backstage.fail()
    scenery.give_key(baker)
    return Scenery(baker, operator, done[0], scenery.report(operator))


def accounted(person: people.Person, project_id: str) -> Person:
    """Return the person signed in, with an account that is made if there is none."""
    people.register(person, project_id)
    return persons.returned(person.email)


def ordered(person: Person) -> list[Any]:
    """Order all pictures, wait until each order has ended, and return the generations."""
    made = [
        person.call("POST", "/generations", json=wanted(*texts, seed=seed)).body for seed, texts in enumerate(ORDERS)
    ]
    paths = [f"/generations/{each['id']}" for each in made]

    def ended(path: str) -> Any:
        return until(lambda: person.call("GET", path).body, lambda seen: seen["status"] in FINAL)

    return [ended(path) for path in paths]


def wanted(model: str, style: str, color: str, prompt: str, *, seed: int) -> dict[str, Any]:
    size = "1024x1024" if seed % 2 else "512x512"
    return {"model": model, "style": style, "color": color, "size": size, "prompt": prompt, "seed": seed}


def picture(shown: Browser, scene: Scenery, place: Place) -> None:
    context = browsing.context_of(shown, storage_state=scene.state(place))
    page = context.new_page()
    page.goto(scene.address(place))
    for name, taken in looks(page):
        file = FOLDER / f"{place.name}-{name}.webp"
        taken.save(file, "WEBP", quality=QUALITY, method=6)
        print(f"{file.relative_to(ROOT)}  {file.stat().st_size / 1024:.0f} KB")
    context.close()


def looks(page: Page) -> Iterator[tuple[str, Image.Image]]:
    for size in SIZES:
        for theme in browsing.THEMES:
            stretch(page, *size)
            browsing.dressed(page, theme)
            yield f"{size[0]}-{theme}", Image.open(io.BytesIO(page.screenshot()))


def stretch(page: Page, width: int, height: int) -> None:
    """Make the window as high as the page, or else what stays at the window's lower edge would cover its middle."""
    page.set_viewport_size({"width": width, "height": height})
    browsing.ready(page)
    browsing.developed(page)
    whole: int = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(whole, height), HEIGHT_MAX)})


def weighed() -> int:
    total = sum(file.stat().st_size for file in FOLDER.glob("*.webp"))
    print(f"{total / 1024:.0f} KB of at most {FOLDER_BYTES_MAX / 1024:.0f} KB")
    return 0 if total <= FOLDER_BYTES_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
