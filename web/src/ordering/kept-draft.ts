import { type Draft, EMPTY } from "./draft";

const placeOf = (userId: string) => `studio.draft.${userId}`;

/** Returns the draft that this tab keeps for a user, or an empty one if it keeps none. */
export function keptDraft(userId: string): Draft {
  const stored = sessionStorage.getItem(placeOf(userId));
  return stored ? { ...EMPTY, ...(JSON.parse(stored) as Partial<Draft>) } : EMPTY;
}

/** Keeps a draft for a user until the tab is closed. The studio begins with it. */
export function keepDraft(userId: string, draft: Draft): void {
  sessionStorage.setItem(placeOf(userId), JSON.stringify(draft));
}
