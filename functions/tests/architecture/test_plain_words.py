"""Docstrings are whole sentences, and a text about a constant stands above it as a comment.

Nothing here knows grammar. A first sentence is a riddle if it begins with a question word, such as "Whose token it is."
One that begins with a preposition or with None is a riddle unless it has a main verb that is in the list, such as "is".
A sentence with another verb has to begin with its subject.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).resolve().parents[2]
FOLDERS = (
    *("bootstrap", "core", "domain", "services", "schemas"),
    *("controllers", "repositories", "providers", "presentation"),
    *("tests", "../tools"),
)

QUESTIONS = {"how", "what", "whether", "which", "who", "whom", "whose"}
PREPOSITIONS = {"as", "at", "by", "for", "from", "in", "none", "of", "on", "to", "when", "where", "with", "without"}
VERBS = {"are", "can", "cannot", "did", "do", "does", "had", "has", "have", "is", "may", "must", "was", "were", "will"}

# A verb from one of these words to the next comma is that of a clause, and not the main verb.
CLAUSE = re.compile(r"\b(because|how|if|that|what|when|where|which|who|whom|whose)\b[^,]*(, |$)")


def is_riddle(docstring: str) -> bool:
    """Say whether the first sentence has no main verb, as far as the lists of words tell."""
    first = re.split(r"(?<=[.:;!?])\s|\n\s*\n", docstring.strip(), maxsplit=1)[0]
    words = re.findall(r"[a-z'-]+", first.lower())
    if not words or not first[0].isalpha():
        return False
    outside = re.findall(r"[a-z'-]+", CLAUSE.sub("", first.lower().rstrip(".:;!?")))
    return words[0] in QUESTIONS or (words[0] in PREPOSITIONS and VERBS.isdisjoint(outside))


def riddles(tree: ast.Module) -> Iterator[int]:
    """Yield the lines of docstrings that are riddles."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node)
            if docstring is not None and is_riddle(docstring):
                yield node.body[0].lineno


def texts_below(tree: ast.Module) -> Iterator[int]:
    """Yield the lines of texts that stand by themselves and are no docstring, such as one below a constant."""
    for node in ast.walk(tree):
        for _, statements in ast.iter_fields(node):
            if not isinstance(statements, list):
                continue
            for statement in statements[1:]:
                match statement:
                    case ast.Expr(value=ast.Constant(value=str())):
                        yield statement.lineno


def files() -> dict[str, ast.Module]:
    """Return each file of the folders, by its path from functions/."""
    return {
        f"{folder}/{path.relative_to(FUNCTIONS / folder).as_posix()}": ast.parse(path.read_text(encoding="utf-8"))
        for folder in FOLDERS
        for path in sorted((FUNCTIONS / folder).rglob("*.py"))
    }


FILES = files()


def test_every_folder_has_files_that_are_checked() -> None:
    assert [folder for folder in FOLDERS if not any(path.startswith(f"{folder}/") for path in FILES)] == []


def test_no_docstring_is_a_riddle() -> None:
    assert {path: lines for path, tree in FILES.items() if (lines := list(riddles(tree)))} == {}


def test_a_text_about_a_constant_stands_above_it_as_a_comment() -> None:
    assert {path: lines for path, tree in FILES.items() if (lines := list(texts_below(tree)))} == {}


@pytest.mark.parametrize(
    "docstring",
    [
        "Whose token it is. Raises InvalidRequest.",
        "Whose word is worth nothing learns nothing of the latter.",
        "What has completed came to something.",
        "Whether the books agree with themselves.",
        "How many names the tables leave out; what they stand for is in the totals.",
        "Who is calling, and what that caller may do: the standing of a sign-in.",
        "None where nothing was counted.",
        "None: the balance is older than the ledger.",
        "None for another's too, and at the same cost: memory never answers a stranger.",
        "Of a report's document, fresh or read back.",
        "By id, or by time of change where `changed_since` is given, going on behind `after`.",
        "Without what ended long ago, or before many others. What is in flight stays.",
        "For the id of a document, where an address has no place: it may hold a slash.",
        "As the audit log names a user.",
        "When the day begins, in UTC.",
        "In the shape of `scheduleWeeklyReport`. Raises InvalidRequest.",
        "With what was expected\nof each day.",
    ],
)
def test_a_riddle_is_found(docstring: str) -> None:
    assert is_riddle(docstring)
    assert list(riddles(ast.parse(f'def f():\n    """{docstring}"""'))) == [2]


@pytest.mark.parametrize(
    "docstring",
    [
        "Return the user's balance, or None if there is no such user.",
        "Where clocks leap over midnight, it is the moment of the leap.",
        "When the owner's account is erased, everything personal is taken out.",
        "None of its keys is valid from now on.",
        "Without an overlap the old secret does not work any more.",
        "In one night, 500 users are checked.",
        "Of two that are equally severe, the first is kept.",
        "`spent` has the credits by time window.",
        "",
    ],
)
def test_a_whole_sentence_is_none(docstring: str) -> None:
    assert not is_riddle(docstring)


def test_a_text_below_a_constant_or_a_field_is_found() -> None:
    source = '"""Module."""\n\nA = 1\n"""Below."""\n\n\nclass B:\n    """Doc."""\n\n    c: int = 1\n    """Below."""\n'
    assert sorted(texts_below(ast.parse(source))) == [4, 11]
    assert list(texts_below(ast.parse('"""Module."""\n\n# Above.\nA = "text"\n'))) == []
