import { api, body, type Generation, type Me } from "../../api/client";
import { ApiError } from "../../api/problem";
import { creditsMoved, keys, queries } from "../../api/queries";
import { type Draft, requestOf } from "./draft";

/** One press of the button. Its key is its idempotency key: however often it is sent, there is one generation. */
export interface Order {
  key: string;
  draft: Draft;
  price: number;
  at: number;
  state: "sending" | "refused";
  error?: ApiError;
}

export type Send = (order: Order) => Promise<Generation>;

const PAUSES = [1_000, 3_000];
const SLIP_MS = 1_000;

export const newOrder = (draft: Draft, price: number): Order => ({
  key: crypto.randomUUID(),
  draft,
  price,
  at: Date.now(),
  state: "sending",
});

/** Twice within a moment is a slip of the finger, and not a wish for two pictures. */
export function isSlip(last: Order | undefined, draft: Draft): last is Order {
  if (!last || Date.now() - last.at > SLIP_MS) return false;
  return JSON.stringify(last.draft) === JSON.stringify(draft);
}

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

/** Where nobody answered, or the server could not, the same order is sent again. */
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

/** What was spent shows at once; what the books say follows. */
export function spent(price: number): void {
  queries.setQueryData<Me>(
    keys.me,
    (me) =>
      me && {
        ...me,
        current_credits: me.current_credits - price,
        held_credits: me.held_credits + price,
      },
  );
  creditsMoved();
}
