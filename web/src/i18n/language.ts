export const LANGUAGES = { en: "English", ru: "Русский" } as const;
export type Language = keyof typeof LANGUAGES;

const STORED = "language";

/** What was chosen here, else the first language of the browser that there is, else English. */
export function preferredLanguage(): Language {
  const wanted = [localStorage.getItem(STORED) ?? "", ...navigator.languages];
  const known = wanted.map((tag) => tag.slice(0, 2)).find((tag): tag is Language => tag in LANGUAGES);
  return known ?? "en";
}

export const hasChosenLanguage = (): boolean => localStorage.getItem(STORED) !== null;

export function rememberLanguage(language: Language): void {
  localStorage.setItem(STORED, language);
}
