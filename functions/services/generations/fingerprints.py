"""A fingerprint tells a repeated request from another one that came with the same idempotency key.

The rule by which a fingerprint is made has a version, and the version stands in the fingerprint. A deployment that adds
a field to requests adds a version, and still knows the older ones: a repeat of an older request is then a repeat.
"""

import hashlib
import json
from collections.abc import Callable, Mapping

from services.generations.orders import Order

# It follows the number of a version. Fingerprints of version 1 are the digest alone.
_MARK = ":"


def _first_rule(order: Order) -> object:
    ask = order.ask
    options = {name: ask.params.get(name) for name in ("style", "color", "size")}
    spec = {"model": ask.model, "prompt": ask.prompt, "seed": ask.seed, **options}
    return {"spec": spec, "metadata": dict(order.metadata)}


def _second_rule(order: Order) -> object:
    ask = order.ask
    named = {"model": ask.model, "kind": ask.kind, "prompt": ask.prompt, "seed": ask.seed}
    return {**named, "params": dict(ask.params), "metadata": dict(order.metadata)}


# Each rule returns what requests of its time had. A rule that was deployed once stays as it is.
RULES: Mapping[int, Callable[[Order], object]] = {1: _first_rule, 2: _second_rule}


def fingerprint_of(order: Order) -> str:
    """Return the fingerprint by the newest rule. It is equal for equal requests, whatever the order of their fields."""
    return _by_rule(max(RULES), order)


def is_repeat(order: Order, fingerprint: str | None) -> bool:
    """Say whether this fingerprint was made of an equal request, by the rule that it was made by.

    A fingerprint of a rule that is newer than this code, which was rolled back, counts as equal: the request has the
    same key, and nothing more can be known. There is none, and no repeat, where the generation was erased.
    """
    if fingerprint is None:
        return False
    version, mark, _ = fingerprint.partition(_MARK)
    number = int(version) if mark else 1
    return number not in RULES or fingerprint == _by_rule(number, order)


def _by_rule(version: int, order: Order) -> str:
    digest = hashlib.sha256(json.dumps(RULES[version](order), sort_keys=True).encode()).hexdigest()
    return digest if version == 1 else f"{version}{_MARK}{digest}"
