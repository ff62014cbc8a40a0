import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin, ViteDevServer } from "vite";
import { llms, llmsInFull } from "./llms.ts";
import { docsPages, type Page } from "./pages.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** The site serves these files beside its pages: copies of files in docs/, and texts that are written from docs/. */
const FILES: Record<string, () => string> = {
  "openapi.json": compact("openapi.json"),
  "postman_collection.json": compact("postman_collection.json"),
  "postman_environment_local.json": compact("postman_environment_local.json"),
  "postman_environment_deployed.json": compact("postman_environment_deployed.json"),
  "llms.txt": llms,
  "llms-full.txt": llmsInFull,
};

/** Builds the reference, the guide, the pages of the problems and llms.txt from docs/, so that web/ holds no copy. */
export function documentation(): Plugin {
  const found = () => new Map(docsPages().map((page) => [resolve(ROOT, page.file), page]));
  const pages = found();
  return {
    name: "documentation",
    config: () => ({ build: { rollupOptions: { input: [...pages.values()].map((page) => page.file) } } }),
    resolveId: (id) => (pages.has(resolve(ROOT, id)) ? resolve(ROOT, id) : null),
    load: (id) => pages.get(id)?.html ?? null,
    generateBundle() {
      for (const [fileName, source] of Object.entries(FILES)) {
        this.emitFile({ type: "asset", fileName, source: source() });
      }
    },
    configureServer: (server) => serve(server, () => [...found().values()]),
  };
}

/** Makes the pages anew at each request of the development server, so that a change in docs/ shows at once. */
function serve(server: ViteDevServer, pages: () => Page[]): void {
  server.middlewares.use(async (request, response, next) => {
    const path = (request.url ?? "").replace(/[?#].*$/, "").replace(/\/$/, "");
    const file = FILES[path.slice(1)];
    const page = path.startsWith("/docs") ? pages().find((each) => each.address === path) : undefined;
    if (file) return response.setHeader("Content-Type", contentType(path)).end(file());
    if (!page) return next();
    response.setHeader("Content-Type", "text/html").end(await server.transformIndexHtml(path, page.html));
  });
}

function contentType(path: string): string {
  return path.endsWith(".json") ? "application/json" : "text/plain; charset=utf-8";
}

function compact(name: string): () => string {
  return () => JSON.stringify(JSON.parse(readFileSync(resolve(ROOT, "../docs", name), "utf-8")));
}
