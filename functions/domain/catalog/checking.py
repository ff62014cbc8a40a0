"""An ask is checked against the catalog: the model, its parameters and limits, and the price."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from core.errors import FieldError, InvalidRequest
from domain.catalog.catalog import Catalog
from domain.catalog.models import Ask, Model, Params
from domain.catalog.options import Size
from domain.catalog.parameters import ParameterSchema
from domain.catalog.prices import Facts, Price, PriceRule, Unit, price_of, rule_for, size_rule_id
from domain.catalog.shipped_models import OPTION_PROPERTIES

# These parameters are facts of a price, under these names.
_FACT_OF = {"size": "size", "resolution": "resolution", "duration": "duration", "num_images": "number"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """This is what a client gets for an ask: this model, with all of these parameters, at this price."""

    model: Model
    params: Params
    price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedChoice:
    """A request with these parameters has this price, for the request or for each output."""

    params: Params
    credits: int
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """This is a model as clients see it. `schema` lists the ids of the options that a parameter takes."""

    model: Model
    schema: Mapping[str, Any]
    prices: tuple[PricedChoice, ...]


class Checker:
    """Checks by one state of the catalog. A model's schema is compiled when the model is first asked for."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._rules = [*catalog.price_rules, *map(_rule_of_size, catalog.sizes.values())]
        self._schemas: dict[str, ParameterSchema] = {}

    def faults(self, ask: Ask) -> list[FieldError]:
        """Return everything that is wrong with the ask, each with what is allowed."""
        return self._examined(ask)[1]

    def checked(self, ask: Ask) -> Choice:
        """Raise InvalidRequest, which lists everything that is wrong."""
        choice, faults = self._examined(ask)
        if choice is None:
            raise InvalidRequest(faults)
        return choice

    def offer_of(self, model: Model) -> Offer:
        return Offer(model=model, schema=self._schema_of(model).schema, prices=tuple(self._prices(model)))

    def _prices(self, model: Model) -> Iterator[PricedChoice]:
        """Yield a price for each combination of the parameters that decide it, where these have few values."""
        schema, rules = self._schema_of(model), self._rules_for(model)
        named = {fact for rule in rules for fact in rule.conditions}
        lists = {name: schema.choices(name) for name, fact in _FACT_OF.items() if fact in named}
        decisive = {name: values for name, values in lists.items() if values}
        for values in product(*decisive.values()):
            params = dict(zip(decisive, values, strict=True))
            rule = rule_for(_facts(model, schema.completed(params)), rules)
            if rule is not None:
                yield PricedChoice(params=params, credits=rule.credits, unit=rule.unit)

    def _schema_of(self, model: Model) -> ParameterSchema:
        found = self._schemas.get(model.id)
        if found is None:
            found = self._schemas[model.id] = ParameterSchema(model.parameters, self._catalog.options)
        return found

    def _examined(self, ask: Ask) -> tuple[Choice | None, list[FieldError]]:
        model = self._model_of(ask)
        if isinstance(model, FieldError):
            options = self._options_schema()
            return None, [model, *_parameter_faults(ask, options, options.completed(ask.params))]
        schema = self._schema_of(model)
        params = schema.completed(ask.params)
        faults = [*_limit_faults(ask, model), *_parameter_faults(ask, schema, params)]
        price = None if faults else price_of(_facts(model, params), self._rules_for(model))
        if price is None:
            return None, faults or [FieldError(pointer="/model", detail=f"{model.id} has no price for this")]
        return Choice(model=model, params=params, price=price), []

    def _model_of(self, ask: Ask) -> Model | FieldError:
        models = self._catalog.models
        if ask.model is None:
            return self._default_of(ask)
        model = models.get(ask.model.strip())
        if model is None:
            return FieldError(pointer="/model", detail=f"Invalid model '{ask.model}'", allowed=tuple(models))
        if ask.kind is not None and ask.kind is not model.kind:
            detail = f"{model.id} is of another kind"
            return FieldError(pointer="/kind", detail=detail, allowed=(model.kind.value,))
        return model

    def _default_of(self, ask: Ask) -> Model | FieldError:
        models = self._catalog.models.values()
        if ask.kind is None:
            return FieldError(pointer="/model", detail="required")
        of_kind = [model for model in models if model.kind is ask.kind]
        if not of_kind:
            kinds = tuple(sorted({model.kind.value for model in models}))
            return FieldError(pointer="/kind", detail="no model of this kind is on offer", allowed=kinds)
        return next((model for model in of_kind if model.is_default), of_kind[0])

    def _options_schema(self) -> ParameterSchema:
        """Return a schema by which the options can be checked where the model is not known."""
        return ParameterSchema({"type": "object", "properties": OPTION_PROPERTIES}, self._catalog.options)

    def _rules_for(self, model: Model) -> list[PriceRule]:
        own = [replace(rule, conditions={**rule.conditions, "model": model.id}) for rule in model.price_rules]
        return [*own, *self._rules]


def _limit_faults(ask: Ask, model: Model) -> list[FieldError]:
    if len(ask.prompt) <= model.prompt_max:
        return []
    return [FieldError(pointer="/prompt", detail=f"{model.id} takes at most {model.prompt_max} characters")]


def _parameter_faults(ask: Ask, schema: ParameterSchema, params: Params) -> list[FieldError]:
    return [
        FieldError(pointer=ask.pointer_of(each.name), detail=each.detail, allowed=each.allowed)
        for each in schema.faults(params)
    ]


def _facts(model: Model, params: Params) -> Facts:
    named = {fact: params[name] for name, fact in _FACT_OF.items() if name in params}
    return {"model": model.id, "kind": model.kind.value, "number": 1, **named}


def _rule_of_size(size: Size) -> PriceRule:
    return PriceRule(
        id=size_rule_id(size.id), credits=size.credit_cost, conditions={"size": size.id}, version=size.version
    )
