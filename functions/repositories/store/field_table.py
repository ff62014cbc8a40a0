"""Reading, writing and comparing a value all follow from one table of its fields.

The table is made from the value's class. So a new field needs a line in a table only if its stored form is another one.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from repositories.store.documents import Fields
from repositories.store.typed import typed

# A document without the field means the default of the class.
_AS_IN_THE_CLASS = object()


def unchanged(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """This is the stored form of one field.

    `write` makes the stored value, and `read` makes the field's value of it again. A map may have `write_entry` instead
    of `write`: then each entry is stored by itself, so that a change of one entry leaves the others alone. `absent` is
    the meaning of a document without the field; without `absent`, it is the default of the class.
    """

    read: Callable[[Any], Any] = unchanged
    write: Callable[[Any], Any] = unchanged
    write_entry: Callable[[Any], Any] | None = None
    absent: Any = _AS_IN_THE_CLASS


class FieldTable[T]:
    """Converts values of one dataclass.

    `given` are fields that do not come from the document, such as its id. `seldom` are fields that a new document does
    not have where they have their default value. `forms` has the fields whose stored form is another one.
    """

    def __init__(
        self,
        kind: type[T],
        *,
        given: Collection[str] = (),
        seldom: Collection[str] = (),
        forms: Mapping[str, Form] | None = None,
    ) -> None:
        own = forms or {}
        self._kind = kind
        self._seldom = frozenset(seldom)
        self._rows = {
            field.name: (own.get(field.name, _PLAIN), _default_of(field))
            for field in fields(kind)  # type: ignore[arg-type]
            if field.name not in given
        }

    def read(self, stored: Fields, **given: Any) -> T:
        """Return the value. Raise TypeError or KeyError where a field is missing or has a wrong type."""
        found = {
            name: form.read(stored[name]) if name in stored else form.absent
            for name, (form, _) in self._rows.items()
            if name in stored or form.absent is not _AS_IN_THE_CLASS
        }
        return typed(self._kind, **given, **found)

    def write(self, value: T) -> dict[str, Any]:
        """Return the fields of a new document."""
        values = ((name, form, default, getattr(value, name)) for name, (form, default) in self._rows.items())
        return {
            name: _written(form, own)
            for name, form, default, own in values
            if name not in self._seldom or own != default
        }

    def difference(self, before: T, after: T) -> dict[str, Any]:
        """Return the fields that lead from one value to the other. An entry of a map is named `field.entry`."""
        changed: dict[str, Any] = {}
        for name, (form, _) in self._rows.items():
            old, new = getattr(before, name), getattr(after, name)
            if old is new or old == new:
                continue
            if form.write_entry is not None and not old.keys() - new.keys():
                others = {key: entry for key, entry in new.items() if entry != old.get(key)}
                changed |= {f"{name}.{key}": form.write_entry(entry) for key, entry in others.items()}
            else:
                changed[name] = _written(form, new)
        return changed


def value_form(table: FieldTable[Any]) -> Form:
    """Return the form of a field that has another value with a table of its own, or None."""
    return Form(
        read=lambda stored: None if stored is None else table.read(stored),
        write=lambda value: None if value is None else table.write(value),
    )


def map_form(table: FieldTable[Any]) -> Form:
    """Return the form of a map whose keys are the ids of its values, which have a table of their own."""
    return Form(
        read=lambda stored: {key: table.read(fields, id=key) for key, fields in stored.items()},
        write_entry=table.write,
    )


_PLAIN = Form()


def _default_of(field: Any) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _written(form: Form, value: Any) -> Any:
    if form.write_entry is None:
        return form.write(value)
    return {key: form.write_entry(entry) for key, entry in value.items()}
