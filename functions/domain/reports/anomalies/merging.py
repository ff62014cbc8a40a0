"""Findings with the same cause are merged into one, whether they come from the rules or from the robust detector."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from domain.reports.anomalies.drivers import DRIVERS_MAX, strongest
from domain.reports.anomalies.findings import Driver, Finding, Severity
from domain.reports.anomalies.rules import rule_of
from domain.reports.anomalies.surprises import SURPRISES

FINDINGS_MAX = 25
# A merged finding has the descriptions of its first findings only. They tell enough.
DESCRIPTIONS_MAX = 4

_GRAVITY = {Severity.LOW: 0, Severity.MEDIUM: 1, Severity.HIGH: 2}


def merged(findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], int]:
    """Return the most severe findings first, and the number beyond FINDINGS_MAX.

    The order of `findings` does not matter.
    """
    families: dict[str, list[Finding]] = defaultdict(list)
    alone: list[Finding] = []
    for finding in findings:
        family = family_of(finding.type)
        (families[family] if family else alone).append(finding)
    groups = [group for members in families.values() for group in _causes(members)]
    ranked = sorted([*alone, *(_merge(group) for group in groups)], key=_rank)
    return tuple(ranked[:FINDINGS_MAX]), max(0, len(ranked) - FINDINGS_MAX)


def family_of(type_: str) -> str:
    """Return the family of a type of findings, or an empty text if such findings are never merged.

    Types of one family are metrics that move together, in the same direction.
    """
    rule, surprise = rule_of(type_), SURPRISES.get(type_)
    return rule.family if rule else surprise.family if surprise else ""


def subject(finding: Finding) -> str:
    """Return the user or model that the finding is about, or an empty text for the whole product."""
    worst = finding.details.get("worst_model")
    name = worst["name"] if isinstance(worst, dict) else finding.details.get("user_id") or finding.details.get("model")
    return str(name or "")


def _causes(members: Sequence[Finding]) -> list[list[Finding]]:
    """Group the findings of one family by their cause.

    A cause is the product, by its days; or one model; or all users who do not drive the product. Failures of two models
    are two causes, and those of the product belong to the more severe of them. Users who stand out in a week are one
    cause, however many they are, because a rule with a fixed limit names many of them in a big product.
    """
    subjects: dict[str, list[Finding]] = defaultdict(list)
    for finding in members:
        subjects[subject(finding)].append(finding)
    causes = _by_days(subjects.pop("", []))
    users: list[Finding] = []
    for name, of_subject in sorted(subjects.items(), key=lambda item: _rank(_first(item[1]))):
        whole = [cause for cause in causes if _drives(name, cause) and not _is_of_another_model(name, cause)]
        if whole:
            min(whole, key=lambda cause: _rank(_first(cause))).extend(of_subject)
        elif "user_id" in of_subject[0].details:
            users += of_subject
        else:
            causes.append(list(of_subject))
    return [*causes, users] if users else causes


def _by_days(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Group the findings on the whole product by their days.

    Findings that are scored by the day are one cause if their days touch. A rule on the whole week joins the most
    severe cause.
    """
    causes: list[list[Finding]] = []
    of_the_week = [finding for finding in findings if not _is_scored(finding)]
    for finding in sorted((one for one in findings if _is_scored(one)), key=lambda one: one.days):
        near = next((cause for cause in causes if any(_touch(finding.days, one.days) for one in cause)), None)
        if near is None:
            causes.append([finding])
        else:
            near.append(finding)
    if of_the_week:
        gravest = min(causes, key=lambda cause: _rank(_first(cause)), default=None)
        if gravest is None:
            return [of_the_week]
        gravest.extend(of_the_week)
    return causes


def _is_scored(finding: Finding) -> bool:
    return bool(finding.days) and "score" in finding.details


def _touch(one: Sequence[date], other: Sequence[date]) -> bool:
    day = timedelta(days=1)
    return min(one) - day <= max(other) and min(other) - day <= max(one)


def _drives(name: str, cause: Iterable[Finding]) -> bool:
    return any(driver.name == name and driver.kind in ("user", "model") for one in cause for driver in one.drivers)


def _is_of_another_model(name: str, cause: Iterable[Finding]) -> bool:
    about_models = (one for one in cause if "model" in one.details or "worst_model" in one.details)
    return any(subject(one) != name for one in about_models)


def _merge(group: Sequence[Finding]) -> Finding:
    first, *others = sorted(group, key=_rank)
    if not others:
        return first
    is_of_users = all("user_id" in finding.details for finding in group)
    return replace(
        first,
        description=_description([first, *others]),
        days=tuple(sorted({day for finding in group for day in finding.days})),
        drivers=_shared([first, *others]) if is_of_users else strongest(each for one in group for each in one.drivers),
        also=tuple(sorted({finding.type for finding in others} - {first.type})),
    )


def _description(ranked: Sequence[Finding]) -> str:
    told = list(dict.fromkeys(finding.description for finding in ranked))
    more = len(told) - DESCRIPTIONS_MAX
    return " ".join(told[:DESCRIPTIONS_MAX]) + (f" And {more} more like these." if more > 0 else "")


def _shared(ranked: Sequence[Finding]) -> tuple[Driver, ...]:
    """Return the users of the first type of finding, with their parts of what that type observed.

    Requests and credits cannot be added up, so the other types are left out.
    """
    of_type = [finding for finding in ranked if finding.type == ranked[0].type]
    total = sum(finding.observed or 0.0 for finding in of_type)
    return tuple(
        replace(driver, share=round(100 * driver.value / total) if total else 0)
        for finding in of_type[:DRIVERS_MAX]
        for driver in finding.drivers
    )


def _first(group: Iterable[Finding]) -> Finding:
    return min(group, key=_rank)


def _rank(finding: Finding) -> tuple[int, bool, int, str, str, str]:
    """Return the sort key: the most severe finding comes first.

    Of two that are equally severe, the one that knows its days comes first. The rest of the key makes the order always
    the same.
    """
    return (
        -_GRAVITY[finding.severity],
        not _is_scored(finding),
        -finding.excess,
        finding.type,
        subject(finding),
        finding.description,
    )
