import { api, body, type Generation } from "../api/client";
import { ApiError } from "../api/problem";
import { type Draft, requestOf } from "./draft";

/** An order is one press of the button. With its idempotency key it makes one generation, however often it is sent. */
export interface Order {
  key: string;
  draft: Draft;
  /** The time of the press, in milliseconds since 1970. */
  at: number;
  state: "sending" | "refused";
  error?: ApiError;
}

export type Send = (order: Order) => Promise<Generation>;

// These are the pauses before the second and the third try, in milliseconds.
const PAUSES = [1_000, 3_000];

// Two equal presses within this time, in milliseconds, are one order.
const DOUBLE_PRESS_MS = 1_000;

export const newOrder = (draft: Draft): Order => ({
  key: crypto.randomUUID(),
  draft,
  at: Date.now(),
  state: "sending",
});

/** Says whether a press repeats the last one by accident: nobody wants two equal pictures within a second. */
export function isDoublePress(last: Order | undefined, draft: Draft): last is Order {
  if (!last || Date.now() - last.at > DOUBLE_PRESS_MS) return false;
  return JSON.stringify(last.draft) === JSON.stringify(draft);
}

/** Sends an order once. Throws ApiError. */
export const send: Send = async ({ key, draft }) => {
  const answer = await body(
    api.POST("/v1/generations", {
      params: { header: { "Idempotency-Key": key } },
      body: requestOf(draft),
    }),
  );
  if (!("id" in answer)) throw new ApiError({ code: "unknown" });
  return answer;
};

/**
 * Sends an order, and sends it again under the same key if no answer came or the server failed.
 *
 * Throws the ApiError of the last try.
 */
export async function sendPatiently(order: Order, sending: Send = send): Promise<Generation> {
  for (const pause of PAUSES) {
    try {
      return await sending(order);
    } catch (error) {
      if (!mayHaveArrived(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return sending(order);
}

function mayHaveArrived(error: unknown): boolean {
  return error instanceof ApiError && error.retryable && (error.status === 0 || error.status >= 500);
}
