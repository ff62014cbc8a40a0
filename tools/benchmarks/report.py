"""Writes the text of docs/benchmarks/README.md from the results of a run."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

HEAD = """\
# Benchmarks

Written by `make bench`; [results.json](results.json) has every figure. Repeat it: nothing else is needed, and it takes
about {minutes} minutes.

![Throughput beside the floor, and the cold start](chart.svg)

**The machine**: {cores} cores of {cpu}, {memory_gib} GiB, {system}, Python {python}. The load generator, the server and
the Firestore emulator (a Java process) share these cores, so a figure says what one of them left to the others.
At the start, {busy} processes competed for each core; {runs} runs, of which the middle one is shown.

**The server**: functions-framework under gunicorn, one process, as many threads as deployed; Firestore's emulator; a
process that takes tasks and pictures and does nothing with them; a model that paints nothing, for what it takes is the
model's affair. Every row is measured on a fresh project, whose books are audited afterwards.

**The floor** of an operation is a bare loop of the same commits and reads: same client library, same number of
threads, no HTTP, no rules. For one hot user it is a single thread, for each commit must see the one before it. The
server puts waiting requests of one user into one commit, so that it can be faster than that. *With enqueue* adds to the
loop the task that each creation sends; that is all of the network that a creation needs. *By `batch`* is the same
commit as the client's documentation has it: our own way to the same stubs is faster, in the server as in the floor.
"""

LIMITS = """\
## What limits a creation

Processor time in the server, at {clients} clients, by subtraction: what HTTP alone takes (*ping*), what the same commit
and the same task take in the bare loop, and the rest, which is ours: validation, rules, records, two lines of log. All
of it is Python in one process, where one thread runs at a time, so {total} ms for each request are {ceiling} requests a
second at most, whatever the database could do. More instances, not more threads, go beyond that.

"""

OPEN = """\
## At a constant rate

Requests are due by the clock, whether the server is ready or not, and a late one counts from when it was due.
"""

COST = """\
## What an operation costs

Counted on the wire by the meter of the tests (`functions/tests/architecture/test_budgets.py`), on a warm instance;
dollars at nam5's public prices, with the task where there is one, without the function's own time.
"""

COLD = """\
## Cold start

From the start of the process to its first answer (*ping*, which needs no database), and to its first answer that needs
Firestore (*read*; a creation enqueues a task, too); beside an empty functions-framework app that reads one document
through the same client. Processor time is the steadier figure where something else runs. Bytecode is there, as when
deployed. Modules are counted after that answer; memory is the instance's: both processes.
"""


def markdown(results: Mapping[str, Any]) -> str:
    machine, steady = results["machine"], results["steady"]
    closed = [row for row in steady if row["rate"] is None]
    open_loop = [row for row in steady if row["rate"] is not None]
    parts = [
        HEAD.format(**{**results, **machine}),
        "## One request after the other\n",
        _closed(closed),
        _limits({(row["operation"], row["clients"]): row for row in closed}),
        OPEN,
        _open(open_loop),
        COST,
        _costs(results["costs"], steady),
        COLD,
        _cold(results["cold"]),
    ]
    return "\n".join(parts)


def _closed(rows: Sequence[Row]) -> str:
    head = (
        *("operation", "clients", "requests/s", "p50 ms", "p95 ms", "CPU ms"),
        *("floor/s", "of the floor", "with enqueue", "by `batch`", "errors", "books"),
    )
    return _table(head, [_closed_cells(row) for row in rows])


def _closed_cells(row: Row) -> list[object]:
    served, floors = row["served"], list(row["floors"].values())
    ratios = ["–" if ratio is None else f"{ratio:.0%}" for ratio in row["ratios"].values()]  # noqa: RUF001
    return [
        *(row["title"], row["clients"], served["per_second"], served["p50_ms"], served["p95_ms"], served["cpu_ms"]),
        *(floors[0]["per_second"] if floors else "", *ratios, *[""] * (3 - len(ratios))),
        *(row["errors"], _books(row)),
    ]


def _limits(rows: Mapping[tuple[str, int], Row], clients: int = 8) -> str:
    create, ping = rows.get(("create", clients)), rows.get(("ping", clients))
    if create is None or ping is None or not create["served"]["cpu_ms"]:
        return ""
    floors = create["floors"]
    commit = floors["create"]["cpu_ms"]
    parts = {
        "HTTP: gunicorn, functions-framework, our edge": ping["served"]["cpu_ms"],
        "the commit": commit,
        "the task": floors["create_and_enqueue"]["cpu_ms"] - commit,
    }
    total = create["served"]["cpu_ms"]
    parts["the rest: ours, and threads that wait for each other"] = total - sum(parts.values())
    table = _table(("part", "CPU ms"), [[name, f"{value:.2f}"] for name, value in parts.items()])
    return LIMITS.format(clients=clients, total=total, ceiling=round(1000 / total)) + table


def _open(rows: Sequence[Row]) -> str:
    head = ("operation", "due/s", "answered/s", "p50 ms", "p95 ms", "p99 ms", "CPU ms", "errors")
    cells = [
        [
            *(row["title"], row["rate"], row["served"]["per_second"], row["served"]["p50_ms"]),
            *(row["served"]["p95_ms"], row["served"]["p99_ms"], row["served"]["cpu_ms"], row["errors"]),
        ]
        for row in rows
    ]
    return _table(head, cells)


def _costs(costs: Mapping[str, Row], steady: Sequence[Row]) -> str:
    titles = {row["operation"]: row["title"] for row in steady}
    head = ("operation", "reads", "writes", "round trips", "$ per million")
    cells = [[titles[name], *cost.values()] for name, cost in costs.items() if name in titles]
    return _table(head, cells)


def _cold(rows: Sequence[Row]) -> str:
    head = ("function", "ping ms", "read ms", "least", "times the empty app", "CPU ms", "times", "modules", "MiB")
    cells = [
        [
            *(row["title"], round(row["ping_ms"]), round(row["read_ms"]), round(row["read_ms_least"])),
            *(f"{row['ratio']:.2f}", round(row["cpu_ms"]), f"{row['cpu_ratio']:.2f}"),
            *(row["modules"], round(row["pss_mib"])),
        ]
        for row in rows
    ]
    return _table(head, cells)


def _books(row: Row) -> str:
    return "exact" if row["books_are_exact"] else "WRONG"


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [list(head), ["---", *("--:" for _ in head[1:])], *([str(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
