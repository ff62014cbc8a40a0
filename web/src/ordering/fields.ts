import type { Catalog, Model } from "../api/client";
import { lengthOf } from "../i18n/typed";

export type Param = string | number | boolean;

/** These are parameters by name. An empty text means that the parameter is not given. */
export type Params = Readonly<Record<string, Param>>;

export type List = Exclude<keyof Catalog, "models">;

interface Named {
  name: string;
  title: string | undefined;
  description: string | undefined;
  isRequired: boolean;
  /** The place among the fields, as the keyword `x-order` of the schema says, or else a very large number. */
  place: number;
  /** The value that the model takes if none is given. */
  initial: Param | undefined;
}

export interface OptionField extends Named {
  kind: "option";
  /** The list of the catalog that has the names and the looks of the values. */
  list: List;
  values: readonly string[];
}

export interface ChoiceField extends Named {
  kind: "choice";
  values: readonly Param[];
}

export interface NumberField extends Named {
  kind: "number";
  isWhole: boolean;
  least: number | undefined;
  most: number | undefined;
}

export interface TextField extends Named {
  kind: "text";
  /** The most characters that it may have. */
  most: number | undefined;
}

export type Field = OptionField | ChoiceField | NumberField | TextField | (Named & { kind: "switch" });

/** This is one property of a model's JSON Schema, with the keywords that the form knows. */
interface Property {
  type?: string | readonly string[];
  title?: string;
  description?: string;
  default?: Param;
  enum?: readonly Param[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  "x-catalog"?: List;
  "x-order"?: number;
}

const LISTS: readonly List[] = ["styles", "colors", "sizes"];
const KINDS: readonly Field["kind"][] = ["option", "choice", "number", "text", "switch"];

/**
 * Returns the fields that a form for this model has, in the order of the form.
 *
 * The database does not keep the order of a schema. So a field stands where `x-order` puts it. The others follow: first
 * options of the catalog, then what is required, and then by kind and by name.
 */
export function fieldsOf(model: Model): Field[] {
  const { properties = {}, required = [] } = model.parameters as {
    properties?: Record<string, Property>;
    required?: readonly string[];
  };
  const fields = Object.entries(properties).map(([name, property]) =>
    fieldOf(property, {
      name,
      title: property.title,
      description: property.description,
      isRequired: required.includes(name),
      place: property["x-order"] ?? Number.MAX_SAFE_INTEGER,
      initial: property.default,
    }),
  );
  return fields.sort(
    (one, other) =>
      one.place - other.place || rankOf(one) - rankOf(other) || one.name.localeCompare(other.name),
  );
}

function rankOf(field: Field): number {
  if (field.kind === "option") return LISTS.indexOf(field.list);
  return LISTS.length + KINDS.indexOf(field.kind) + (field.isRequired ? 0 : KINDS.length);
}

function fieldOf(property: Property, named: Named): Field {
  const list = property["x-catalog"];
  if (list) return { ...named, kind: "option", list, values: (property.enum ?? []).map(String) };
  if (property.enum) return { ...named, kind: "choice", values: property.enum };
  const type = [property.type].flat().find((each) => each !== "null");
  if (type === "boolean") return { ...named, kind: "switch" };
  if (type === "integer" || type === "number") {
    const { minimum: least, maximum: most } = property;
    return { ...named, kind: "number", isWhole: type === "integer", least, most };
  }
  return { ...named, kind: "text", most: property.maxLength };
}

/** Says whether a field takes a value. */
export function fits(field: Field, value: Param): boolean {
  switch (field.kind) {
    case "option":
    case "choice":
      return (field.values as readonly Param[]).includes(value);
    case "number":
      return typeof value === "number" && isInRange(field, value);
    case "switch":
      return typeof value === "boolean";
    case "text":
      return typeof value === "string" && lengthOf(value) <= (field.most ?? Infinity);
  }
}

function isInRange({ isWhole, least = -Infinity, most = Infinity }: NumberField, value: number): boolean {
  return (Number.isInteger(value) || !isWhole) && value >= least && value <= most;
}

/** Returns the parameters of a model: the given ones that it takes, and for the others what the form begins with. */
export function filledParams(model: Model, given: Params): Params {
  const filled = fieldsOf(model).map((field): [string, Param | undefined] => {
    const value = given[field.name];
    return [field.name, value !== undefined && fits(field, value) ? value : beginningOf(field)];
  });
  return Object.fromEntries(filled.filter((each): each is [string, Param] => each[1] !== undefined));
}

/** Returns the default of a field, or a value that a required field can begin with, or else nothing. */
function beginningOf(field: Field): Param | undefined {
  if (field.initial !== undefined && fits(field, field.initial)) return field.initial;
  if (!field.isRequired) return undefined;
  if (field.kind === "option" || field.kind === "choice") return field.values[0];
  if (field.kind === "number") return field.least;
  return field.kind === "switch" ? false : undefined;
}

/** Leaves out the parameters that are not given. */
export function givenParams(params: Params): Record<string, Param> {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== ""));
}
