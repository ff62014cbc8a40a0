"""Models that became slow are found by the 95th percentile of their week, compared with those of earlier weeks."""

from collections.abc import Iterator

from domain.reports.anomalies.baselines import SAME_WEEKDAYS_MIN, from_known
from domain.reports.anomalies.days import Latencies
from domain.reports.anomalies.findings import Driver, Finding, Severity
from domain.reports.anomalies.surprises import SURPRISES

# Percentiles are read from buckets that double in width, so a smaller step may come from the reading alone.
SECONDS_FLOOR = 5.0
SEVERE_SCORE = 8.0

KIND = "model_latency_above_expected"


def slower_models(latencies: Latencies) -> list[Finding]:
    """Return a finding for each model that became slow. Models known in fewer than 4 earlier weeks are left out."""
    return list(_slower_models(latencies))


def _slower_models(latencies: Latencies) -> Iterator[Finding]:
    for model, observed in sorted(latencies.current.items()):
        known = [week[model] for week in latencies.earlier if model in week]
        if len(known) < SAME_WEEKDAYS_MIN:
            continue
        usual = from_known(known, floor=SECONDS_FLOOR, noise=lambda _: 0.0, basis=f"{len(known)} earlier weeks")
        if not usual.is_above(observed):
            continue
        score = usual.score(observed)
        yield Finding(
            type=KIND,
            severity=Severity.HIGH if score >= SEVERE_SCORE else Severity.MEDIUM,
            description=(
                f"{model} became slow: one request in twenty took longer than {observed:.0f} s, "
                f"usually {usual.mid:.0f} s."
            ),
            details={"model": model, "metric": "latency_p95", "score": round(score, 2), "baseline": usual.basis},
            excess=round(score),
            expected=usual.band(),
            observed=observed,
            unit="seconds",
            drivers=(Driver(kind="model", name=model, value=observed, usual=usual.mid),),
            next_step=SURPRISES[KIND].next_step,
        )
