import { useEffect, useState } from "preact/hooks";
import type { Model } from "../../api/client";
import { type Draft, filledFrom } from "../../ordering/draft";
import { keepDraft, keptDraft } from "../../ordering/kept-draft";

/** Holds the draft in the form. Each change is kept for this user until the tab is closed. */
export function useDraft(userId: string, models: readonly Model[]) {
  const [draft, setDraft] = useState(() => filledFrom(models, keptDraft(userId)));
  useEffect(() => keepDraft(userId, draft), [userId, draft]);
  return {
    draft,
    change: (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes })),
    fill: (filled: Draft) => setDraft(filledFrom(models, filled)),
  };
}
