"""The parameters of a model are checked by the JSON Schema (2020-12) in its document."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from domain.catalog.models import Params
from domain.catalog.options import OptionKind, option_id, option_kinds

# A range of so many integers counts as a list of choices.
_CHOICES_MAX = 20

OptionIds = Callable[[OptionKind], Iterable[str]]


@dataclass(frozen=True, slots=True)
class ParameterFault:
    name: str
    detail: str
    allowed: tuple[str, ...] = ()


class ParameterSchema:
    """`schema` is the schema as clients see it: a property that takes an option lists the ids as its `enum`."""

    def __init__(self, schema: Mapping[str, Any], option_ids: OptionIds) -> None:
        properties = schema.get("properties", {})
        self._kinds = option_kinds(schema)
        listed = {name: {**properties[name], "enum": [*option_ids(kind)]} for name, kind in self._kinds.items()}
        self.schema = {**schema, "properties": {**properties, **listed}}
        self._defaults = {name: each["default"] for name, each in properties.items() if "default" in each}
        self._validator = Draft202012Validator(self.schema)

    def choices(self, name: str) -> list[Any]:
        """Return the values that a parameter can have, or none if it is not there or can have too many."""
        rules = self.schema["properties"].get(name, {})
        if "enum" in rules:
            return [*rules["enum"]]
        low, high = rules.get("minimum"), rules.get("maximum")
        is_small = rules.get("type") == "integer" and low is not None and high is not None and high - low < _CHOICES_MAX
        return [*range(low, high + 1)] if is_small else []

    def completed(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters with the ids of options as the catalog writes them, and with the defaults."""
        written = {name: self._written(name, value) for name, value in params.items()}
        return {**self._defaults, **written}

    def faults(self, params: Params) -> list[ParameterFault]:
        """Return everything that is wrong with completed parameters."""
        found = [fault for error in self._validator.iter_errors(params) for fault in self._faults_of(error)]
        places = {name: place for place, name in enumerate(self.schema["properties"])}
        return sorted(found, key=lambda fault: places.get(fault.name, len(places)))

    def _written(self, name: str, value: Any) -> Any:
        kind = self._kinds.get(name)
        return option_id(kind, value) if kind is not None and isinstance(value, str) else value

    def _faults_of(self, error: ValidationError) -> list[ParameterFault]:
        name = str(error.instance_path[0]) if error.instance_path else ""
        match error.kind:
            case ValidationErrorKind.Required(property=missing):
                return [ParameterFault(missing, "required")]
            case ValidationErrorKind.AdditionalProperties(unexpected=names):
                allowed = tuple(self.schema["properties"])
                return [ParameterFault(each, "not a parameter of this model", allowed) for each in names]
            case ValidationErrorKind.Enum(options=options):
                return [ParameterFault(name, f"Invalid {name} '{error.instance}'", tuple(map(str, options)))]
        return [ParameterFault(name, error.message)]
