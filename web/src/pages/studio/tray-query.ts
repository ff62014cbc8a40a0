import { useQuery } from "@tanstack/preact-query";
import { api, body, type Generation } from "../../api/client";
import { queries } from "../../api/queries";
import { storeUnlessFollowed } from "../../live/use-generation";

const RECENT = 8;
/** The key is not below `generations`, because each card follows its generation and the list need not be read again. */
const KEY = ["studio", "tray"];

/** Returns the ids of the latest generations and of all that still run, the newest first. */
export function useTray() {
  return useQuery({ queryKey: KEY, queryFn: trayIds });
}

/** Puts a new generation at the top of the tray. */
export function putFirst(id: string): void {
  queries.setQueryData<string[]>(KEY, (ids = []) => [id, ...ids.filter((each) => each !== id)]);
}

async function trayIds(): Promise<string[]> {
  const found = (
    await Promise.all([page({ page_size: RECENT }), running("queued"), running("processing")])
  ).flat();
  found.forEach(storeUnlessFollowed);
  return newestFirst(found);
}

export function newestFirst(generations: Generation[]): string[] {
  const sorted = [...generations].sort(
    (one, other) => Date.parse(other.created_at) - Date.parse(one.created_at),
  );
  return [...new Set(sorted.map(({ id }) => id))];
}

const running = (status: "queued" | "processing") => page({ status });

async function page(query: { page_size?: number; status?: "queued" | "processing" }) {
  const { data } = await body(api.GET("/v1/generations", { params: { query } }));
  return data;
}
