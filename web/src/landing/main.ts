import { hasChosenLanguage, rememberLanguage } from "../i18n/language";

const LANGUAGES = ["en", "ru"] as const;

const form = document.querySelector<HTMLFormElement>("#order");
const prompt = document.querySelector<HTMLTextAreaElement>("#prompt");

/** The code that makes a picture is fetched only when a visitor orders one, so that the page itself stays small. */
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const trial = await import("./trial").catch(() => null);
  if (trial) await trial.makePicture(prompt?.value.trim() ?? "");
  else sayOffline(form.dataset.offline ?? "");
});

function sayOffline(text: string): void {
  const [outcome, status] = ["outcome", "status"].map((id) => document.getElementById(id));
  outcome?.removeAttribute("hidden");
  if (status) status.textContent = text;
}

prompt?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form?.requestSubmit();
});

document.querySelector("#ideas")?.addEventListener("click", ({ target }) => {
  if (!(target instanceof HTMLButtonElement) || !prompt) return;
  prompt.value = target.textContent ?? "";
  prompt.focus();
});

for (const link of document.querySelectorAll<HTMLElement>("[data-language]")) {
  link.addEventListener("click", () => {
    const language = LANGUAGES.find((each) => each === link.dataset.language);
    if (language) rememberLanguage(language);
  });
}

// A visitor who came by a link to the page in Russian finds the console in Russian, too.
const here = LANGUAGES.find((each) => each === document.documentElement.lang);
if (here && here !== "en" && !hasChosenLanguage()) rememberLanguage(here);

for (const place of document.querySelectorAll("[data-origin]")) place.textContent = location.origin;
