"""A report is told in a few words, in an alert and in an event for a webhook. All of them are of bounded length."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from domain.reports.report import summary
from services.delivery.ports import Notice

_FINDINGS_MAX = 5
_LINE_MAX = 200
_SEVERITIES = ("high", "medium", "low")


def alert(report: Mapping[str, Any], url: str, unsubscribe_url: str) -> tuple[str, str, str]:
    """Return the subject, the plain text and the HTML."""
    analysis = report["anomaly_analysis"]
    title = f"Darkroom {report['week']}: {analysis['severity_level']} anomaly level"
    lines = [on_one_line(report["headline"]), *_findings(report)]
    text = "\n\n".join([title, *lines, f"The whole report: {url}", f"Unsubscribe: {unsubscribe_url}"])
    shown = "".join(f"<p>{escape(line)}</p>" for line in lines)
    html = (
        f'<!doctype html><html lang="en"><body style="font-family:sans-serif;max-width:36em">'
        f"<h1 style='font-size:1.2em'>{escape(title)}</h1>{shown}"
        f'<p><a href="{escape(url)}">The whole report</a></p>'
        f'<p style="color:#666"><a href="{escape(unsubscribe_url)}">Unsubscribe</a></p></body></html>'
    )
    return title, text, html


def event(report: Mapping[str, Any], type_: str, url: str, at: datetime) -> Notice:
    """Return the event.

    Chat tools show its `text`, and read &, < and > as the beginning of commands unless they are escaped.
    """
    figures = summary(report)
    analysis = report["anomaly_analysis"]
    opening = "Anomalies" if type_ == "anomaly.detected" else "Weekly report"
    lines = [f"{opening} {report['week']}: {on_one_line(report['headline'])}"]
    if type_ == "anomaly.detected":
        lines += _findings(report)
    return Notice(
        id=f"{type_.replace('.', '-')}-{report['week']}-v{report['version']}",  # dots separate the signed parts
        type=type_,
        at=at,
        text="\n".join([*(escape(line, quote=False) for line in lines), url]),
        data={
            "report_id": report["id"],
            "week": report["week"],
            "version": report["version"],
            "url": url,
            "headline": on_one_line(report["headline"]),
            "severity_level": analysis["severity_level"],
            "anomaly_score": analysis["anomaly_score"],
            "total_anomalies": analysis["total_anomalies"],
            "summary": {
                "total_requests": figures["total_requests"],
                "success_rate": figures["success_rate"],
                "active_users": figures["active_users"],
                "credits_consumed": figures["credits_consumed"],
            },
        },
    )


def page_url(public_url: str, report: Mapping[str, Any]) -> str:
    """Return the address of the report's page in the console."""
    return f"{public_url}/app/admin/reports/{report['id']}"


def on_one_line(text: str, most: int = _LINE_MAX) -> str:
    """Return the text on one line. A subject with a line break could begin another header."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def _findings(report: Mapping[str, Any]) -> Sequence[str]:
    """Return the most severe findings, one line each."""
    found = report["anomaly_analysis"]["detected_anomalies"]
    gravest = sorted(found, key=lambda each: _SEVERITIES.index(each["severity"]))
    return [on_one_line(f"{each['severity']}: {each['description']}") for each in gravest[:_FINDINGS_MAX]]
