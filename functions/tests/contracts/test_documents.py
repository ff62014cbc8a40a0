"""What every repository relies on, for the database and for its twin in memory alike."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from google.api_core import exceptions as google_errors
from google.cloud import firestore
from google.cloud.firestore_v1 import types
from pytest_mock import MockerFixture

from core.errors import Unavailable
from emulator import firestore_documents, fresh_project
from repositories.documents import (
    AlreadyExists,
    Ambiguous,
    Conflict,
    Create,
    Documents,
    Increment,
    Query,
    Totals,
    Update,
)
from repositories.firestore import FirestoreDocuments
from repositories.memory import MemoryDocuments

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

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
"""By id, in the order that Firestore gives to their values."""


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
    """Documents with a `value` of each type, and one without."""
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
        ],
    )
    def test_one_failing_write_leaves_no_trace_of_the_others(
        self, documents: Documents, place: int, failing: Create | Update, error: type[Exception]
    ) -> None:
        documents.commit([Create("things/there", {"n": 1}), Create("things/other", {"n": 1})])
        before = version_at(documents, "things/other")
        writes: list[Create | Update] = [Create("things/new", {}), Update("things/other", {"n": Increment(1)})]
        writes.insert(place, failing)
        with pytest.raises(error):
            documents.commit(writes)
        assert documents.get("things/new") is None
        assert documents.get("things/missing") is None
        assert fields_at(documents, "things/there") == {"n": 1}
        assert fields_at(documents, "things/other") == {"n": 1}
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


class TestTotals:
    def test_count_and_sums(self, documents: Documents) -> None:
        put(documents, {"a": {"x": 1, "y": 10}, "b": {"x": 2, "y": -20}, "c": {"x": 3, "y": 0}})
        assert documents.totals(Query(collection="things")) == Totals(3)
        assert documents.totals(Query(collection="things"), ("x", "y")) == Totals(3, {"x": 6, "y": -10})
        assert documents.totals(Query(collection="things", where=(("x", ">", 1),)), ("x",)) == Totals(2, {"x": 5})
        assert documents.totals(Query(collection="things", where=(("x", "in", [1, 3]),)), ("y",)) == Totals(
            2, {"y": 10}
        )

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
    """The client's errors as the port's, without a server."""

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
        rpc = mocker.patch.object(client._firestore_api, "commit", side_effect=raised)
        with pytest.raises(error):
            FirestoreDocuments(client).commit([Create("things/a", {})])
        assert rpc.call_count == 1

    def test_a_commit_is_never_repeated_by_the_client_and_always_has_a_timeout(
        self, client: firestore.Client, mocker: MockerFixture
    ) -> None:
        rpc = mocker.patch.object(client._firestore_api, "commit", side_effect=google_errors.ServiceUnavailable("down"))
        with pytest.raises(Ambiguous):
            FirestoreDocuments(client).commit([Create("things/a", {})])
        assert rpc.call_args.kwargs["retry"] is None
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
        mocker.patch.object(client._firestore_api, rpc, side_effect=raised)
        mocker.patch("repositories.firestore._read_retry", lambda read: read)  # it has the patience of five seconds
        with pytest.raises(Unavailable):
            read(FirestoreDocuments(client))

    def test_a_missing_database_is_no_missing_document(self, client: firestore.Client, mocker: MockerFixture) -> None:
        nowhere = google_errors.NotFound("The database (default) does not exist for project demo.")
        mocker.patch.object(client._firestore_api, "get_document", side_effect=nowhere)
        with pytest.raises(google_errors.NotFound):
            FirestoreDocuments(client).get("things/a")

    def test_a_list_that_breaks_off_is_read_again_from_its_start(
        self, client: firestore.Client, mocker: MockerFixture
    ) -> None:
        answers = [types.RunQueryResponse(document={"name": f"x/documents/things/{id_}"}) for id_ in "ab"]

        def broken() -> Iterator[types.RunQueryResponse]:
            yield answers[0]
            raise google_errors.ServiceUnavailable("the stream broke off")

        rpc = mocker.patch.object(client._firestore_api, "run_query", side_effect=[broken(), iter(answers)])
        assert [document.id for document in FirestoreDocuments(client).query(Query(collection="things"))] == ["a", "b"]
        assert all(call.kwargs["timeout"] > 0 for call in rpc.call_args_list)
