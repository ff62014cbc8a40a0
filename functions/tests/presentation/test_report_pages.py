import csv
import io
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

import report_samples as samples
from presentation import canvas, series
from presentation.report_pages import DrawnReportPages
from report_samples import Report
from services.reports.ports import Email, table_names

FUNCTIONS = Path(__file__).parents[2]
PAGES = DrawnReportPages()
UNSUBSCRIBE = "https://darkroom.example/unsubscribe?to=a&sign=b"
pytestmark = pytest.mark.filterwarnings("ignore:Glyph")
SVG = "{http://www.w3.org/2000/svg}"

SAMPLES: dict[str, Callable[[], Report]] = {
    "rich": samples.rich,
    "empty week": samples.empty_week,
    "first week": samples.first_week,
    "old": samples.old,
}


@pytest.fixture(params=SAMPLES)
def report(request: pytest.FixtureRequest) -> Report:
    return SAMPLES[request.param]()


@pytest.fixture(scope="module")
def rich_page() -> str:
    return PAGES.html(samples.rich())


class Reader(HTMLParser):
    """Collects the tags of a page, each with the names of its attributes, and its text as a reader sees it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.values: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.values += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(" ".join(data.split()))

    @property
    def text(self) -> str:
        return " ".join(word for word in self.words if word)


def letter(report: Report) -> Email:
    return PAGES.email(report, UNSUBSCRIBE, page_url="https://darkroom.example/v1/reports/one")


def rows(report: Report, table: str) -> list[list[str]]:
    text = PAGES.csv(report, table)
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def drawings(page: str) -> list[ET.Element]:
    return [ET.fromstring(found) for found in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]


def drawing(page: str, label: str) -> ET.Element:
    return next(found for found in drawings(page) if found.attrib["aria-label"].startswith(label))


def texts_in(drawn: ET.Element) -> list[str]:
    return [text.text or "" for text in drawn.iter(f"{SVG}text")]


class TestPage:
    def test_says_what_the_report_says(self, rich_page: str) -> None:
        text = Reader(rich_page).text
        for said in (
            "1,254 requests, 38% more than the week before: one user drove a burst on Thursday.",
            "Week 46, 2026 · 9\N{EN DASH}15 November 2026 · UTC",
            "Attention: critical 3 findings, score 13.5",
            "Compared with 8 earlier weeks.",
            "Active users 144 ↑ 13% more than the week before (127)",
            "Success rate 90.03% ↓ 3.1 points less than the week before (93.1%)",
            "Observed 420 requests Expected 125 to 210 requests, usually 165 On Thu 12 Nov",
            "User user-00 : 254, usually 12, 94.9% of the difference",
            "Also seen as: User request spike, Credit consumption spike",
            "Next: Look at the failure classes of Model R: most of them are timeouts.",
            "Margin 37.47 USD",
            "Without a price, so not in the margin: Model R .",
            "styles add up to the week 1,254 1,253 differs",
            "812 users checked, the books of all agree.",
        ):
            assert said in text

    def test_the_gravest_finding_comes_first(self, rich_page: str) -> None:
        assert re.findall(r'class="card (\w+)"', rich_page) == ["high", "medium", "low"]

    def test_the_first_week_is_compared_with_nothing(self) -> None:
        text = Reader(PAGES.html(samples.first_week())).text
        assert "nothing is compared with a week before" in text
        assert "than the week before" not in text
        assert "expected" not in text.lower().replace("expected, low expected, middle expected, high", "").replace(
            "check expected", ""
        )

    def test_an_empty_week_has_no_rates_and_still_shows_what_was_expected(self) -> None:
        page = PAGES.html(samples.empty_week())
        assert "Success rate \N{EN DASH} nothing to measure" in Reader(page).text
        assert "expected 125 to 210" in drawing(page, "Requests a day").attrib["aria-label"]
        assert len(drawings(page)) == 3

    def test_an_empty_week_without_a_baseline_draws_nothing(self) -> None:
        report = samples.empty_week()
        for day in report["daily"]:
            day["expected"] = {"requests": None, "credits": None, "failure_rate": None}
        assert drawings(PAGES.html(report)) == []

    def test_a_week_without_requests_has_no_rates_to_compare_with(self) -> None:
        report = samples.rich()
        report["previous"] |= {"total_requests": 0, "success_rate": 0.0}
        text = Reader(PAGES.html(report)).text
        assert "Success rate 90.03% nothing to compare with" in text
        assert "Requests 1,254 ↑ 1,254 more than the week before (0)" in text

    def test_says_how_many_names_the_report_leaves_out(self) -> None:
        report = samples.rich() | {"omitted": {"models": 0, "styles": 12}}
        assert PAGES.html(report).count("The report does not name") == 1
        assert "The report does not name 12 more." in PAGES.html(report)

    def test_an_old_report_shows_what_it_has(self) -> None:
        text = Reader(PAGES.html(samples.old())).text
        for said in (
            "40 requests from 2 users, and 75% of them were completed.",
            "29 July \N{EN DASH} 5 August 2025",
            "Failure rate 20%",
            "Best model name Model A, failure rate 0.2, total requests 40",
            "New users arda, bora",
            "deduction 40 80 refund 8 16",
            "arda 30",
        ):
            assert said in text

    def test_a_report_of_nothing_is_a_page_too(self) -> None:
        assert "Nobody asked for anything" in PAGES.html({})

    def test_needs_nothing_beside_itself_and_runs_nothing(self, rich_page: str) -> None:
        assert set(re.findall(r"https?://[^\s\"'<]+", rich_page)) == {"http://www.w3.org/2000/svg"}
        assert set(re.findall(r"url\(.", rich_page)) <= {"url(#"}
        tags = {tag for tag, _ in Reader(rich_page).tags}
        assert not tags & {"script", "link", "img", "iframe", "object", "form", "a"}

    def test_its_ids_are_unique_and_what_refers_to_one_finds_it(self, rich_page: str) -> None:
        values = Reader(rich_page).values
        ids = [value for name, value in values if name == "id"]
        assert len(ids) == len(set(ids))
        pointed = [value.removeprefix("#") for name, value in values if name == "href"]
        pointed += re.findall(r"url\(#([^)]+)\)", rich_page)
        pointed += [value for name, value in values if name == "aria-labelledby"]
        assert pointed
        assert set(pointed) <= set(ids)

    def test_tables_and_drawings_name_themselves(self, rich_page: str) -> None:
        tags = [tag for tag, _ in Reader(rich_page).tags]
        assert tags.count("caption") == tags.count("table") == 10
        assert tags.count("figcaption") == tags.count("svg") == 6
        for drawn in drawings(rich_page):
            assert drawn.attrib["role"] == "img"
            assert len(drawn.attrib["aria-label"]) > 20

    def test_is_the_same_each_time_also_from_many_threads(self, report: Report) -> None:
        once = PAGES.html(report)
        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(PAGES.html, [report] * 8)) == {once}

    def test_leaves_the_report_as_it_was(self, report: Report) -> None:
        before = repr(report)
        PAGES.html(report)
        letter(report)
        assert repr(report) == before


class TestDrawings:
    def test_marks_the_day_that_a_finding_names_in_its_unit(self, rich_page: str) -> None:
        assert "▲ 420" in texts_in(drawing(rich_page, "Requests a day"))
        assert "▲ 16.9%" in texts_in(drawing(rich_page, "Failure rate a day"))
        assert not any("▲" in text for text in texts_in(drawing(rich_page, "Credits a day")))
        assert "Thu 12 Nov: 420, expected 125 to 210, named in a finding" in rich_page

    def test_a_mark_says_which_way(self) -> None:
        report = samples.rich()
        report["daily"][3]["total_requests"] = 2
        assert "▼ 2" in texts_in(drawing(PAGES.html(report), "Requests a day"))

    def test_marks_no_day_without_a_finding(self) -> None:
        report = samples.rich()
        report["anomaly_analysis"]["detected_anomalies"] = []
        assert "▲" not in "".join(texts_in(drawing(PAGES.html(report), "Requests a day")))

    def test_draws_the_band_where_something_is_expected(self, rich_page: str) -> None:
        def bands(page: str) -> int:
            drawn = ET.tostring(drawing(page, "Requests a day"), encoding="unicode")
            return drawn.count("fill: var(--band)")

        assert bands(rich_page) == 7
        assert bands(PAGES.html(samples.first_week())) == 0

    def test_marks_the_models_above_the_limit(self, rich_page: str) -> None:
        texts = texts_in(drawing(rich_page, "Failure rate by model"))
        assert texts == ["Model A", "4.2%", "Model B", "▲ 16.8%", "Model R", "▲ 37.8%"]

    def test_tells_the_percentiles(self, rich_page: str) -> None:
        drawn = drawing(rich_page, "Seconds from start to result")
        assert (
            "Model B: half within 8.2 s, 90% within 19 s, 95% within 28.4 s, 99% within 62 s"
            in (drawn.attrib["aria-label"])
        )
        assert "8.2 s · 62 s" in texts_in(drawn)

    def test_a_model_without_results_has_no_percentiles(self) -> None:
        report = samples.rich()
        nothing = {"count": 0, "p50": None, "p90": None, "p95": None, "p99": None}
        report["model_performance"]["Model B"]["latency"] = nothing
        assert "Model B" not in texts_in(drawing(PAGES.html(report), "Seconds from start to result"))

    def test_shows_the_hints_where_the_pointer_rests(self, rich_page: str) -> None:
        titles = [title.text for title in drawing(rich_page, "Requests by hour").iter(f"{SVG}title")]
        assert len(titles) == 24
        assert titles[12] == "12:00: 100"

    def test_draws_the_busiest_models_only(self) -> None:
        report = samples.rich()
        model = report["model_performance"]["Model A"]
        report["model_performance"] = {
            f"Model {count:03d}": model | {"total_requests": count} for count in range(1, 30)
        }
        names = texts_in(drawing(PAGES.html(report), "Failure rate by model"))[::2]
        assert names == [f"Model {count:03d}" for count in range(29, 29 - series.MODELS_DRAWN_MAX, -1)]

    def test_every_colour_is_a_word_of_the_page(self, rich_page: str) -> None:
        for drawn in drawings(rich_page):
            assert not re.search(r"#[0-9a-f]{6}", ET.tostring(drawn, encoding="unicode"))


class TestPicture:
    def test_is_a_png_of_its_size(self, report: Report) -> None:
        picture = Image.open(io.BytesIO(PAGES.png(report)))
        assert (picture.format, picture.size) == ("PNG", (1200, 628))

    def test_is_the_same_each_time(self) -> None:
        assert PAGES.png(samples.rich()) == PAGES.png(samples.rich())

    def test_shows_a_mark_in_the_colour_of_alerts(self) -> None:
        def alerts(report: Report) -> int:
            picture = Image.open(io.BytesIO(PAGES.png(report))).convert("RGB")
            wanted = tuple(bytes.fromhex(canvas.LIGHT.alert.removeprefix("#")))
            return sum(count for count, colour in picture.getcolors(1 << 24) or [] if colour == wanted)

        calm = samples.rich()
        calm["anomaly_analysis"]["detected_anomalies"] = []
        assert alerts(samples.rich()) > 1000
        assert alerts(calm) == 0


class TestEmail:
    def test_has_tables_and_inline_styles_and_nothing_that_mail_programs_drop(self, report: Report) -> None:
        mail = letter(report)
        read = Reader(mail.html)
        assert not {tag for tag, _ in read.tags} & {"script", "svg", "style", "link", "form", "iframe"}
        assert not {name for name, _ in read.values} & {"class", "id"}

    def test_names_each_image_that_it_brings_and_no_other(self, report: Report) -> None:
        mail = letter(report)
        sources = [value for name, value in Reader(mail.html).values if name == "src"]
        assert sources == [f"cid:{name}" for name, _ in mail.images]
        for _, image in mail.images:
            assert Image.open(io.BytesIO(image)).size == (1100, 460)

    def test_brings_no_picture_of_nothing(self) -> None:
        assert letter(samples.old()).images == ()
        assert len(letter(samples.empty_week()).images) == 1

    def test_ends_with_the_way_out(self, report: Report) -> None:
        mail = letter(report)
        links = [value for name, value in Reader(mail.html).values if name == "href"]
        assert links[-1] == UNSUBSCRIBE
        assert mail.text.rstrip().endswith(UNSUBSCRIBE)

    def test_links_to_the_page_only_if_there_is_one(self) -> None:
        assert "Read the whole report" in letter(samples.rich()).html
        alone = PAGES.email(samples.rich(), UNSUBSCRIBE)
        assert "Read the whole report" not in alone.html
        assert "The whole report" not in alone.text

    def test_the_plain_text_is_good_by_itself(self) -> None:
        text = letter(samples.rich()).text
        for said in (
            "Requests: 1,254 (38% more than the week before (909))",
            "  Thu 12 Nov: 420, expected 125 to 210, named in a finding",
            "  [high] Model R failed 37.8% of its finished requests.",
            "    observed 37.8%, expected 2 to 15%, usually 5.1",
            "  Model A: 690 requests, 633 completed, 57 failed",
        ):
            assert said in text.splitlines()

    def test_says_so_when_nothing_was_found(self) -> None:
        mail = letter(samples.first_week())
        assert "Nothing unusual was found." in mail.text
        assert "Nothing: the week was as weeks are." in mail.html

    def test_shows_the_gravest_five_and_counts_the_rest(self) -> None:
        report = samples.rich()
        report["anomaly_analysis"]["detected_anomalies"] *= 4
        mail = letter(report)
        assert "And 7 more in the report." in mail.html
        assert "  and 7 more in the report" in mail.text

    @pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", "https://a.example/\r\nBcc: b"])
    def test_refuses_an_address_that_is_none(self, url: str) -> None:
        with pytest.raises(ValueError, match="http"):
            PAGES.email(samples.rich(), url)

    def test_the_subject_is_one_line(self) -> None:
        report = samples.rich() | {"headline": "one\r\nBcc: other@example.com\n" + "long " * 100}
        subject = letter(report).subject
        assert len(subject) <= 120
        assert subject.isprintable()


class TestSpreadsheets:
    @pytest.mark.parametrize("table", table_names())
    def test_each_has_a_heading_and_rows_as_wide(self, report: Report, table: str) -> None:
        found = rows(report, table)
        assert {len(row) for row in found} == {len(found[0])}
        assert all(found[0])

    @pytest.mark.parametrize("table", table_names())
    def test_none_is_empty_in_a_rich_week(self, table: str) -> None:
        assert len(rows(samples.rich(), table)) > 1

    def test_lines_end_as_the_standard_says(self) -> None:
        text = PAGES.csv(samples.rich(), "models")
        assert text.count("\r\n") == text.count("\n") == 4

    def test_the_numbers_are_those_of_the_report(self) -> None:
        report = samples.rich()
        day, model = report["daily"][3], report["model_performance"]["Model B"]
        assert rows(report, "daily")[4] == [
            *("2026-11-12", "420", "349", "71", "0", "0", "1050", str(day["failure_rate_of_finished"])),
            *("3", "125", "165", "210"),
        ]
        assert rows(report, "latency")[2] == ["Model B", str(model["total_requests"]), "8.2", "19.0", "28.4", "62.0"]
        assert rows(report, "failures")[3] == ["Model R", "3", "12", "2", "1"]
        assert rows(report, "hours")[13] == ["12:00", "100"]
        assert rows(report, "summary")[1] == ["Requests", "1254", "909"]
        assert rows(report, "top_users")[1] == ["user-00", "310", "155", "930"]
        assert rows(report, "ledger")[-1] == ["top_up", "30", "4000"]
        assert [row[0] for row in rows(report, "funnel")[1:]] == [
            *("requested", "finished", "completed"),
            *("cancelled", "failed", "pending"),
        ]

    def test_the_busiest_come_first(self) -> None:
        names = [row[0] for row in rows(samples.rich(), "styles")[1:]]
        assert names == ["realistic", "anime", "oil_painting", "sketch", "cyberpunk", "watercolor"]

    def test_a_finding_is_a_row_with_its_drivers(self) -> None:
        finding = rows(samples.rich(), "findings")[1]
        assert finding[:8] == [
            *("medium", "unusual_day", "Thursday had 420 requests, 2.5 times its usual 165.", "requests"),
            *("420", "125", "165", "210"),
        ]
        assert finding[9] == (
            "User user-00: 254, usually 12, 94.9% of the difference; Style anime: 190, 62% of the difference"
        )

    @pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1"])
    def test_a_formula_is_defused_and_a_number_is_not(self, name: str) -> None:
        report = samples.rich()
        report["user_stats"]["top_users"][0] |= {"user_id": name, "credits": -5}
        cells = rows(report, "top_users")[1]
        assert cells[0][0] == "'"
        assert cells[0].split() == ["'" + name.strip()] or cells[0].lstrip("' ") == name.strip()
        assert cells[3] == "-5"

    @pytest.mark.parametrize("table", ["", "users", "Models"])
    def test_a_table_that_there_is_not_is_an_error(self, table: str) -> None:
        with pytest.raises(ValueError, match="Table"):
            PAGES.csv(samples.rich(), table)


class TestBounds:
    @staticmethod
    def full() -> Report:
        """Return a report with more of everything than there will ever be."""
        report = samples.rich()
        for name in ("model", "style", "color", "size"):
            one = next(iter(report[f"{name}_performance"].values()))
            report[f"{name}_performance"] = {
                f"{name} {place:03d} {'with a long name' * 3}": one for place in range(200)
            }
        report["anomaly_analysis"]["detected_anomalies"] *= 200
        return report

    def test_a_page_stays_below_200_kb(self) -> None:
        page = PAGES.html(self.full())
        assert len(page.encode()) < 200_000
        assert "And 570 more that are not shown here." in page
        assert "And 160 more rows in the CSV file." in page

    def test_a_mail_stays_below_what_programs_clip(self) -> None:
        assert len(letter(self.full()).html.encode()) < 100_000

    def test_all_rows_are_in_the_csv(self) -> None:
        assert len(rows(self.full(), "styles")) == 201


def test_only_what_draws_loads_matplotlib() -> None:
    code = """
