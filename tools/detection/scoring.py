"""Measures how much of what was planted is found (recall), and how much of what is found was planted (precision)."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tools.detection.detectors import Said
from tools.detection.products import HISTORY_WEEKS, KINDS, Kind, Week

Detector = Callable[[Sequence[Week], int], Said]


@dataclass(slots=True)
class Score:
    """Counts findings, and planted anomalies by kind."""

    findings: int = 0
    wrong: int = 0
    usual_weeks: int = 0
    wrong_in_usual_weeks: int = 0
    # The usual weeks that have a finding.
    disturbed_weeks: int = 0
    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        """Return the precision. A planted anomaly counts once, and further findings about it are not wrong."""
        found = self.found.total()
        return found / (found + self.wrong) if found + self.wrong else 0.0

    @property
    def recall(self) -> float:
        return self.found.total() / self.planted.total() if self.planted else 0.0

    @property
    def findings_in_a_usual_week(self) -> float:
        return self.wrong_in_usual_weeks / self.usual_weeks if self.usual_weeks else 0.0

    @property
    def disturbed(self) -> float:
        return self.disturbed_weeks / self.usual_weeks if self.usual_weeks else 0.0

    def recall_of(self, kind: Kind) -> float:
        return self.found[kind.name] / self.planted[kind.name] if self.planted[kind.name] else 0.0

    def count(self, said: Said, planted: Kind | None) -> None:
        self.findings += len(said.findings)
        if planted is None:
            self.usual_weeks += 1
            self.disturbed_weeks += bool(said.findings)
            self.wrong_in_usual_weeks += len(said.findings)
            self.wrong += len(said.findings)
            return
        self.planted[planted.name] += 1
        self.found[planted.name] += planted.family in said.families
        self.wrong += sum(not families & {planted.family, *planted.consequences} for families in said.findings)

    def add(self, other: "Score") -> None:
        for name in ("findings", "wrong", "usual_weeks", "wrong_in_usual_weeks", "disturbed_weeks"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.planted += other.planted
        self.found += other.found


def scored(products: Iterable[Sequence[Week]], detectors: Mapping[str, Detector]) -> dict[str, Score]:
    """Score the detectors on all weeks with a full history. Earlier weeks are only there to learn from."""
    scores = {name: Score() for name in detectors}
    for weeks in products:
        for number in range(HISTORY_WEEKS, len(weeks)):
            for name, detector in detectors.items():
                scores[name].count(detector(weeks, number), weeks[number].planted)
    return scores


def table(scores: Mapping[str, Score]) -> str:
    """Return the scores as a table in Markdown."""
    names = list(scores)
    rows = [
        ("precision", [f"{scores[name].precision:.1%}" for name in names]),
        ("recall", [f"{scores[name].recall:.1%}" for name in names]),
        *((f"recall: {kind.name}", [f"{scores[name].recall_of(kind):.0%}" for name in names]) for kind in KINDS),
        ("findings", [f"{scores[name].findings:,}" for name in names]),
        ("weeks with nothing planted that have a finding", [f"{scores[name].disturbed:.1%}" for name in names]),
        ("findings in a week with nothing planted", [f"{scores[name].findings_in_a_usual_week:.2f}" for name in names]),
    ]
    lines = [("", *names), ("---", *("--:" for _ in names)), *((label, *cells) for label, cells in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
