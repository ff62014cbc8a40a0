import { useEffect, useState } from "preact/hooks";
import type { Catalog } from "../../api/client";
import { type Draft, EMPTY, filledFrom } from "./draft";

/** The draft, kept while this tab is open, for this user alone. */
export function useDraft(userId: string, catalog: Catalog) {
  const place = `studio.draft.${userId}`;
  const [draft, setDraft] = useState(() => filledFrom(catalog, remembered(place)));
  useEffect(() => sessionStorage.setItem(place, JSON.stringify(draft)), [place, draft]);
  return {
    draft,
    change: (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes })),
    fill: (filled: Draft) => setDraft(filledFrom(catalog, filled)),
  };
}

function remembered(place: string): Draft {
  const stored = sessionStorage.getItem(place);
  return stored ? { ...EMPTY, ...(JSON.parse(stored) as Partial<Draft>) } : EMPTY;
}
