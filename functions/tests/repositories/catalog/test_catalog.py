from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import Unavailable, VersionMismatch
from domain.catalog.errors import LastOption
from domain.catalog.options import OptionKind, Style
from emulator import firestore_documents
from repositories.store.documents import Conflict, Documents, Query, Update
from services.accounts.instructions import Instruction
from services.catalog.editing import CatalogEditingService, Edited, ExpectedVersions
from unsteady import UnsteadyDocuments, did_not_happen, happened
from world import World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
BY_BOSS = Instruction(actor="user:boss", request_id="r1")
LINOCUT = Style(id="linocut", display_name="Linocut", description="", sort_order=7)


def _only(version: int | None) -> ExpectedVersions | None:
    return None if version is None else ExpectedVersions(frozenset({version}))


def put(editing: CatalogEditingService, style: Style, expected: int | None = None) -> Edited:
    return editing.put(OptionKind.STYLE, style, BY_BOSS, is_active=True, expected=_only(expected))


def withdraw(editing: CatalogEditingService, style: str) -> None:
    editing.withdraw(OptionKind.STYLE, style, BY_BOSS, expected=None)


def on_offer(world: World) -> set[str]:
    return {each.id for each in world.app.options.options(OptionKind.STYLE) if each.is_active}


def recorded(documents: Documents) -> list[str]:
    return [document.fields["action"] for document in documents.query(Query(collection="audit_log"))]


class TestLostAnswers:
    @pytest.fixture
    def documents(self) -> UnsteadyDocuments:
        return UnsteadyDocuments()

    @pytest.fixture
    def world(self, documents: UnsteadyDocuments) -> World:
        return World(NOW, documents=documents)

    @pytest.mark.parametrize("script", [[happened], [did_not_happen], [did_not_happen] * 3, [did_not_happen, happened]])
    @pytest.mark.parametrize("expected", [None, 1])
    def test_it_is_changed_once_and_written_down_once(
        self, world: World, documents: UnsteadyDocuments, script: list[Any], expected: int | None
    ) -> None:
        put(world.app.catalog_editing, LINOCUT)
        documents.script = [*script]
        edited = put(
            world.app.catalog_editing, Style(id="linocut", display_name="x", description="", sort_order=1), expected
        )
        assert edited.option.version == 2
        assert recorded(documents) == ["catalog.put"] * 2

    def test_a_change_that_another_one_followed_is_not_made_again(
        self, world: World, documents: UnsteadyDocuments
    ) -> None:
        def happened_and_was_replaced(*arguments: Any) -> Any:
            try:
                return happened(*arguments)
            finally:
                other = World(NOW, documents=documents).app.catalog_editing
                put(other, Style(id="linocut", display_name="theirs", description="", sort_order=1))

        documents.script = [happened_and_was_replaced]
        edited = put(world.app.catalog_editing, LINOCUT, None)
        assert (edited.option.option.display_name, edited.option.version) == ("theirs", 2)
        assert recorded(documents) == ["catalog.put"] * 2

    def test_where_the_database_stays_silent_that_is_said(self, world: World, documents: UnsteadyDocuments) -> None:
        def silent(*_: object) -> Any:
            raise Unavailable("no answer")

        documents.script = [silent]
        with pytest.raises(Unavailable):
            put(world.app.catalog_editing, LINOCUT)
        assert recorded(documents) == []


def test_a_new_option_that_another_made_meanwhile_is_replaced() -> None:
    documents = UnsteadyDocuments()
    world = World(NOW, documents=documents)
    other = World(NOW, documents=documents).app.catalog_editing
    documents.before_commit = lambda: put(other, Style(id="linocut", display_name="x", description="", sort_order=1))
    edited = put(world.app.catalog_editing, LINOCUT)
    assert (edited.option.version, edited.is_new) == (2, False)


def test_a_named_version_that_was_replaced_meanwhile_is_refused() -> None:
    documents = UnsteadyDocuments()
    world = World(NOW, documents=documents)
    put(world.app.catalog_editing, LINOCUT)
    other = World(NOW, documents=documents).app.catalog_editing
    documents.before_commit = lambda: put(other, Style(id="linocut", display_name="x", description="", sort_order=1))
    with pytest.raises(VersionMismatch):
        put(world.app.catalog_editing, Style(id="linocut", display_name="y", description="", sort_order=1), 1)
    assert recorded(documents) == ["catalog.put"] * 2


@pytest.fixture(params=["memory", pytest.param("firestore", marks=pytest.mark.emulator)])
def either(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "memory":
        yield World(NOW)
        return
    with firestore_documents() as found:
        yield World(NOW, documents=found)


def test_the_last_two_withdrawn_at_once_leave_one(either: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the two is withdrawn while the other still seems to stay."""
    first, second, *rest = sorted(on_offer(either))
    for style in rest:
        withdraw(either.app.catalog_editing, style)
    commit = either.documents.commit

    def after_the_other(writes: Any) -> Any:
        monkeypatch.setattr(either.documents, "commit", commit)
        withdraw(World(NOW, documents=either.documents).app.catalog_editing, second)
        return commit(writes)

    monkeypatch.setattr(either.documents, "commit", after_the_other)
    with pytest.raises(LastOption):
        withdraw(either.app.catalog_editing, first)
    assert on_offer(either) == {first}


def test_what_is_written_is_read_back(either: World) -> None:
    body = {"display_name": "Warm", "sort_order": 3, "hex_examples": ["#aabbcc"], "description": "é ñ"}
    made = either.api("PUT", "/v1/admin/catalog/colors/warm", "boss", json=body)
    assert made.status == 201
    shown = either.api("GET", "/v1/admin/catalog", "boss").body["colors"]
    assert made.body in shown
    (record,) = either.api("GET", "/v1/admin/audit-log", "boss").body["data"]
    assert record["details"]["after"]["hex_examples"] == ["#aabbcc"]


def test_the_fence_holds_on_an_option_that_is_only_looked_at(either: World) -> None:
    """The fence is an update that changes nothing, but has a version."""
    found = either.documents.get("styles/anime")
    assert found is not None
    either.documents.commit([Update("styles/anime", {}, found.version)])
    assert either.documents.get("styles/anime") == found
    either.overwrite("styles/anime", sort_order=99)
    with pytest.raises(Conflict):
        either.documents.commit([Update("styles/anime", {}, found.version)])
