import { useQuery } from "@tanstack/preact-query";
import { useEffect } from "preact/hooks";
import { api, body, type Generation } from "../api/client";
import { creditsMoved, keys, queries } from "../api/queries";
import { follow } from "./follow";
import { isFinal } from "./progress";
import { sources } from "./sources";

/**
 * A generation, and what becomes of it while it runs.
 *
 * `static`: it is followed until it has ended and never changes afterwards, so nothing that is asked for on the side,
 * and could answer late, may overwrite it.
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

/** What another answer said of it; what is followed or has ended is known better. */
export function storeUnlessFollowed(generation: Generation): void {
  const key = keys.generation(generation.id);
  const known = queries.getQueryData<Generation>(key);
  if (!known || isFinal(generation)) queries.setQueryData(key, generation);
}

export function storeGeneration(generation: Generation): void {
  queries.setQueryData(keys.generation(generation.id), generation);
  if (isFinal(generation)) creditsMoved();
}
