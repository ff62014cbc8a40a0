import { QueryClient } from "@tanstack/preact-query";
import { ApiError } from "./problem";

const TRIES = 2;

/**
 * Remembers the answers of the API for all pages.
 *
 * Code that changes something invalidates the answers it made wrong.
 */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // With any other mode no request is sent after the browser has said that its network is gone.
      networkMode: "always",
      refetchOnReconnect: true,
      retry: (count, error) => count < TRIES && error instanceof ApiError && error.retryable,
      staleTime: 10_000,
    },
    mutations: { networkMode: "always" },
  },
});

/** The names under which answers are remembered. Invalidating a name also invalidates all names that begin with it. */
export const keys = {
  me: ["me"],
  balance: ["balance"],
  catalog: ["catalog"],
  models: ["models"],
  ledger: ["ledger"],
  generations: ["generations"],
  generation: (id: string) => ["generations", id],
  apiKeys: ["keys"],
  usage: ["usage"],
  admin: (...what: unknown[]) => ["admin", ...what],
} as const;

/** Asks again for every answer that shows credits. It is called after anything that moves credits. */
export function creditsMoved(): Promise<unknown> {
  return Promise.all(
    [keys.me, keys.balance, keys.ledger, keys.generations, keys.usage].map((queryKey) =>
      queries.invalidateQueries({ queryKey }),
    ),
  );
}
