"""The contrast of a page is calculated. The rest of its look is tested in a real browser, if there is one."""

import html
import re
import subprocess
from pathlib import Path

import pytest

import report_samples as samples
from presentation import templating
from presentation.report_pages import DrawnReportPages
from tools import toolchain

STYLE = (Path(templating.__file__).parent / "templates/report.css").read_text(encoding="utf-8")
CHROMIUM = toolchain.chromium()

WIDTHS = {"phone": 390, "desktop": 1440}
# Chromium has these numbers for them.
SCHEMES = {"dark": 0, "light": 1}

# The numbers are those of WCAG 2.2, AA.
TEXT_CONTRAST, GRAPHIC_CONTRAST = 4.5, 3.0


def colours(scheme: str) -> dict[str, str]:
    """Return the palette of a scheme. The first block of the style sheet is for light, the second for dark, the third
    for print.
    """
    block = STYLE.split(":root {")[1 + ("light", "dark", "print").index(scheme)]
    found = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", block.partition("}")[0]))
    return {
        name: value if len(value) == 7 else "#" + "".join(2 * digit for digit in value[1:])
        for name, value in found.items()
    }


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_calculated_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize("ground", ["page", "surface", "soft"])
@pytest.mark.parametrize("ink", ["ink", "muted", "alert", "warn", "good"])
def test_text_can_be_read(scheme: str, ground: str, ink: str) -> None:
    palette = colours(scheme)
    assert contrast(palette[ink], palette[ground]) >= TEXT_CONTRAST


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize(
    ("part", "ground"), [("bar", "surface"), ("bar", "band"), ("alert", "surface"), ("alert", "band")]
)
def test_bars_can_be_told_from_what_is_behind(scheme: str, part: str, ground: str) -> None:
    palette = colours(scheme)
    assert contrast(palette[part], palette[ground]) >= GRAPHIC_CONTRAST


MEASURED = """
<iframe id="page" style="border:0;width:{width}px;height:3000px" srcdoc="{page}"></iframe><pre id="found"></pre>
<script>
document.getElementById("page").onload = (event) => {{
  const page = event.target.contentDocument, root = page.documentElement, view = event.target.contentWindow;
  const texts = [...page.querySelectorAll("svg text")].map(
    (text) => parseFloat(view.getComputedStyle(text).fontSize) * text.getScreenCTM().a);
  const outside = [...page.querySelectorAll("svg.chart text")].filter((text) => {{
    const box = text.getBoundingClientRect(), card = text.closest("figure").getBoundingClientRect();
    return box.left < card.left || box.right > card.right;
  }});
  document.getElementById("found").textContent = [
    root.scrollWidth, root.clientWidth, view.getComputedStyle(page.body).backgroundColor,
    Math.min(...texts), outside.length].join("|");
}};
</script>
"""


def measured(page: str, width: int, scheme: str, folder: Path) -> list[str]:
    """Return the width of the content and of the view, the colour behind, the smallest font in a chart, and texts that
    stick out.
    """
    assert CHROMIUM
    file = folder / "measured.html"
    file.write_text(MEASURED.format(width=width, page=html.escape(page)), encoding="utf-8")
    command = (
        *(
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder / 'profile'}",
        ),
        *(f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}", "--window-size=1600,1000"),
        *("--virtual-time-budget=4000", "--dump-dom", file.as_uri()),
    )
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100)
    found = re.search(r'<pre id="found">([^<]+)</pre>', done.stdout)
    assert found, done.stderr
    return found.group(1).split("|")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the pages are not looked at")
class TestInABrowser:
    @pytest.mark.parametrize("scheme", SCHEMES)
    @pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
    def test_fits_follows_the_scheme_and_can_be_read(self, width: int, scheme: str, tmp_path: Path) -> None:
        page = DrawnReportPages().html(samples.rich())
        content, view, ground, smallest_font, outside = measured(page, width, scheme, tmp_path)
        assert int(content) <= int(view) == width
        wanted = [int(colours(scheme)["page"][place : place + 2], 16) for place in (1, 3, 5)]
        assert [int(channel) for channel in re.findall(r"\d+", ground)] == wanted
        assert float(smallest_font) >= 12
        assert outside == "0"

    def test_names_of_any_length_fit(self, tmp_path: Path) -> None:
        report = samples.changed(samples.rich(), lambda text: f"{'Wide' * 60}{text}")
        content, view, *_, outside = measured(DrawnReportPages().html(report), WIDTHS["phone"], "light", tmp_path)
        assert int(content) <= int(view)
        assert outside == "0"
