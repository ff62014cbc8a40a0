import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin, ViteDevServer } from "vite";

const ROOT = resolve(import.meta.dirname, "..");
const TEMPLATE = resolve(ROOT, "index.html");

interface Landing {
  language: "en" | "ru";
  file: string;
  address: string;
}

const PAGES: readonly Landing[] = [
  { language: "en", file: "index.html", address: "/" },
  { language: "ru", file: "ru.html", address: "/ru" },
];

/**
 * Builds the landing pages, `/` in English and `/ru` in Russian, from one template and a catalogue for each language.
 */
export function landing(): Plugin {
  const pages = new Map(PAGES.map((page) => [resolve(ROOT, page.file), page]));
  return {
    name: "landing",
    config: () => ({ build: { rollupOptions: { input: [...PAGES.map(({ file }) => file), "404.html"] } } }),
    resolveId: (id) => (pages.has(resolve(ROOT, id)) ? resolve(ROOT, id) : null),
    load(id) {
      const page = pages.get(id);
      return page ? written(page) : null;
    },
    configureServer: serve,
  };
}

/** Makes the pages anew at each request of the development server, so that a change shows at once. */
function serve(server: ViteDevServer): void {
  server.middlewares.use(async (request, response, next) => {
    const path = (request.url ?? "").replace(/[?#].*$/, "").replace(/(?<=.)\/$/, "");
    const page = PAGES.find(({ address }) => address === path);
    if (!page) return next();
    const html = await server.transformIndexHtml(page.address, written(page));
    response.setHeader("Content-Type", "text/html").end(html);
  });
}

function written({ language }: Landing): string {
  const catalogue = resolve(ROOT, `src/i18n/${language}/landing.json`);
  const words = JSON.parse(readFileSync(catalogue, "utf-8")) as Record<string, string>;
  return filled(readFileSync(TEMPLATE, "utf-8"), words).replace(
    '<html lang="en">',
    `<html lang="${language}">`,
  );
}

/**
 * Puts the words of a catalogue in place of each `{{landing.key}}`, as text without markup.
 *
 * Throws for a key without words.
 */
export function filled(template: string, words: Record<string, string>): string {
  return template.replace(/\{\{landing\.([\w.]+)\}\}/g, (_, key: string) => {
    const text = words[key];
    if (text === undefined) throw new Error(`the landing page's catalogue has no words for ${key}`);
    return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  });
}
