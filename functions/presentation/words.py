"""Writes numbers and days as a person reads them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

DASH = "\N{EN DASH}"
NOTHING = DASH
MICROS = 1_000_000


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    SECONDS = "seconds"


class GoodDirection(StrEnum):
    """Says which way a figure should move."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Describes how a figure changed. `tone` is good, bad or plain, and adds nothing that the words do not say."""

    arrow: str
    words: str
    tone: str = "plain"


NO_CHANGE_KNOWN = Change(arrow="", words="nothing to compare with")


def shown(value: float | str | None, kind: str = Kind.NUMBER) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return value
    if kind == Kind.PERCENT:
        return f"{plain(value)}%"
    return f"{plain(value)} s" if kind == Kind.SECONDS else plain(value)


def in_column(value: float | str | None, kind: str) -> str:
    """Return what `shown` does, but with as many decimals as the cells around it, and without the unit.

    The heading has the unit.
    """
    if isinstance(value, str) or value is None or kind == Kind.NUMBER:
        return shown(value)
    return f"{value:,.1f}"


def plain(value: float) -> str:
    """Return the number with separators of thousands, and with up to two decimals if it is not whole."""
    return f"{value:,.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"


def short(value: float) -> str:
    """Return the number in short, to fit beside a bar: 950, 1.2k, 34k, 5.6M."""
    for size, unit in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")):
        if abs(value) >= size:
            return (
                f"{value / size:.1f}".removesuffix(".0") + unit
                if abs(value) < 10 * size
                else f"{value / size:.0f}{unit}"
            )
    return f"{value:.1f}".removesuffix(".0")


def money(micros: float | None, currency: str) -> str:
    return NOTHING if micros is None else f"{micros / MICROS:,.2f} {currency}".strip()


def changed(
    now: float | None, before: float | None, *, kind: str, good_direction: GoodDirection = GoodDirection.NEITHER
) -> Change:
    if now is None:
        return Change(arrow="", words="nothing to measure")
    if before is None:
        return NO_CHANGE_KNOWN
    if now == before:
        return Change(arrow="→", words="the same as the week before")
    is_up = now > before
    direction = "more" if is_up else "less"
    return Change(
        arrow="↑" if is_up else "↓",
        words=f"{_difference(now, before, kind)} {direction} than the week before ({shown(before, kind)})",
        tone=_tone(good_direction, is_up=is_up),
    )


def _difference(now: float, before: float, kind: str) -> str:
    """Return the difference in percent of the week before.

    For rates it is in points, and if the week before has no positive number, it is a number.
    """
    gap = abs(now - before)
    if kind == Kind.PERCENT:
        return f"{plain(round(gap, 1)) if gap >= 0.05 else plain(round(gap, 2))} points"  # noqa: PLR2004
    return plain(gap) if before <= 0 else f"{plain(max(1, round(100 * gap / before)))}%"


def _tone(good_direction: GoodDirection, *, is_up: bool) -> str:
    if good_direction is GoodDirection.NEITHER:
        return "plain"
    return "good" if is_up == (good_direction is GoodDirection.UP) else "bad"


def day(iso: str) -> str:
    """Return a day such as `Tue 10 Nov`. A text that is no date is returned as it is."""
    found = as_date(iso)
    return f"{found:%a} {found.day} {found:%b}" if found else iso


def short_day(iso: str) -> str:
    """Return the day in two lines, to fit below a narrow bar."""
    found = as_date(iso)
    return f"{found:%a}\n{found.day}" if found else shortened(iso, 6)


def as_date(iso: str) -> date | None:
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None


def period(start_iso: str, end_iso: str) -> str:
    """Return the days between two moments, such as `9 to 15 November 2026`, with a dash for `to`.

    The second moment is no longer part of it. Texts that are no moments are returned as they are.
    """
    try:
        start, end = datetime.fromisoformat(start_iso), datetime.fromisoformat(end_iso)
        last = (end - timedelta(microseconds=1)).date()
    except (ValueError, OverflowError):
        return f" {DASH} ".join(filter(None, (start_iso, end_iso)))
    return _days(start.date(), last)


def _days(first: date, last: date) -> str:
    end = f"{last.day} {last:%B} {last.year}"
    if first.year != last.year:
        return f"{first.day} {first:%B} {first.year} {DASH} {end}"
    return f"{first.day} {first:%B} {DASH} {end}" if first.month != last.month else f"{first.day}{DASH}{end}"


def shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def humanised(name: str) -> str:
    """Return `request_spike` as `Request spike`."""
    spaced = name.replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:]
