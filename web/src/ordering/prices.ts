import type { Model } from "../api/client";
import { fieldsOf, givenParams, type Param, type Params } from "./fields";

/** Returns what a request with these parameters costs, in credits, or undefined if the model lists no price for it. */
export function priceOf(model: Model, params: Params): number | undefined {
  const chosen = { ...defaultsOf(model), ...givenParams(params) };
  const row = model.prices.find((each) =>
    Object.entries(each.params).every(([name, value]) => chosen[name] === value),
  );
  if (!row) return undefined;
  return row.per === "request" ? row.credits : timesOutputs(row.credits, chosen.num_images ?? 1);
}

function timesOutputs(credits: number, outputs: Param): number | undefined {
  return typeof outputs === "number" && Number.isInteger(outputs) && outputs > 0
    ? credits * outputs
    : undefined;
}

function defaultsOf(model: Model): Params {
  const defaults = fieldsOf(model).map(({ name, initial }): [string, Param] => [name, initial ?? ""]);
  return givenParams(Object.fromEntries(defaults));
}

/** Says whether the price of a model depends on a parameter. */
export function decidesPrice(model: Model, name: string): boolean {
  return model.prices.some(({ params }) => name in params);
}

export interface Priced {
  /** Only the parameters that decide the price. */
  params: Params;
  price: number;
}

/**
 * Returns all choices that the credits pay for, the cheapest first. The parameters that decide no price stay.
 *
 * Of two at the same price, the one that changes less comes first.
 */
export function affordable(model: Model, params: Params, credits: number): Priced[] {
  const changesOf = (priced: Priced) => Object.keys(changedBy(priced.params, params)).length;
  return model.prices
    .map((row) => ({ params: row.params, price: priceOf(model, { ...params, ...row.params }) ?? Infinity }))
    .filter(({ price }) => price <= credits)
    .sort((one, other) => one.price - other.price || changesOf(one) - changesOf(other));
}

/** Returns the parameters of a choice that are not as they are. */
export function changedBy(choice: Params, now: Params): Params {
  return Object.fromEntries(Object.entries(choice).filter(([name, value]) => now[name] !== value));
}
