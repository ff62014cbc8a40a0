"""These programs send an example of the reference. They are in curl, Python and JavaScript, and can be copied and run
unchanged.
"""

import json
import shlex
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from tools.reference.stage import Exchange
from tools.reference.wording import HOSTING

# People use these operations most. The value is the example that is sent.
SAMPLED: Mapping[str, str] = {
    "createGeneration": "awaited",
    "getGeneration": "completed",
    "listGenerations": "first_page",
    "cancelGeneration": "cancelled",
    "getBalance": "balance",
    "listEntries": "first_page",
    "getUsage": "months",
    "getCatalog": "catalog",
    "createKey": "created",
}

# These fields hold a moment that will be over when somebody runs the program.
_PASSING = frozenset({"expires_at"})


def samples(exchange: Exchange) -> list[dict[str, str]]:
    """Return the programs in the form of `x-codeSamples`."""
    body = None if exchange.sent is None else {k: v for k, v in exchange.sent.items() if k not in _PASSING}
    written = {
        ("shell", "curl"): _curl(exchange, body),
        ("python", "Python"): _python(exchange, body),
        ("javascript", "JavaScript"): _javascript(exchange, body),
    }
    return [{"lang": lang, "label": label, "source": "\n".join(lines)} for (lang, label), lines in written.items()]


def _curl(exchange: Exchange, body: Any) -> Iterable[str]:
    method = [] if exchange.method == "GET" else ["-X", exchange.method]
    parts = [" ".join(["curl", *method, f'"{_address(exchange)}"'])]
    headers = {"Content-Type": "application/json"} if body is not None else {}
    parts += [f'-H "{name}: {value}"' for name, value in {**headers, **exchange.sent_headers}.items()]
    if body is not None:
        parts.append(f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}")
    return [" \\\n  ".join(parts)]


def _python(exchange: Exchange, body: Any) -> Iterable[str]:
    yield "import requests\n"
    yield f"answer = requests.{exchange.method.lower()}("
    yield f'    "{HOSTING}{exchange.path}",'
    given = {"params": exchange.query, "headers": exchange.sent_headers, "json": body}
    yield from (f"    {name}={dict(value)!r}," for name, value in given.items() if value)
    yield ")"
    yield "print(answer.text)"


def _javascript(exchange: Exchange, body: Any) -> Iterable[str]:
    headers = {"Content-Type": "application/json"} if body is not None else {}
    headers |= exchange.sent_headers
    yield f'const answer = await fetch("{_address(exchange)}", {{'
    yield f'  method: "{exchange.method}",'
    if headers:
        yield f"  headers: {json.dumps(headers)},"
    if body is not None:
        yield f"  body: JSON.stringify({json.dumps(body, ensure_ascii=False)}),"
    yield "});"
    yield "console.log(await answer.text());"


def _address(exchange: Exchange) -> str:
    query = f"?{urlencode(exchange.query)}" if exchange.query else ""
    return f"{HOSTING}{exchange.path}{query}"
