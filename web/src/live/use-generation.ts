import { useQuery } from "@tanstack/preact-query";
import { useEffect } from "preact/hooks";
import { api, body, type Generation } from "../api/client";
import { creditsMoved, keys, queries } from "../api/queries";
import { follow } from "./follow";
import { isFinal } from "./progress";
import { sources } from "./sources";

/**
 * Returns a generation, and follows it while it runs.
 *
 * It is `static` because it is followed until its end and never changes afterwards. A late answer to another request
 * must not overwrite it.
 */
export function useGeneration(id: string) {
  const query = useQuery({
    queryKey: keys.generation(id),
    queryFn: () => body(api.GET("/v1/generations/{id}", { params: { path: { id } } })),
    staleTime: "static",
  });
  const isRunning = query.data !== undefined && !isFinal(query.data);
  useEffect(() => {
    const known = queries.getQueryData<Generation>(keys.generation(id));
    if (!isRunning || !known) return;
    return follow(known, storeGeneration, sources);
  }, [id, isRunning]);
  return query;
}

/** Stores a generation from a list if it is not known yet or has ended. While it runs, its follower knows more. */
export function storeUnlessFollowed(generation: Generation): void {
  const key = keys.generation(generation.id);
  const known = queries.getQueryData<Generation>(key);
  if (!known || isFinal(generation)) queries.setQueryData(key, generation);
}

/** Stores a generation. If it has ended, its credits have moved, so the answers about credits are asked for again. */
export function storeGeneration(generation: Generation): void {
  queries.setQueryData(keys.generation(generation.id), generation);
  if (isFinal(generation)) creditsMoved();
}
