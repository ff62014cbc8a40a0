import type { Catalog, Generation, Schemas } from "../api/client";
import { lengthOf } from "../i18n/typed";

/** A draft is an order before it is sent. Options that are not chosen yet are empty, and the seed is the typed text. */
export interface Draft {
  prompt: string;
  model: string;
  style: string;
  color: string;
  size: string;
  seed: string;
}

export type Faults = Partial<Record<keyof Draft, string>>;
export type Fault = "blank" | "long" | "seed";

export const EMPTY: Draft = { prompt: "", model: "", style: "", color: "", size: "", seed: "" };
/** The API takes at most this many characters, counted as code points. */
export const PROMPT_MAX = 1000;
const SEED_MAX = 2 ** 32 - 1;

/** Fills a draft: an option that is not chosen, or no longer on offer, becomes the first one of the catalog. */
export function filledFrom(catalog: Catalog, draft: Draft): Draft {
  return {
    ...draft,
    model: offered(
      draft.model,
      catalog.models.map(({ name }) => name),
    ),
    style: offered(draft.style, ids(catalog.styles)),
    color: offered(draft.color, ids(catalog.colors)),
    size: offered(draft.size, ids(catalog.sizes)),
  };
}

/** Returns the draft that orders the same picture again, with its seed. */
export function draftOf({ prompt, model, params }: Generation): Draft {
  const { style = "", color = "", size = "", seed } = params;
  return { prompt, model, style, color, size, seed: seed === null ? "" : String(seed) };
}

/** Returns the draft for a similar picture. It has no seed, because the same seed would make the same picture. */
export function draftLike(generation: Generation): Draft {
  return { ...draftOf(generation), seed: "" };
}

/** Returns the faults that can be seen before the API is asked. */
export function faultsOf({ prompt, seed }: Draft): Partial<Record<keyof Draft, Fault>> {
  const isSeed = /^\d*$/.test(seed.trim()) && Number(seed) <= SEED_MAX;
  return {
    ...(prompt.trim() === "" && { prompt: "blank" as const }),
    ...(lengthOf(prompt) > PROMPT_MAX && { prompt: "long" as const }),
    ...(!isSeed && { seed: "seed" as const }),
  };
}

export function requestOf({ seed, ...chosen }: Draft): Schemas["CreateGeneration"] {
  const number = seed.trim() === "" ? null : Number(seed);
  return { ...chosen, kind: null, params: {}, seed: number, metadata: {}, validate_only: false };
}

/** Returns the price of a size in credits, as the catalog states it, or 0 for a size that it does not have. */
export function priceOf(catalog: Catalog, size: string): number {
  return catalog.sizes.find(({ id }) => id === size)?.credit_cost ?? 0;
}

/** Returns the cheapest size if there are credits for it. */
export function affordableSize(catalog: Catalog, credits: number) {
  const byPrice = [...catalog.sizes].sort((one, other) => one.credit_cost - other.credit_cost);
  return byPrice.find(({ credit_cost }) => credit_cost <= credits);
}

function offered(chosen: string, options: string[]): string {
  return options.includes(chosen) ? chosen : (options[0] ?? "");
}

function ids(options: readonly { id: string }[]): string[] {
  return options.map(({ id }) => id);
}
