"""Each type of finding has one sentence that says what to look at next."""

_VERSIONS = "See whether the model, its provider or its prompts changed, and read the errors of its failed generations."

NEXT_STEPS = {
    "request_spike": "See who asks for more, and whether limits and the queue bear with it.",
    "requests_above_expected": "See who asked on these days, and whether limits and the queue bear with it.",
    "requests_below_expected": "Look for an outage, a release or a holiday on these days.",
    "user_request_spike": "Look at this user's generations: a campaign, a script, or a stolen key?",
    "single_user_credits": "Look at this user's ledger of that day, and at how the credits were paid for.",
    "credit_consumption_spike": "See whether there are more requests or dearer ones, by size and by model.",
    "credits_above_expected": "See whether there were more requests or dearer ones, by size and by model.",
    "credits_below_expected": "See whether there were fewer requests or cheaper ones, and whether a price changed.",
    "high_refund_rate": "Look at what was refunded: failures of a model, or many cancels?",
    "user_activity_spike": "See where the users come from, and whether they stay next week.",
    "new_user_spike": "See where the new users come from, and what they ask for first.",
    "new_user_registrations": "Compare with campaigns of that day, and look for accounts made by a script.",
    "registrations_above_expected": "Compare with campaigns of these days, and look for accounts made by a script.",
    "registrations_below_expected": "Try to register: the form, the e-mail or the sign-in may be broken.",
    "high_failure_rate": "Find the model that fails, and read the errors of its failed generations.",
    "failure_rate_spike": "Find the model that fails more, and read the errors of its failed generations.",
    "failure_rate_above_expected": "Find the model that failed on these days, and read the errors of its generations.",
    "critical_model_failure_rate": _VERSIONS,
    "model_failure_rate_spike": _VERSIONS,
    "model_failure_rate_above_expected": _VERSIONS,
    "model_performance_degradation": "Watch this model: it is on its way to a failure rate of note.",
    "model_performance_disparity": "Compare the errors of both models, and offer the better one first.",
    "model_underperforming": "Compare its errors with those of the other models, and offer those first.",
    "model_latency_above_expected": "See whether the provider or the queue is slow, and what sizes were asked for.",
    "suspicious_perfect_performance": "Check on a few generations that the model's failures are still noticed.",
}
