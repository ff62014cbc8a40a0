export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const STORED = "theme"; // theme.js reads it too, before anything is painted

const isTheme = (text: string | null): text is Theme => THEMES.some((theme) => theme === text);

export function chosenTheme(): Theme {
  const stored = localStorage.getItem(STORED);
  return isTheme(stored) ? stored : "system";
}

/** Shows it at once, and keeps it for the next time; `system` follows the device. */
export function chooseTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") {
    localStorage.removeItem(STORED);
    delete root.dataset.theme;
  } else {
    localStorage.setItem(STORED, theme);
    root.dataset.theme = theme;
  }
}
