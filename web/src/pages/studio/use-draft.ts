import { useEffect, useState } from "preact/hooks";
import type { Catalog } from "../../api/client";
import { type Draft, filledFrom } from "../../ordering/draft";
import { keepDraft, keptDraft } from "../../ordering/kept-draft";

/** Holds the draft in the form. Each change is kept for this user until the tab is closed. */
export function useDraft(userId: string, catalog: Catalog) {
  const [draft, setDraft] = useState(() => filledFrom(catalog, keptDraft(userId)));
  useEffect(() => keepDraft(userId, draft), [userId, draft]);
  return {
    draft,
    change: (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes })),
    fill: (filled: Draft) => setDraft(filledFrom(catalog, filled)),
  };
}
