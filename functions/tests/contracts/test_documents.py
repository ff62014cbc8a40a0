"""Every repository relies on these properties, both of the database and of its twin in memory."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar

import pytest
from google.api_core import exceptions as google_errors
from google.cloud import firestore
from pytest_mock import MockerFixture

from core.errors import Unavailable
from emulator import firestore_documents, fresh_project
from repositories.store.documents import (
    REMOVED,
    AlreadyExists,
    Ambiguous,
    Conflict,
    Create,
    Delete,
    Documents,
    Increment,
    Query,
    Totals,
    Update,
    Write,
)
from repositories.store.firestore import FirestoreDocuments
from repositories.store.firestore_calls import FirestoreCalls
from repositories.store.memory import MemoryDocuments

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

# These are sorted by id, in the order that Firestore gives to their values.
VALUES: dict[str, Any] = {
    "00-null": None,
    "01-false": False,
    "02-true": True,
    "03-zero": 0,
    "04-one": 1,
    "05-one-and-a-half": 1.5,
    "06-two": 2,
    "07-noon": NOON,
    "08-one-as-text": "1",
    "09-a": "a",
    "10-b": "b",
}


@pytest.fixture(params=["memory", pytest.param("firestore", marks=pytest.mark.emulator)])
def documents(request: pytest.FixtureRequest) -> Iterator[Documents]:
    if request.param == "memory":
        yield MemoryDocuments()
        return
    with firestore_documents() as found:
        yield found


def fields_at(documents: Documents, path: str) -> dict[str, Any]:
    found = documents.get(path)
    assert found is not None
    return dict(found.fields)


def version_at(documents: Documents, path: str) -> datetime:
    found = documents.get(path)
    assert found is not None
    return found.version


def ids(documents: Documents, **query: Any) -> list[str]:
    return [document.id for document in documents.query(Query(**{"collection": "things", **query}))]


def put(documents: Documents, fields_by_id: dict[str, dict[str, Any]], collection: str = "things") -> None:
    documents.commit([Create(f"{collection}/{id_}", fields) for id_, fields in fields_by_id.items()])


@pytest.fixture
def values(documents: Documents) -> Documents:
    """Return documents with a `value` of each type, and one without."""
    put(documents, {id_: {"value": value} for id_, value in VALUES.items()} | {"11-missing": {"other": 1}})
    return documents


class TestCommit:
    def test_a_missing_document_is_none(self, documents: Documents) -> None:
        assert documents.get("things/nothing") is None

    def test_what_is_created_can_be_read(self, documents: Documents) -> None:
        (version,) = documents.commit([Create("things/a", {"n": 1})])
        found = documents.get("things/a")
        assert found is not None
        assert (found.path, found.id, found.fields, found.version) == ("things/a", "a", {"n": 1}, version)

    def test_an_id_is_created_once(self, documents: Documents) -> None:
        documents.commit([Create("things/a", {"n": 1})])
        with pytest.raises(AlreadyExists):
            documents.commit([Create("things/a", {"n": 2})])
        assert fields_at(documents, "things/a") == {"n": 1}

    def test_an_empty_document_exists(self, documents: Documents) -> None:
        documents.commit([Create("things/a", {})])
        assert fields_at(documents, "things/a") == {}

    @pytest.mark.parametrize("place", [0, 1, 2])
    @pytest.mark.parametrize(
        ("failing", "error"),
        [
            (Create("things/there", {"n": 2}), AlreadyExists),
            (Update("things/missing", {"n": 2}), Conflict),
            (Update("things/there", {"n": 2}, NOON), Conflict),
            (Delete("things/there", NOON), Conflict),
        ],
    )
    def test_one_failing_write_leaves_no_trace_of_the_others(
        self, documents: Documents, place: int, failing: Write, error: type[Exception]
    ) -> None:
        other = {"n": 1, "map": {"n": 1, "gone": 1}}
        documents.commit([Create(f"things/{id_}", other) for id_ in ("there", "other", "doomed")])
        before = version_at(documents, "things/other")
        changes = {"n": Increment(1), "map.n": Increment(1), "map.gone": REMOVED, "map.new.n": 1}
        writes: list[Write] = [Create("things/new", {}), Update("things/other", changes), Delete("things/doomed")]
        writes.insert(place, failing)
        with pytest.raises(error):
            documents.commit(writes)
        assert documents.get("things/new") is None
        assert documents.get("things/missing") is None
        assert all(fields_at(documents, f"things/{id_}") == other for id_ in ("there", "other", "doomed"))
        assert version_at(documents, "things/other") == before

    def test_an_update_of_a_missing_document_is_a_conflict(self, documents: Documents) -> None:
        with pytest.raises(Conflict):
            documents.commit([Update("things/a", {"n": 1})])
        assert documents.get("things/a") is None

    def test_an_update_keeps_the_fields_that_it_does_not_name(self, documents: Documents) -> None:
        documents.commit([Create("things/a", {"kept": 1, "changed": 1, "map": {"x": 1, "y": 1}})])
        documents.commit([Update("things/a", {"changed": 2, "new": 3, "map": {"z": 1}})])
        assert fields_at(documents, "things/a") == {"kept": 1, "changed": 2, "new": 3, "map": {"z": 1}}

    def test_an_update_without_a_version_asks_for_none(self, documents: Documents) -> None:
        documents.commit([Create("things/a", {"n": 1})])
        documents.commit([Update("things/a", {"n": 2})])
        documents.commit([Update("things/a", {"n": 3})])
        assert fields_at(documents, "things/a") == {"n": 3}

    def test_the_version_that_was_read_is_the_one_to_write_with(self, documents: Documents) -> None:
        documents.commit([Create("things/a", {"n": 1})])
        documents.commit([Update("things/a", {"n": 2}, version_at(documents, "things/a"))])
        assert fields_at(documents, "things/a") == {"n": 2}

    def test_the_version_of_a_commit_is_the_one_that_a_read_shows_and_the_next_commit_needs(
        self, documents: Documents
    ) -> None:
        (version,) = documents.commit([Create("things/a", {"n": 0})])
        for n in range(1, 4):
            (version,) = documents.commit([Update("things/a", {"n": n}, version)])
            assert version_at(documents, "things/a") == version
        assert fields_at(documents, "things/a") == {"n": 3}

    def test_a_version_is_good_for_one_commit(self, documents: Documents) -> None:
        (version,) = documents.commit([Create("things/a", {"n": 1})])
        documents.commit([Update("things/a", {"n": 2}, version)])
        with pytest.raises(Conflict):
            documents.commit([Update("things/a", {"n": 3}, version)])
        assert fields_at(documents, "things/a") == {"n": 2}

    def test_versions_rise_and_come_in_the_order_of_the_writes(self, documents: Documents) -> None:
        first = documents.commit([Create("things/a", {"n": 1}), Create("things/b", {"n": 1})])
        second = documents.commit([Update("things/b", {"n": 2}), Update("things/a", {"n": 2})])
        assert second == [version_at(documents, "things/b"), version_at(documents, "things/a")]
        assert min(second) > max(first)

    @pytest.mark.parametrize("same", [{"n": 1}, {"n": Increment(0)}, {"map": {"x": [1, None]}}])
    def test_a_write_that_changes_nothing_keeps_the_version(self, documents: Documents, same: dict[str, Any]) -> None:
        (version,) = documents.commit([Create("things/a", {"n": 1, "map": {"x": [1, None]}})])
        kept, new = documents.commit([Update("things/a", same, version), Create("things/b", {})])
        assert kept == version == version_at(documents, "things/a")
        assert new == version_at(documents, "things/b") != version

    @pytest.mark.parametrize("other", [True, 1.0, "1"])
    def test_another_type_is_a_change(self, documents: Documents, other: object) -> None:
        (version,) = documents.commit([Create("things/a", {"n": 1})])
        assert documents.commit([Update("things/a", {"n": other})]) != [version]
        assert type(fields_at(documents, "things/a")["n"]) is type(other)

    def test_a_commit_of_nothing_answers_with_nothing(self, documents: Documents) -> None:
        assert documents.commit([]) == []

    @pytest.mark.parametrize("value", [{1}, Increment(1), REMOVED, [REMOVED], {"n": Increment(1)}], ids=repr)
    def test_what_is_no_value_is_not_written(self, documents: Documents, value: object) -> None:
        documents.commit([Create("things/a", {"n": 1})])
        with pytest.raises(TypeError):
            documents.commit([Update("things/a", {"n": 2}), Create("things/b", {"v": value})])
        assert fields_at(documents, "things/a") == {"n": 1}


class TestNested:
    @pytest.mark.parametrize(
        ("before", "changes", "after"),
        [
            ({"a": {"b": 1, "c": 1}, "n": 1}, {"a.b": 2}, {"a": {"b": 2, "c": 1}, "n": 1}),
            ({"a": {"b": 1, "c": 1}}, {"a.b": {"x": 1}}, {"a": {"b": {"x": 1}, "c": 1}}),
            ({"a": {"b": {"x": 1}}}, {"a.b": {"y": 1}}, {"a": {"b": {"y": 1}}}),
            ({"a": {"b": {"x": 1}}}, {"a.b": {}}, {"a": {"b": {}}}),
            ({"a": {"b": {"x": 1}}}, {"a.b": (1, None)}, {"a": {"b": [1, None]}}),
            ({"a": {"b": {"c": 1, "d": 1}}}, {"a.b.c": 2, "a.e": 3}, {"a": {"b": {"c": 2, "d": 1}, "e": 3}}),
            ({"a": {"b": 5}}, {"a.b": Increment(-1), "n": Increment(3)}, {"a": {"b": 4}, "n": 3}),
            ({"a": {"b": "text"}}, {"a.b": Increment(2)}, {"a": {"b": 2}}),
            (
                {"a": {"b": 1}},
                {"a.b": Increment(1), "a.c": 2, "d.e": Increment(0)},
                {"a": {"b": 2, "c": 2}, "d": {"e": 0}},
            ),
            ({"n": 1}, {"a.b.c": 1}, {"n": 1, "a": {"b": {"c": 1}}}),
            ({"n": 1}, {"a.b.c": Increment(3)}, {"n": 1, "a": {"b": {"c": 3}}}),
            ({"a": 5}, {"a.b": 1}, {"a": {"b": 1}}),
            ({"a": None}, {"a.b": 1}, {"a": {"b": 1}}),
            ({"a": [1]}, {"a.b.c": 1}, {"a": {"b": {"c": 1}}}),
            ({"a": {"b": "text", "k": 1}}, {"a.b.c": Increment(3)}, {"a": {"b": {"c": 3}, "k": 1}}),
            ({"a": 1}, {"_1.B_2": 1, "a.a": 1}, {"_1": {"B_2": 1}, "a": {"a": 1}}),
            ({}, {"a.b": 1, "ab.c": 1, "a.bc": 1}, {"a": {"b": 1, "bc": 1}, "ab": {"c": 1}}),
            ({"a.b": 1}, {"a.b": 2}, {"a.b": 1, "a": {"b": 2}}),
            ({"a": {"ключ": 1}}, {"a.b": 2, "ключ": 3, "x-y": 4}, {"a": {"ключ": 1, "b": 2}, "ключ": 3, "x-y": 4}),
        ],
        ids=repr,
    )
    def test_a_name_with_dots_changes_that_place_only(
        self, documents: Documents, before: dict[str, Any], changes: dict[str, Any], after: dict[str, Any]
    ) -> None:
        documents.commit([Create("things/a", before)])
        documents.commit([Update("things/a", changes)])
        assert fields_at(documents, "things/a") == after

    def test_in_a_document_to_be_created_a_dot_is_a_letter(self, documents: Documents) -> None:
        documents.commit([Create("things/a", {"a.b": 1, "a": {"c.d": 2}})])
        assert fields_at(documents, "things/a") == {"a.b": 1, "a": {"c.d": 2}}

    @pytest.mark.parametrize("same", [{"a.b.n": 1}, {"a.b.n": Increment(0)}, {"a.b": {"n": 1}}, {"a.l": [1], "n": 1}])
    def test_what_changes_nothing_keeps_the_version(self, documents: Documents, same: dict[str, Any]) -> None:
        (version,) = documents.commit([Create("things/a", {"a": {"b": {"n": 1}, "l": [1]}, "n": 1})])
        assert documents.commit([Update("things/a", same, version)]) == [version] == [version_at(documents, "things/a")]

    @pytest.mark.parametrize("other", [{"a.n": 1.0}, {"a.n": True}, {"a.m": 1}, {"a.m": Increment(0)}, {"b.n": None}])
    def test_a_change_has_a_new_version(self, documents: Documents, other: dict[str, Any]) -> None:
        (version,) = documents.commit([Create("things/a", {"a": {"n": 1}})])
        (changed,) = documents.commit([Update("things/a", other, version)])
        assert changed == version_at(documents, "things/a") > version

    def test_it_is_fenced_by_a_version(self, documents: Documents) -> None:
        (version,) = documents.commit([Create("things/a", {"a": {"n": 1}})])
        documents.commit([Update("things/a", {"a.n": Increment(1)}, version)])
        with pytest.raises(Conflict):
            documents.commit([Update("things/a", {"a.n": Increment(1)}, version)])
        assert fields_at(documents, "things/a") == {"a": {"n": 2}}

    def test_what_was_read_before_stays_as_it_was(self, documents: Documents) -> None:
        documents.commit([Create("things/a", {"a": {"n": 1}})])
        before = fields_at(documents, "things/a")
        documents.commit([Update("things/a", {"a.n": 2, "a.m": 3})])
        assert before == {"a": {"n": 1}}

    @pytest.mark.parametrize(
        "changes",
        [
            {"a": {"c": 1}, "a.b": 1},
            {"a.b": 1, "a": Increment(1)},
            {"a.b": Increment(1), "a.b.c": 1},
            {"a.b": REMOVED, "a.b.c.d": Increment(1)},
            {"a": REMOVED, "ab": 1, "a.b": REMOVED},
        ],
        ids=repr,
    )
    def test_two_names_may_not_overlap(self, documents: Documents, changes: dict[str, Any]) -> None:
        self._assert_refused(documents, changes)

    @pytest.mark.parametrize(
        "name", [".", "a.", ".a", "a..b", "a.1b", "a.b-c", "a b.c", "a.é", "é.a", "`a`.b", "a.b\n", "a.*"]
    )
    def test_each_part_is_a_plain_identifier(self, documents: Documents, name: str) -> None:
        self._assert_refused(documents, {name: 1})

    def _assert_refused(self, documents: Documents, changes: dict[str, Any]) -> None:
        documents.commit([Create("things/a", {"a": {"b": 1}})])
        with pytest.raises(ValueError, match=r"is no path of plain identifiers|lies inside"):
            documents.commit([Update("things/a", {"n": 1}), Update("things/b", changes)])
        assert fields_at(documents, "things/a") == {"a": {"b": 1}}


class TestRemoved:
    @pytest.mark.parametrize(
        ("before", "changes", "after"),
        [
            ({"a": 1, "b": 2}, {"a": REMOVED}, {"b": 2}),
            ({"a": 1}, {"a": REMOVED}, {}),
            ({"a": {"b": 1}, "n": 1}, {"a": REMOVED, "n": Increment(1), "m": 1}, {"n": 2, "m": 1}),
            ({"a": {"b": 1, "c": 1}}, {"a.b": REMOVED}, {"a": {"c": 1}}),
            ({"a": {"b": 1, "c": 1}}, {"a.b": REMOVED, "a.c": Increment(1)}, {"a": {"c": 2}}),
            ({"a": {"b": {"c": 1}}}, {"a.b.c": REMOVED}, {"a": {"b": {}}}),
            ({"a": 5}, {"a.b": REMOVED, "a.c": 1}, {"a": {"c": 1}}),
            ({"a": 5}, {"a.b": REMOVED, "n": 1}, {"a": 5, "n": 1}),
            ({"a": None}, {"b": REMOVED, "n": 1}, {"a": None, "n": 1}),
            ({}, {"a.b": REMOVED, "n": 1}, {"n": 1}),
            ({"ключ": 1, "x-y": 1}, {"ключ": REMOVED, "x-y": REMOVED}, {}),
        ],
        ids=repr,
    )
    def test_the_field_goes_away(
        self, documents: Documents, before: dict[str, Any], changes: dict[str, Any], after: dict[str, Any]
    ) -> None:
        documents.commit([Create("things/a", before)])
        documents.commit([Update("things/a", changes)])
        assert fields_at(documents, "things/a") == after

    @pytest.mark.parametrize("name", ["missing", "missing.x.y", "map.missing", "map.missing.x", "n.x", "none.x"])
    def test_where_it_is_not_there_nothing_changes(self, documents: Documents, name: str) -> None:
        fields = {"n": 1, "none": None, "map": {"x": 1}}
        (version,) = documents.commit([Create("things/a", fields)])
        assert documents.commit([Update("things/a", {name: REMOVED}, version)]) == [version]
        assert fields_at(documents, "things/a") == fields
        assert version_at(documents, "things/a") == version

    def test_it_is_a_change(self, documents: Documents) -> None:
        (version,) = documents.commit([Create("things/a", {"map": {"x": None}})])
        (changed,) = documents.commit([Update("things/a", {"map.x": REMOVED}, version)])
        assert changed == version_at(documents, "things/a") > version

    def test_a_document_without_fields_is_still_there(self, documents: Documents) -> None:
        documents.commit([Create("things/a", {"n": 1})])
        documents.commit([Update("things/a", {"n": REMOVED})])
        with pytest.raises(AlreadyExists):
            documents.commit([Create("things/a", {})])

    def test_a_missing_document_is_a_conflict(self, documents: Documents) -> None:
        with pytest.raises(Conflict):
            documents.commit([Update("things/a", {"n": REMOVED})])
        assert documents.get("things/a") is None


class TestDelete:
    def test_what_is_deleted_is_gone(self, documents: Documents) -> None:
        put(documents, {"a": {"n": 1}, "b": {"n": 2}})
        documents.commit([Delete("things/a")])
        assert documents.get("things/a") is None
        assert ids(documents) == ["b"]
        assert documents.totals(Query(collection="things"), ("n",)) == Totals(1, {"n": 2})

    def test_what_lies_under_it_stays(self, documents: Documents) -> None:
        documents.commit([Create("things/a", {}), Create("things/a/parts/p", {"n": 1})])
        documents.commit([Delete("things/a")])
        assert fields_at(documents, "things/a/parts/p") == {"n": 1}

    def test_what_is_missing_may_be_deleted(self, documents: Documents) -> None:
        documents.commit([Delete("things/a"), Create("things/b", {"n": 1})])
        assert documents.get("things/a") is None
        assert fields_at(documents, "things/b") == {"n": 1}

    def test_the_version_that_was_read_is_the_one_to_delete_with(self, documents: Documents) -> None:
        documents.commit([Create("things/a", {"n": 1})])
        documents.commit([Delete("things/a", version_at(documents, "things/a"))])
        assert documents.get("things/a") is None

    def test_an_old_version_is_a_conflict(self, documents: Documents) -> None:
        (version,) = documents.commit([Create("things/a", {"n": 1})])
        documents.commit([Update("things/a", {"n": 2})])
        with pytest.raises(Conflict):
            documents.commit([Delete("things/a", version)])
        assert fields_at(documents, "things/a") == {"n": 2}

    @pytest.mark.parametrize("wanted", [NOON, None])
    def test_a_version_of_what_is_missing_is_a_conflict(self, documents: Documents, wanted: datetime | None) -> None:
        (version,) = documents.commit([Create("things/a", {"n": 1})])
        documents.commit([Delete("things/a")])
        with pytest.raises(Conflict):
            documents.commit([Delete("things/a", wanted or version), Create("things/b", {})])
        assert documents.get("things/b") is None

    def test_no_update_reaches_it(self, documents: Documents) -> None:
        (version,) = documents.commit([Create("things/a", {"n": 1})])
        documents.commit([Delete("things/a")])
        for wanted in (version, None):
            with pytest.raises(Conflict):
                documents.commit([Update("things/a", {"n": 2}, wanted)])
        assert documents.get("things/a") is None

    def test_it_can_be_created_again_and_its_old_version_is_of_no_use(self, documents: Documents) -> None:
        (first,) = documents.commit([Create("things/a", {"n": 1})])
        documents.commit([Delete("things/a")])
        (second,) = documents.commit([Create("things/a", {"n": 1})])
        assert second > first
        with pytest.raises(Conflict):
            documents.commit([Delete("things/a", first)])
        assert fields_at(documents, "things/a") == {"n": 1}

    def test_it_answers_with_the_time_of_the_commit(self, documents: Documents) -> None:
        kept, before = documents.commit([Create("things/kept", {"n": 1}), Create("things/a", {})])
        changes: list[Write] = [
            Delete("things/a"),
            Update("things/kept", {"n": 1}),
            Create("things/new", {}),
            Delete("things/none"),
        ]
        deleted, same, new, missing = documents.commit(changes)
        assert same == kept
        assert deleted == missing == new == version_at(documents, "things/new") > before
        (again,) = documents.commit([Delete("things/a")])
        assert again > deleted


class TestIncrement:
    @pytest.mark.parametrize(
        ("before", "by", "after"),
        [
            ({"n": 5}, 3, 8),
            ({"n": 5}, -3, 2),
            ({"n": 1}, -3, -2),
            ({"n": 2**53 - 1}, 1, 2**53),
            ({"n": 1.5}, 2, 3.5),
            ({}, 3, 3),
            ({}, -3, -3),
            ({}, 0, 0),
            ({"n": None}, 3, 3),
            ({"n": "text"}, 3, 3),
            ({"n": True}, 3, 3),
        ],
    )
    def test_it_adds_where_the_number_stands(
        self, documents: Documents, before: dict[str, Any], by: int, after: float
    ) -> None:
        documents.commit([Create("things/a", before)])
        documents.commit([Update("things/a", {"n": Increment(by)})])
        assert fields_at(documents, "things/a") == {"n": after}
        assert type(fields_at(documents, "things/a")["n"]) is type(after)

    def test_it_is_applied_once_under_a_version(self, documents: Documents) -> None:
        (version,) = documents.commit([Create("things/a", {"n": 1})])
        documents.commit([Update("things/a", {"n": Increment(1)}, version)])
        with pytest.raises(Conflict):
            documents.commit([Update("things/a", {"n": Increment(1)}, version)])
        assert fields_at(documents, "things/a") == {"n": 2}


class TestTypes:
    @pytest.mark.parametrize(
        "value",
        [
            None,
            True,
            False,
            0,
            -1,
            2**53,
            -(2**53),
            0.1,
            1.0,
            -1e300,
            "",
            "İstanbul, déjà vu, 日本語",
            "👩🏽‍🚀 and 🏴󠁧󠁢󠁷󠁬󠁳󠁿",
            "\u05e9\u05dc\u05d5\u05dd \u202b\u0645\u0631\u062d\u0628\u0627\u202c",
            "line\nbreak\ttab\u0000null",
            datetime(2026, 3, 4, 12, 34, 56, 123456, tzinfo=UTC),
            datetime(1970, 1, 1, tzinfo=UTC),
            [],
            {},
            [1, "two", None, {"three": [3.0]}],
            {"a": {"b": {"c": [True, NOON]}}, "ключ": "🔑"},
        ],
        ids=repr,
    )
    def test_it_comes_back_as_it_was_written(self, documents: Documents, value: object) -> None:
        documents.commit([Create("things/a", {"v": value})])
        documents.commit([Create("things/b", {}), Update("things/a", {"w": value})])
        found = fields_at(documents, "things/a")
        assert found == {"v": value, "w": value}
        assert isinstance(found["v"], type(value))
        assert isinstance(found["v"], bool) == isinstance(value, bool)

    def test_times_come_back_aware_and_in_utc(self, documents: Documents) -> None:
        elsewhere = datetime(2026, 3, 4, 15, 0, 0, 1, tzinfo=timezone(timedelta(hours=3)))
        documents.commit([Create("things/a", {"at": elsewhere})])
        at = fields_at(documents, "things/a")["at"]
        assert at == elsewhere
        assert at.utcoffset() == timedelta(0)

    def test_a_tuple_comes_back_as_a_list(self, documents: Documents) -> None:
        documents.commit([Create("things/a", {"v": (1, 2)})])
        assert fields_at(documents, "things/a") == {"v": [1, 2]}

    def test_what_a_caller_does_to_its_values_is_not_written(self, documents: Documents) -> None:
        written = {"list": [1]}
        documents.commit([Create("things/a", written)])
        written["list"].append(2)
        fields_at(documents, "things/a")["list"].append(3)
        documents.query(Query(collection="things"))[0].fields["list"].append(4)
        assert fields_at(documents, "things/a") == {"list": [1]}


class TestWhere:
    @pytest.mark.parametrize(
        ("operator", "wanted", "found"),
        [
            ("==", 1, ["04-one"]),
            ("==", 1.0, ["04-one"]),
            ("==", True, ["02-true"]),
            ("==", None, ["00-null"]),
            ("==", NOON, ["07-noon"]),
            ("==", "1", ["08-one-as-text"]),
            ("==", "nothing", []),
            ("in", ["b", 0, "a"], ["03-zero", "09-a", "10-b"]),
            ("in", [True], ["02-true"]),
            ("in", [None, "a"], ["09-a"]),
            ("<", 1, ["03-zero"]),
            ("<=", 1, ["03-zero", "04-one"]),
            (">", 1, ["05-one-and-a-half", "06-two"]),
            (">=", 1, ["04-one", "05-one-and-a-half", "06-two"]),
            (">", "1", ["09-a", "10-b"]),
            ("<=", "a", ["08-one-as-text", "09-a"]),
            (">", NOON - timedelta(microseconds=1), ["07-noon"]),
            ("<", NOON, []),
            ("<", True, ["01-false"]),
        ],
        ids=lambda value: repr(value) if isinstance(value, str | int | float | list) else None,
    )
    def test_each_operator(self, values: Documents, operator: str, wanted: object, found: list[str]) -> None:
        assert ids(values, where=(("value", operator, wanted),)) == found

    def test_every_condition_holds(self, documents: Documents) -> None:
        put(documents, {f"{n}": {"n": n, "even": n % 2 == 0} for n in range(6)})
        assert ids(documents, where=(("even", "==", True), ("n", ">", 0), ("n", "<", 5))) == ["2", "4"]

    def test_a_range_sorts_by_its_field_where_no_order_is_asked_for(self, documents: Documents) -> None:
        put(documents, {"a": {"n": 3}, "b": {"n": 1}, "c": {"n": 2}})
        assert ids(documents, where=(("n", ">", 0),)) == ["b", "c", "a"]

    def test_a_collection_holds_its_own_documents_only(self, documents: Documents) -> None:
        documents.commit([Create("things/a", {}), Create("things/a/parts/p", {}), Create("other/o", {})])
        assert ids(documents) == ["a"]
        assert ids(documents, collection="things/a/parts") == ["p"]
        assert ids(documents, collection="parts") == []

    def test_an_empty_collection_has_nothing(self, documents: Documents) -> None:
        assert ids(documents) == []


class TestOrder:
    def test_ids_are_the_order_where_none_is_asked_for(self, documents: Documents) -> None:
        names = ["Z", "a", "10", "9", "é", "\uff5e", "😀"]
        put(documents, {name: {} for name in names})
        assert ids(documents) == ["10", "9", "Z", "a", "é", "\uff5e", "😀"]

    def test_types_have_their_order_and_missing_fields_are_left_out(self, values: Documents) -> None:
        assert ids(values, order_by=("value",)) == list(VALUES)
        assert ids(values, order_by=("-value",)) == [*reversed(VALUES)]

    def test_ties_are_broken_by_id_in_the_last_direction(self, documents: Documents) -> None:
        put(documents, {"b": {"n": 1}, "a": {"n": 2}, "d": {"n": 1}, "c": {"n": 2}})
        assert ids(documents, order_by=("n",)) == ["b", "d", "a", "c"]
        assert ids(documents, order_by=("-n",)) == ["c", "a", "d", "b"]

    def test_two_fields_in_two_directions(self, documents: Documents) -> None:
        rows = {"a": (1, 1), "b": (1, 2), "c": (2, 1), "d": (1, 2)}
        put(documents, {id_: {"x": x, "y": y} for id_, (x, y) in rows.items()})
        assert ids(documents, order_by=("x", "-y")) == ["d", "b", "a", "c"]
        assert ids(documents, order_by=("-x", "y")) == ["c", "a", "b", "d"]

    @pytest.mark.parametrize("limit", [1, 2, 5])
    def test_a_limit_keeps_the_first(self, documents: Documents, limit: int) -> None:
        put(documents, {id_: {"n": 0} for id_ in "abc"})
        assert ids(documents, limit=limit) == ["a", "b", "c"][:limit]
        assert ids(documents, order_by=("-n",), limit=limit) == ["c", "b", "a"][:limit]


class TestPages:
    @pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
    @pytest.mark.parametrize("order", [(), ("n",), ("-n",), ("n", "-m"), ("-at",)])
    @pytest.mark.parametrize("where", [(), (("even", "==", True),)])
    def test_pages_show_each_document_once(
        self, documents: Documents, size: int, order: tuple[str, ...], where: tuple[Any, ...]
    ) -> None:
        rows = {
            f"{n}": {"n": n // 3, "m": n % 2, "at": NOON + timedelta(microseconds=n // 2), "even": n % 2 == 0}
            for n in range(7)
        }
        put(documents, rows)
        query: dict[str, Any] = {"collection": "things", "where": where, "order_by": order, "limit": size}
        seen: list[str] = []
        after: tuple[Any, ...] | None = None
        while page := documents.query(Query(**query, after=after)):
            seen += [document.id for document in page]
            last = page[-1]
            after = (*(last.fields[name.lstrip("-")] for name in order), last.id)
        assert seen == ids(documents, where=where, order_by=order)
        assert sorted(seen) == [id_ for id_, row in rows.items() if row["even"] or not where]

    def test_a_cursor_needs_no_document_where_it_points(self, documents: Documents) -> None:
        put(documents, {"a": {"n": 1}, "c": {"n": 3}})
        assert ids(documents, order_by=("n",), after=(2, "b")) == ["c"]
        assert ids(documents, order_by=("-n",), after=(2, "b")) == ["a"]
        assert ids(documents, order_by=("n",), after=(1, "0")) == ["a", "c"]
        assert ids(documents, after=("b",)) == ["c"]

    def test_a_range_can_be_paged_by_its_field(self, documents: Documents) -> None:
        put(documents, {id_: {"n": n} for id_, n in (("a", 1), ("b", 2), ("c", 2), ("d", 3))})
        found = ids(documents, where=(("n", ">=", 2),), order_by=("n",), after=(2, "b"))
        assert found == ["c", "d"]


class TestSelect:
    def test_only_the_named_fields_come(self, documents: Documents) -> None:
        put(documents, {"a": {"x": 1, "y": {"z": 1}, "w": 1}, "b": {"w": 2}})
        found = documents.query(Query(collection="things", fields=("x", "y")))
        assert [document.fields for document in found] == [{"x": 1, "y": {"z": 1}}, {}]
        assert [document.version for document in found] == [
            version_at(documents, "things/a"),
            version_at(documents, "things/b"),
        ]

    def test_filters_and_order_may_use_the_others(self, documents: Documents) -> None:
        put(documents, {"a": {"x": 1, "w": 2}, "b": {"x": 2, "w": 1}, "c": {"x": 3, "w": 0}})
        found = documents.query(
            Query(collection="things", where=(("w", ">", 0),), order_by=("w",), fields=("x",), limit=5)
        )
        assert [document.fields for document in found] == [{"x": 2}, {"x": 1}]


class TestNestedQueries:
    """If a name in a query has dots, it leads into maps."""

    ROWS: ClassVar[dict[str, dict[str, Any]]] = {
        "a": {"weeks": {"w1": {"n": 3, "s": "x"}, "w2": {"n": 1}}},
        "b": {"weeks": {"w1": {"n": 1, "s": "x"}}},
        "c": {"weeks": {"w1": {"n": 2, "s": "y"}}},
        "d": {"weeks": {"w1": {"s": "x"}}},
        "e": {"weeks": {"w1": 5}},
        "f": {"weeks": 5, "w1": {"n": 2}},
        "g": {"weeks.w1.n": 2, "weeks": {"w1.n": 2}},
        "h": {},
    }

    @pytest.fixture
    def nested(self, documents: Documents) -> Documents:
        put(documents, self.ROWS)
        return documents

    @pytest.mark.parametrize(
        ("where", "found"),
        [
            ((("weeks.w1.n", "==", 2),), ["c"]),
            ((("weeks.w1.n", ">", 0),), ["b", "c", "a"]),
            ((("weeks.w1.n", "in", [3, 1]),), ["a", "b"]),
            ((("weeks.w1.s", "==", "x"), ("weeks.w1.n", ">=", 1)), ["b", "a"]),
            ((("weeks.w1", "==", 5),), ["e"]),
            ((("weeks.w1.n.x", "==", 3),), []),
            ((("weeks.w3.n", ">", 0),), []),
        ],
        ids=repr,
    )
    def test_a_condition_is_on_what_stands_there(
        self, nested: Documents, where: tuple[tuple[str, str, Any], ...], found: list[str]
    ) -> None:
        assert ids(nested, where=where) == found

    def test_the_order_is_of_what_stands_there_and_leaves_out_where_nothing_does(self, nested: Documents) -> None:
        assert ids(nested, order_by=("weeks.w1.n",)) == ["b", "c", "a"]
        assert ids(nested, order_by=("-weeks.w1.n",), limit=2) == ["a", "c"]
        assert ids(nested, order_by=("-weeks.w1.s", "weeks.w1.n")) == ["c", "b", "a"]

    @pytest.mark.parametrize("order", [("weeks.w1.n",), ("-weeks.w1.n",), ("weeks.w1.s", "-weeks.w1.n")])
    def test_pages_go_on_behind_it(self, nested: Documents, order: tuple[str, ...]) -> None:
        seen: list[str] = []
        after: tuple[Any, ...] | None = None
        while page := nested.query(Query(collection="things", order_by=order, limit=1, after=after)):
            seen.append(page[0].id)
            last = page[0].fields["weeks"]["w1"]
            after = (*(last[name.rpartition(".")[2]] for name in order), page[0].id)
        assert seen == ids(nested, order_by=order)
        assert len(seen) == 3

    def test_sums_are_over_the_documents_that_have_it(self, nested: Documents) -> None:
        everything = Query(collection="things")
        assert nested.totals(everything, ("weeks.w1.n",)) == Totals(3, {"weeks.w1.n": 6})
        assert nested.totals(everything, ("weeks.w1.n", "weeks.w2.n")) == Totals(1, {"weeks.w1.n": 3, "weeks.w2.n": 1})
        assert nested.totals(everything, ("weeks.w3.n",)) == Totals(0, {"weeks.w3.n": 0})
        busy = Query(collection="things", where=(("weeks.w1.n", ">", 1),))
        assert nested.totals(busy) == Totals(2)
        assert nested.totals(busy, ("weeks.w1.n",)) == Totals(2, {"weeks.w1.n": 5})

    def test_only_that_place_comes_along(self, nested: Documents) -> None:
        found = nested.query(
            Query(collection="things", order_by=("weeks.w1.n",), fields=("weeks.w1.n", "weeks.w1.s"), limit=1)
        )
        assert [document.fields for document in found] == [{"weeks": {"w1": {"n": 1, "s": "x"}}}]

    @pytest.mark.parametrize("name", [".", "a.", "a..b", "a.1b", "a.b-c", "`a`.b", "a.*"])
    def test_each_part_is_a_plain_identifier(self, documents: Documents, name: str) -> None:
        for wrong in ({"where": ((name, "==", 1),)}, {"order_by": (f"-{name}",)}, {"fields": (name,)}):
            with pytest.raises(ValueError, match="is no path of plain identifiers"):
                Query(collection="things", **wrong)
        with pytest.raises(ValueError, match="is no path of plain identifiers"):
            documents.totals(Query(collection="things"), (name,))


class TestGroups:
    PATHS = ("users/b/entries/1", "users/a/entries/2", "users/a-b/entries/3", "entries/4", "users/a/others/5")

    @pytest.fixture
    def group(self, documents: Documents) -> Documents:
        documents.commit([Create(path, {"n": int(path[-1])}) for path in self.PATHS])
        return documents

    def test_it_takes_in_every_collection_of_the_name_by_path(self, group: Documents) -> None:
        found = group.query(Query(collection="entries", group=True))
        assert [each.path for each in found] == [
            "entries/4",
            "users/a/entries/2",
            "users/a-b/entries/3",
            "users/b/entries/1",
        ]

    def test_it_can_be_filtered_and_counted(self, group: Documents) -> None:
        query = Query(collection="entries", group=True, where=(("n", ">=", 2), ("n", "<", 4)))
        assert [each.path for each in group.query(query)] == ["users/a/entries/2", "users/a-b/entries/3"]
        assert group.totals(query, ("n",)) == Totals(2, {"n": 5})

    @pytest.mark.parametrize("size", [1, 2, 3, 8])
    @pytest.mark.parametrize("order", [(), ("n",), ("-n",), ("-n", "m")])
    @pytest.mark.parametrize("where", [(), (("odd", "==", True),)])
    def test_pages_show_each_document_once(
        self, documents: Documents, size: int, order: tuple[str, ...], where: tuple[Any, ...]
    ) -> None:
        """The ids occur several times, and values are equal in several collections."""
        paths = [f"users/{user}/entries/{id_}" for user in ("b", "a", "a-b", "ab", "é") for id_ in ("x", "w", "😀")]
        rows = {path: {"n": at % 3 // 2, "m": at % 2, "odd": at % 4 != 0} for at, path in enumerate(paths)}
        documents.commit([Create(path, fields) for path, fields in rows.items()])
        documents.commit([Create("users/a/others/x", {"n": 0, "m": 0, "odd": True})])
        query: dict[str, Any] = {"collection": "entries", "group": True, "where": where, "order_by": order}
        seen: list[str] = []
        after: tuple[Any, ...] | None = None
        while page := documents.query(Query(**query, limit=size, after=after)):
            seen += [document.path for document in page]
            last = page[-1]
            after = (*(last.fields[name.lstrip("-")] for name in order), last.path)
        assert seen == [document.path for document in documents.query(Query(**query))]
        assert sorted(seen) == sorted(path for path, row in rows.items() if row["odd"] or not where)

    @pytest.mark.parametrize(
        ("order", "after", "places"),
        [
            ((), ("users/a/entries/2",), [2, 0]),
            ((), ("users/a/entries/1",), [1, 2, 0]),
            ((), ("users/a/entries/2/parts/p",), [2, 0]),
            ((), ("users/a",), [1, 2, 0]),
            ((), ("users/a-a/entries/9",), [2, 0]),
            ((), ("zoo/1",), []),
            (("n",), (2, "entries/9"), [1, 2, 3]),
            (("n",), (2, "users/b/entries/0"), [2, 3]),
            (("-n",), (2, "users/a/entries/3"), [1, 0]),
            (("-n",), (2, "users/a/entries/2"), [0]),
        ],
    )
    def test_a_cursor_needs_no_document_where_it_points(
        self, group: Documents, order: tuple[str, ...], after: tuple[Any, ...], places: list[int]
    ) -> None:
        found = group.query(Query(collection="entries", group=True, order_by=order, after=after))
        assert [each.path for each in found] == [self.PATHS[place] for place in places]

    def test_a_range_can_be_paged_by_its_field(self, group: Documents) -> None:
        found = group.query(
            Query(
                collection="entries",
                group=True,
                where=(("n", ">=", 2), ("n", "<", 4)),
                order_by=("-n",),
                after=(3, "users/a-b/entries/3"),
            )
        )
        assert [each.path for each in found] == ["users/a/entries/2"]

    @pytest.mark.parametrize("after", ["e1", "users/alice/transactions", ""])
    def test_an_id_is_no_place_to_go_on_from(self, group: Documents, after: str) -> None:
        with pytest.raises(ValueError, match="is no path of a document"):
            group.query(Query(collection="entries", group=True, order_by=("n",), after=(1, after)))


class TestTotals:
    def test_count_and_sums(self, documents: Documents) -> None:
        put(documents, {"a": {"x": 1, "y": 10}, "b": {"x": 2, "y": -20}, "c": {"x": 3, "y": 0}})
        assert documents.totals(Query(collection="things")) == Totals(3)
        assert documents.totals(Query(collection="things"), ("x", "y")) == Totals(3, {"x": 6, "y": -10})
        assert documents.totals(Query(collection="things", where=(("x", ">", 1),)), ("x",)) == Totals(2, {"x": 5})
        assert documents.totals(Query(collection="things", where=(("x", "in", [1, 3]),)), ("y",)) == Totals(
            2, {"y": 10}
        )

    def test_of_one_moment_whatever_is_written_meanwhile(self, documents: Documents) -> None:
        put(documents, {"a": {"x": 1}, "b": {"x": 2}})
        before = documents.moment()
        documents.commit([Update("things/a", {"x": 10}), Create("things/c", {"x": 100}), Delete("things/b")])
        after = documents.moment()
        things = Query(collection="things")
        assert documents.totals(things, ("x",), at=before) == Totals(2, {"x": 3})
        assert documents.totals(things, ("x",), at=after) == Totals(2, {"x": 110})
        assert documents.totals(things, ("x",)) == Totals(2, {"x": 110})
        found = [documents.get(path, at=before) for path in ("things/a", "things/b", "things/c")]
        assert [each and each.fields["x"] for each in found] == [1, 2, None]
        assert documents.get("things/b", at=after) is None

    def test_by_a_whole_list(self, documents: Documents) -> None:
        put(documents, {"none": {"x": []}, "one": {"x": [{"y": 1}]}, "no list": {"x": None}})
        assert documents.totals(Query(collection="things", where=(("x", "==", []),))) == Totals(1)

    def test_four_sums_at_once(self, documents: Documents) -> None:
        put(documents, {id_: {"p": 1, "q": 2, "r": 3, "s": 4} for id_ in "ab"})
        totals = documents.totals(Query(collection="things"), ("p", "q", "r", "s"))
        assert totals == Totals(2, {"p": 2, "q": 4, "r": 6, "s": 8})

    def test_a_document_without_a_summed_field_counts_for_nothing(self, documents: Documents) -> None:
        put(documents, {"both": {"x": 1, "y": 1}, "one": {"x": 5}, "none": {}})
        assert documents.totals(Query(collection="things")) == Totals(3)
        assert documents.totals(Query(collection="things"), ("x",)) == Totals(2, {"x": 6})
        assert documents.totals(Query(collection="things"), ("x", "y")) == Totals(1, {"x": 1, "y": 1})

    def test_what_is_no_number_adds_nothing(self, documents: Documents) -> None:
        put(documents, {"a": {"x": 2}, "b": {"x": None}, "c": {"x": "3"}, "d": {"x": True}})
        assert documents.totals(Query(collection="things"), ("x",)) == Totals(4, {"x": 2})

    def test_of_nothing(self, documents: Documents) -> None:
        assert documents.totals(Query(collection="things"), ("x",)) == Totals(0, {"x": 0})

    def test_sums_are_integers(self, documents: Documents) -> None:
        put(documents, {"a": {"x": 2**52}, "b": {"x": 2**52}})
        total = documents.totals(Query(collection="things"), ("x",)).sums["x"]
        assert (total, type(total)) == (2**53, int)


class TestFirestoreErrors:
    """Errors of the client become errors of the port. No server is needed."""

    @pytest.fixture
    def client(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[firestore.Client]:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")
        client = firestore.Client(project=fresh_project())
        yield client
        client.close()

    @pytest.mark.parametrize(
        ("raised", "error"),
        [
            (google_errors.AlreadyExists("there"), AlreadyExists),
            (google_errors.FailedPrecondition("stale"), Conflict),
            (google_errors.Aborted("contention"), Conflict),
            (google_errors.NotFound("no document to update"), Conflict),
            (google_errors.ServiceUnavailable("down"), Ambiguous),
            (google_errors.DeadlineExceeded("late"), Ambiguous),
            (google_errors.InternalServerError("oops"), Ambiguous),
            (google_errors.Unknown("what"), Ambiguous),
            (google_errors.Cancelled("the stream was reset"), Ambiguous),
            (google_errors.ResourceExhausted("quota"), Ambiguous),
            (google_errors.RetryError("gave up", None), Ambiguous),
        ],
        ids=lambda each: type(each).__name__ if isinstance(each, Exception) else "",
    )
    def test_of_a_commit(
        self, client: firestore.Client, mocker: MockerFixture, raised: Exception, error: type[Exception]
    ) -> None:
        rpc = mocker.patch.object(FirestoreCalls, "commit", side_effect=raised)
        with pytest.raises(error):
            FirestoreDocuments(client).commit([Create("things/a", {})])
        assert rpc.call_count == 1

    def test_a_commit_is_never_repeated_by_the_client_and_always_has_a_timeout(
        self, client: firestore.Client, mocker: MockerFixture
    ) -> None:
        rpc = mocker.patch.object(FirestoreCalls, "commit", side_effect=google_errors.ServiceUnavailable("down"))
        with pytest.raises(Ambiguous):
            FirestoreDocuments(client).commit([Create("things/a", {})])
        assert rpc.call_count == 1
        assert 0 < rpc.call_args.kwargs["timeout"] <= 5

    @pytest.mark.parametrize(
        "raised",
        [
            google_errors.ServiceUnavailable("down"),
            google_errors.DeadlineExceeded("late"),
            google_errors.InternalServerError("oops"),
            google_errors.Cancelled("the stream was reset"),
            google_errors.ResourceExhausted("quota"),
            google_errors.RetryError("gave up", None),
        ],
        ids=lambda each: type(each).__name__,
    )
    @pytest.mark.parametrize(
        ("rpc", "read"),
        [
            ("get_document", lambda documents: documents.get("things/a")),
            ("run_query", lambda documents: documents.query(Query(collection="things"))),
            ("run_aggregation_query", lambda documents: documents.totals(Query(collection="things"))),
        ],
        ids=["get", "query", "totals"],
    )
    def test_of_a_read(
        self, client: firestore.Client, mocker: MockerFixture, raised: Exception, rpc: str, read: Any
    ) -> None:
        mocker.patch.object(FirestoreCalls, rpc, side_effect=raised)
        mocker.patch(
            "repositories.store.firestore._read_retry", lambda read: read
        )  # this call waits for five seconds at most
        with pytest.raises(Unavailable):
            read(FirestoreDocuments(client))

    def test_a_missing_database_is_no_missing_document(self, client: firestore.Client, mocker: MockerFixture) -> None:
        nowhere = google_errors.NotFound("The database (default) does not exist for project demo.")
        mocker.patch.object(FirestoreCalls, "get_document", side_effect=nowhere)
        with pytest.raises(google_errors.NotFound):
            FirestoreDocuments(client).get("things/a")
