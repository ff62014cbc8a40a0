"""These are the types of findings of the robust detector. Each has one sentence that says what to look at next.

Its numbers are in `baselines.py`, and the floor of each metric is in `series.py`.
"""

from dataclasses import dataclass

from domain.reports.anomalies.rule import DEMAND_FELL, DEMAND_ROSE, FAILURES_ROSE


@dataclass(frozen=True, slots=True)
class Surprise:
    family: str
    next_step: str


SURPRISES = {
    "requests_above_expected": Surprise(
        DEMAND_ROSE, "See who asked on these days, and whether limits and the queue bear with it."
    ),
    "requests_below_expected": Surprise(DEMAND_FELL, "Look for an outage, a release or a holiday on these days."),
    "credits_above_expected": Surprise(
        DEMAND_ROSE, "See whether there were more requests or dearer ones, by size and by model."
    ),
    "credits_below_expected": Surprise(
        DEMAND_FELL, "See whether there were fewer requests or cheaper ones, and whether a price changed."
    ),
    "registrations_above_expected": Surprise(
        DEMAND_ROSE, "Compare with campaigns of these days, and look for accounts made by a script."
    ),
    "registrations_below_expected": Surprise(
        DEMAND_FELL, "Try to register: the form, the e-mail or the sign-in may be broken."
    ),
    "failure_rate_above_expected": Surprise(
        FAILURES_ROSE, "Find the model that failed on these days, and read the errors of its generations."
    ),
    "model_failure_rate_above_expected": Surprise(
        FAILURES_ROSE,
        "See whether the model, its provider or its prompts changed, and read the errors of its failed generations.",
    ),
    "model_latency_above_expected": Surprise(
        "", "See whether the provider or the queue is slow, and what sizes were asked for."
    ),
}
