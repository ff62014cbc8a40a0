import type { Model } from "../api/client";
import { type Draft, EMPTY } from "../ordering/draft";
import { type Field, fieldsOf, filledParams, type Param, type Params } from "../ordering/fields";
import { affordable } from "../ordering/prices";
import { shapeOfSize } from "../picture/shape";

/**
 * Returns the draft of a trial: a style and a palette by chance, and the most expensive square that the credits of
 * the trial pay for, or else the most expensive choice that they pay for.
 */
export function trialDraft(model: Model, prompt: string, credits: number): Draft {
  const params = filledParams(model, choicesByChance(model));
  const paid = affordable(model, params, credits).map((each) => each.params);
  return {
    ...EMPTY,
    model: model.id,
    prompt,
    params: { ...params, ...(paid.findLast(isSquare) ?? paid.at(-1)) },
  };
}

function choicesByChance(model: Model): Params {
  const chosen = fieldsOf(model)
    .filter((field) => field.kind === "option" && field.list !== "sizes")
    .map((field): [string, Param] => [field.name, anyOf(field) ?? ""]);
  return Object.fromEntries(chosen);
}

function anyOf(field: Field): string | undefined {
  if (field.kind !== "option") return undefined;
  return field.values[Math.floor(Math.random() * field.values.length)];
}

function isSquare({ size }: Params): boolean {
  const { width, height } = shapeOfSize(String(size ?? ""));
  return width === height;
}
