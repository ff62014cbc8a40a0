import { QueryClient } from "@tanstack/preact-query";
import { ApiError } from "./problem";

const TRIES = 2;

/** One memory for what the API said. Whoever changes something names what is not true any more. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: "always", // otherwise it asks for nothing after the browser said that its network is gone
      refetchOnReconnect: true,
      retry: (count, error) => count < TRIES && error instanceof ApiError && error.retryable,
      staleTime: 10_000,
    },
    mutations: { networkMode: "always" },
  },
});

/** The names under which answers are remembered; the first word is enough to forget all below it. */
export const keys = {
  me: ["me"],
  balance: ["balance"],
  catalog: ["catalog"],
  ledger: ["ledger"],
  generations: ["generations"],
  generation: (id: string) => ["generations", id],
  apiKeys: ["keys"],
  usage: ["usage"],
  admin: (...what: unknown[]) => ["admin", ...what],
} as const;

/** After anything that moves credits. */
export function creditsMoved(): Promise<unknown> {
  return Promise.all(
    [keys.me, keys.balance, keys.ledger, keys.generations, keys.usage].map((queryKey) =>
      queries.invalidateQueries({ queryKey }),
    ),
  );
}
