import type { Catalog, Generation, Schemas } from "../api/client";
import { lengthOf } from "../i18n/typed";

/** What the form holds; options that are not chosen yet are empty, and the seed is what was typed. */
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
export const PROMPT_MAX = 1000;
const SEED_MAX = 2 ** 32 - 1;

/** Whatever is not chosen, or not on offer any more, becomes the first that is. */
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

export function draftOf({ prompt, model, params }: Generation): Draft {
  const { style, color, size, seed } = params;
  return { prompt, model, style, color, size, seed: seed === null ? "" : String(seed) };
}

/** Like it, and not the same again: that is what its seed would make of it. */
export function draftLike(generation: Generation): Draft {
  return { ...draftOf(generation), seed: "" };
}

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
  return { ...chosen, seed: number, metadata: {}, validate_only: false };
}

export function priceOf(catalog: Catalog, size: string): number {
  return catalog.sizes.find(({ id }) => id === size)?.credit_cost ?? 0;
}

/** The cheapest size, where there are credits for it. */
export function affordable(catalog: Catalog, credits: number) {
  const byPrice = [...catalog.sizes].sort((one, other) => one.credit_cost - other.credit_cost);
  return byPrice.find(({ credit_cost }) => credit_cost <= credits);
}

function offered(chosen: string, options: string[]): string {
  return options.includes(chosen) ? chosen : (options[0] ?? "");
}

function ids(options: readonly { id: string }[]): string[] {
  return options.map(({ id }) => id);
}
