"""Finds out what a prompt asks for. Words that are not in the lists count too: they decide by their hash."""

import re
from dataclasses import dataclass

from providers.models.simulated.painting.chance import digest

_HOURS = {
    "sunset": "sunset dusk evening sunrise dawn golden atardecer coucher sonnenuntergang закат 夕日 🌅 🌇",
    "night": """night midnight moon moonlight star starry dark space galaxy cosmos noche nuit nacht ночь ليل
        夜 🌃 🌙 ⭐ 🚀""",
    "day": "day noon morning sunny sun bright summer spring día jour tag день نهار 昼 ☀",
}
_PLACES = {
    "sea": """sea ocean beach wave island coast boat ship sail harbor harbour lighthouse mar mer meer море بحر
        海 🌊 ⛵ 🏝""",
    "forest": "forest wood woods tree jungle pine cabin fox deer bosque forêt wald лес غابة 森 🌲 🌳 🦊",
    "city": """city town street skyline building tokyo urban cyberpunk robot ciudad ville stadt город مدينة
        都市 🏙 🌆 🤖""",
    "desert": "desert dune sand sahara camel mars canyon desierto désert wüste пустыня صحراء 砂漠 🏜 🐫",
    "snow": "snow snowy winter ice arctic frozen christmas ski penguin nieve neige schnee снег ثلج 雪 ❄ ⛄ 🏔",
    "meadow": "meadow field garden flower village farm hill horse cat dog campo pré wiese луг 花 🌸 🌻 🐱 🐶",
    "lake": "mountain lake river valley peak alps castle dragon montaña montagne berg горы جبل 山 ⛰ 🗻 🐉",
}
_THINGS = {
    "boat": "boat ship sail sailing yacht harbor harbour ⛵ 🚢",
    "birds": "bird birds eagle seagull crow fly flying 🐦 🕊",
    "balloon": "balloon balloons hot-air dream festival 🎈",
    "house": "house cabin cottage home village hut barn farm 🏠 🏡",
    "castle": "castle tower palace fortress kingdom dragon lighthouse 🏰",
    "flowers": "flower flowers garden rose tulip blossom spring poppy 🌸 🌻 🌹",
}
_SUBJECTS = {
    "bust": """portrait woman man girl boy person face queen king princess hero people astronaut samurai
        👩 👨 👤""",
    "creature": "cat kitten fox dog puppy wolf animal tiger owl bear pet 🐱 🐶 🦊 🐈",
    "stilllife": """vase cup coffee tea fruit apple lemon bottle table kitchen food bowl breakfast house
        ☕ 🍎 🍋""",
    "flowers": "flower garden plant leaf rose tree forest botanical spring jungle fern 🌸 🌻 🌲 🌿 花",
    "orbs": "planet space moon star galaxy night cosmos sun universe orbit rocket 🌙 🚀 🪐 宇宙",
    "gem": "gem crystal diamond mountain ice robot city castle dragon snow geometric 💎 🤖 🏔 🐉",
    "ribbons": "wave wind music dance abstract sea ocean river flow silk smoke speed beach 🌊 🎵",
    "strata": "cave canyon dream paper valley desert portal tunnel island layer heart 🏜 ❤",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Motif:
    hour: str
    place: str
    things: frozenset[str]
    subject: str


def motif(prompt: str, seed: int) -> Motif:
    text = prompt.casefold()
    words = set(re.findall(r"\w+", text))
    words |= {word.removesuffix("s") for word in words}
    return Motif(
        hour=_first(_HOURS, text, words, seed),
        place=_first(_PLACES, text, words, seed),
        things=frozenset(_named(_THINGS, text, words)),
        subject=_first(_SUBJECTS, text, words, seed),
    )


def _named(table: dict[str, str], text: str, words: set[str]) -> list[str]:
    return [name for name, keys in table.items() if any(_says(key, text, words) for key in keys.split())]


def _says(key: str, text: str, words: set[str]) -> bool:
    # Emoji and Asian scripts have no spaces around them, so they are looked for anywhere in the text.
    return key in words or (not key.isascii() and not key.isalpha() and key in text) or _is_han(key, text)


def _is_han(key: str, text: str) -> bool:
    return "\u3000" < key[0] < "\ua000" and key in text


def _first(table: dict[str, str], text: str, words: set[str], seed: int) -> str:
    names = _named(table, text, words)
    return names[0] if names else list(table)[digest(text, seed, *table) % len(table)]