import sys
from presentation.report_pages import DrawnReportPages
DrawnReportPages().csv({}, "models")
print([name for name in ("matplotlib", "numpy") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=FUNCTIONS, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": "\"><img src=x onerror='alert(1)'>",
    "quotes": "' \" ` onmouseover=alert(1) x='",
    "closing": "</style></svg></title>]]>-->",
    "entity": "&lt;b&gt; &amp; &#x3c;",
    "template": "{{ 7 * 7 }} {% raise %}",
    "mathtext": r"$\frac{1}{0}$ $\undefined $",
    "formula": '=HYPERLINK("https://evil.example","x")',
    "from right to left": "\u202e\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627\u2066",
    "control": "\x00\x1b[31m\r\nBcc: x\u2028\x85",
    "no characters": "\ud800\ufffe\uffff",
    "scripts": "日本語 🎨 नमस्ते",
    "long": "very long name " * 400,
}


@pytest.fixture(params=HOSTILE)
def hostile(request: pytest.FixtureRequest) -> str:
    return HOSTILE[request.param]


class TestHostileTexts:
    """Every text of a report, and every name in it, begins with something dangerous. The page that is shown has the
    same structure.
    """

    @pytest.fixture(params=["rich", "old"])
    def harmless(self, request: pytest.FixtureRequest) -> Report:
        return SAMPLES[request.param]()

    @staticmethod
    def spoilt(report: Report, bad: str) -> Report:
        spoilt: Report = samples.changed(report, lambda text: bad + text)
        assert all(text.startswith(bad) for text in samples.texts_of(spoilt))
        return spoilt

    def test_the_page(self, harmless: Report, hostile: str) -> None:
        page = PAGES.html(self.spoilt(harmless, hostile))
        page.encode()
        usual = Reader(PAGES.html(self.spoilt(harmless, "x ")))
        assert Reader(page).tags == usual.tags
        assert drawings(page)

    def test_a_name_is_shown_as_it_is(self) -> None:
        for bad in ("<script>alert(1)</script>", "{{ 7 * 7 }}", "&lt;b&gt;", r"$\frac{1}{0}$"):
            page = PAGES.html(self.spoilt(samples.rich(), bad))
            assert f"{bad}Model A" in Reader(page).text
            texts = texts_in(drawing(page, "Failure rate by model"))
            assert (f"{bad}Model A")[:12] in "".join(texts)

    def test_the_mail(self, harmless: Report, hostile: str) -> None:
        mail = letter(self.spoilt(harmless, hostile))
        usual = letter(self.spoilt(harmless, "x "))
        assert Reader(mail.html).tags == Reader(usual.html).tags
        assert len(mail.text.splitlines()) == len(usual.text.splitlines())
        assert "\n" not in mail.subject
        (mail.html + mail.text + mail.subject).encode()

    @pytest.mark.parametrize("table", table_names())
    def test_the_spreadsheets(self, harmless: Report, hostile: str, table: str) -> None:
        found = rows(self.spoilt(harmless, hostile), table)
        usual = rows(self.spoilt(harmless, "x "), table)
        assert [len(row) for row in found] == [len(row) for row in usual]
        for row in found[1:]:
            for cell in row:
                assert not cell.lstrip().startswith(("=", "+", "-", "@"))

    def test_the_picture(self, harmless: Report, hostile: str) -> None:
        assert Image.open(io.BytesIO(PAGES.png(self.spoilt(harmless, hostile)))).size == (1200, 628)


@pytest.mark.parametrize("bad", [None, "7", float("nan"), float("inf"), -1, 0, 10**30, True, [], {}])
def test_odd_values_where_numbers_should_be(bad: Any) -> None:
    def odd(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: odd(item) for key, item in value.items()}
        if isinstance(value, list):
            return [odd(item) for item in value]
        return bad if isinstance(value, int | float) else value

    report = odd(samples.rich())
    assert "Model A" in PAGES.html(report)
    assert letter(report).html
    assert PAGES.png(report)
    for table in table_names():
        assert rows(report, table)


@pytest.mark.parametrize("bad", [None, "text", 7, [], [7], {}])
def test_odd_values_where_parts_should_be(bad: Any) -> None:
    report = dict.fromkeys(samples.rich(), bad)
    assert PAGES.html(report)
    assert letter(report).html
    for table in table_names():
        assert rows(report, table)


@pytest.mark.parametrize("key", samples.rich())
def test_a_part_that_is_not_there(key: str) -> None:
    report = samples.rich()
    del report[key]
    assert PAGES.html(report)
