"""Makes the findings of a report ready for cards and rows, the most severe first."""

from collections.abc import Mapping
from dataclasses import dataclass

from presentation.reading import Document, number, part, parts, text, texts
from presentation.words import Kind, day, humanised, shown

SEVERITIES = ("high", "medium", "low")

_OWN_PLACE = {
    *("type", "severity", "description", "expected", "observed", "unit"),
    *("days", "drivers", "next_step", "also"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    name: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """Holds a finding as texts. `facts` are the fields of its rule, if the finding gives no expected range."""

    severity: str
    type: str
    title: str
    description: str
    observed: str
    expected: str
    days: tuple[str, ...]
    drivers: tuple[Driver, ...]
    next_step: str
    also: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


def finding_views(report: Document) -> list[FindingView]:
    found = [_finding_view(anomaly) for anomaly in parts(part(report, "anomaly_analysis"), "detected_anomalies")]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def severity_of(anomaly: Document) -> str:
    severity = text(anomaly, "severity")
    return severity if severity in SEVERITIES else SEVERITIES[-1]


def driver_words(anomaly: Document) -> list[str]:
    return [f"{driver.kind} {driver.name}: {driver.words}" for driver in map(_driver, parts(anomaly, "drivers"))]


def days_of(anomaly: Document) -> list[str]:
    return texts(anomaly, "days")


def _finding_view(anomaly: Document) -> FindingView:
    unit, observed = text(anomaly, "unit"), number(anomaly, "observed")
    expected = _range(part(anomaly, "expected"), unit)
    return FindingView(
        severity=severity_of(anomaly),
        type=text(anomaly, "type"),
        title=humanised(text(anomaly, "type")),
        description=text(anomaly, "description"),
        observed="" if observed is None else with_unit(observed, unit),
        expected=expected,
        days=tuple(day(iso) for iso in days_of(anomaly)),
        drivers=tuple(_driver(driver) for driver in parts(anomaly, "drivers")),
        next_step=text(anomaly, "next_step"),
        also=tuple(humanised(other) for other in texts(anomaly, "also")),
        facts=() if expected or observed is not None else _facts(anomaly),
    )


def with_unit(value: float, unit: str) -> str:
    if unit == Kind.PERCENT:
        return shown(value, Kind.PERCENT)
    return shown(value, Kind.SECONDS) if unit == Kind.SECONDS else f"{shown(value)} {unit}".strip()


def _range(expected: Document, unit: str) -> str:
    low, middle, high = (number(expected, key) for key in ("low", "mid", "high"))
    if low is None or high is None:
        return ""
    usual = f", usually {shown(middle)}" if middle is not None else ""
    return f"{shown(low)} to {with_unit(high, unit)}{usual}"


def _driver(driver: Document) -> Driver:
    usual, share = number(driver, "usual"), number(driver, "share")
    words = [
        shown(number(driver, "value")),
        "" if usual is None else f"usually {shown(usual)}",
        "" if share is None else f"{shown(share, Kind.PERCENT)} of the difference",
    ]
    return Driver(name=text(driver, "name"), kind=humanised(text(driver, "kind")), words=", ".join(filter(None, words)))


def _facts(anomaly: Document) -> tuple[tuple[str, str], ...]:
    return tuple((humanised(key), _fact(value)) for key, value in anomaly.items() if key not in _OWN_PLACE)


def _fact(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key.replace('_', ' ')} {_fact(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_fact(item) for item in value)
    is_shown = (
        value is None or isinstance(value, str | float) or (isinstance(value, int) and not isinstance(value, bool))
    )
    return shown(value) if is_shown else str(value)  # type: ignore[arg-type]
