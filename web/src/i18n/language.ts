export const LANGUAGES = { en: "English", ru: "Русский" } as const;
export type Language = keyof typeof LANGUAGES;

const STORED = "language";

/**
 * Returns the language that was chosen in this browser, else the first one of the browser that we have, else English.
 */
export function preferredLanguage(): Language {
  const wanted = [localStorage.getItem(STORED) ?? "", ...navigator.languages];
  const known = wanted.map((tag) => tag.slice(0, 2)).find((tag): tag is Language => tag in LANGUAGES);
  return known ?? "en";
}

export const hasChosenLanguage = (): boolean => localStorage.getItem(STORED) !== null;

export function rememberLanguage(language: Language): void {
  localStorage.setItem(STORED, language);
}
