"""
Writes the landing page's picture into web/static/landing/, as the demo's Model A paints it. It is the same each time.
Run it as `functions/venv/bin/python tools/landing_picture.py`.
"""

import sys
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "functions"))

from PIL import Image

from domain.operations.demo_catalog import COLORS
from providers.models.simulated.painting import Scene, paint

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "web/static/landing"
NAME = "balloons"
PALETTE = next(color for color in COLORS if color.id == "vibrant")
SCENE = Scene(
    model="Model A",
    composition="landscapes",
    style="watercolor",
    palette=PALETTE.hex_examples,
    width=1024,
    height=1024,
    prompt="Hot-air balloons over a snowy valley at dawn",
    seed=9,
)
WIDTHS = (480, 960)
QUALITY = 60


def main() -> int:
    for path, data in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        print(f"{path.relative_to(ROOT)}  {len(data) / 1000:.0f} kB")
    return 0


def files() -> dict[Path, bytes]:
    """Return the content of each file, in WebP, by its path."""
    picture = Image.open(BytesIO(paint(SCENE, parameters={}))).convert("RGB")
    return {FOLDER / f"{NAME}-{width}.webp": _shrunk(picture, width) for width in WIDTHS}


def _shrunk(picture: Image.Image, width: int) -> bytes:
    sheet = BytesIO()
    smaller = picture.resize((width, width), Image.Resampling.LANCZOS)
    smaller.save(sheet, "WEBP", quality=QUALITY, method=6)
    return sheet.getvalue()


if __name__ == "__main__":
    sys.exit(main())
