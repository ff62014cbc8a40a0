export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

// static/theme.js reads the same key before anything is painted.
const STORED = "theme";

const isTheme = (text: string | null): text is Theme => THEMES.some((theme) => theme === text);

export function chosenTheme(): Theme {
  const stored = localStorage.getItem(STORED);
  return isTheme(stored) ? stored : "system";
}

/** Shows a theme at once, and keeps it in this browser. `system` follows the device. */
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
