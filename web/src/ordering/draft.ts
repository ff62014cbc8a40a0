import type { Generation, Model, Schemas } from "../api/client";
import type { Values } from "../i18n/i18n";
import { lengthOf } from "../i18n/typed";
import {
  type Field,
  fieldsOf,
  filledParams,
  fits,
  givenParams,
  type NumberField,
  type Params,
} from "./fields";
import { modelOrDefault } from "./models";

/** A draft is an order before it is sent. The seed is the typed text, and empty if there is none. */
export interface Draft {
  prompt: string;
  model: string;
  params: Params;
  seed: string;
}

/** These are the words for what is wrong, by the place of the field: `/prompt`, `/model`, `/seed`, `/params/size`. */
export type Faults = Readonly<Record<string, string>>;

/** The message about a fault is `studio.fault.<name>`, with these values in it. */
export interface Fault {
  name: "blank" | "long" | "seed" | "gone" | "needed" | "number";
  values?: Values;
}

export const EMPTY: Draft = { prompt: "", model: "", params: {}, seed: "" };
const SEED_MAX = 2 ** 32 - 1;

/** Fills a draft in: a model that is not on offer becomes the default one, and what it does not take is replaced. */
export function filledFrom(models: readonly Model[], draft: Draft): Draft {
  const model = modelOrDefault(models, draft.model);
  return model ? { ...draft, model: model.id, params: filledParams(model, draft.params) } : draft;
}

/** Returns the draft that orders the same picture again, with its seed. */
export function draftOf({ prompt, model, params }: Generation): Draft {
  const { seed, ...others } = params;
  return { prompt, model, params: others as Params, seed: seed === null ? "" : String(seed) };
}

/** Returns the draft for a similar picture. It has no seed, because the same seed would make the same picture. */
export function draftLike(generation: Generation): Draft {
  return { ...draftOf(generation), seed: "" };
}

/** Returns the faults that can be seen before the API is asked, by the place of the field. */
export function faultsOf(draft: Draft, model: Model | undefined): Record<string, Fault> {
  const { prompt, seed, params } = draft;
  const isSeed = /^\d*$/.test(seed.trim()) && Number(seed) <= SEED_MAX;
  const tooMany = lengthOf(prompt) - (model?.prompt_max ?? Infinity);
  const faults: [string, Fault | null][] = [
    ["/prompt", tooMany > 0 ? { name: "long", values: { count: tooMany } } : null],
    ["/prompt", prompt.trim() === "" ? { name: "blank" } : null],
    ["/model", model ? null : { name: "gone" }],
    ...(model ? fieldsOf(model) : []).map((field): [string, Fault | null] => [
      `/params/${field.name}`,
      faultOf(field, params[field.name] ?? ""),
    ]),
    ["/seed", isSeed ? null : { name: "seed" }],
  ];
  return Object.fromEntries(faults.filter((each): each is [string, Fault] => each[1] !== null));
}

function faultOf(field: Field, value: Params[string]): Fault | null {
  if (value === "") return field.isRequired ? { name: "needed" } : null;
  if (fits(field, value)) return null;
  if (field.kind === "number") return { name: "number", values: rangeOf(field) };
  if (field.kind === "text")
    return { name: "long", values: { count: lengthOf(String(value)) - (field.most ?? 0) } };
  return { name: "gone" };
}

/** Returns the range of a number as the values of a message. */
export function rangeOf({ isWhole, least, most }: NumberField): Values {
  const bounds =
    least === undefined ? (most === undefined ? "none" : "most") : most === undefined ? "least" : "both";
  return { number: isWhole ? "whole" : "any", bounds, least: least ?? 0, most: most ?? 0 };
}

/** Leaves out the parameters that the model does not know any more. */
export function knownTo(model: Model, draft: Draft): Draft {
  const names = fieldsOf(model).map(({ name }) => name);
  const known = Object.entries(draft.params).filter(([name]) => names.includes(name));
  return { ...draft, params: Object.fromEntries(known) };
}

export function requestOf({ prompt, model, params, seed }: Draft): Schemas["CreateGeneration"] {
  return {
    prompt,
    model,
    kind: null,
    style: null,
    color: null,
    size: null,
    params: givenParams(params),
    seed: seed.trim() === "" ? null : Number(seed),
    metadata: {},
    validate_only: false,
  };
}
