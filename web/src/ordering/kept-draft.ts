import { type Draft, EMPTY } from "./draft";

const placeOf = (userId: string) => `studio.draft.${userId}`;

/** Older versions of this page kept the options beside the prompt. */
type Kept = Partial<Draft> & { style?: string; color?: string; size?: string };

/** Returns the draft that this tab keeps for a user, or an empty one if it keeps none. */
export function keptDraft(userId: string): Draft {
  const stored = sessionStorage.getItem(placeOf(userId));
  return stored ? draftIn(JSON.parse(stored) as Kept) : EMPTY;
}

function draftIn({ style = "", color = "", size = "", ...kept }: Kept): Draft {
  return { ...EMPTY, params: { style, color, size }, ...kept };
}

/** Keeps a draft for a user until the tab is closed. The studio begins with it. */
export function keepDraft(userId: string, draft: Draft): void {
  sessionStorage.setItem(placeOf(userId), JSON.stringify(draft));
}
