import { readFileSync } from "node:fs";
import preact from "@preact/preset-vite";
import { defineConfig, type Plugin } from "vite";
import { documentation } from "./build/docs.ts";
import { landing } from "./build/landing.ts";

interface FirebaseConfig {
  emulators: Record<"auth" | "firestore" | "hosting", { host: string; port: number }>;
}

const { emulators } = JSON.parse(readFileSync("../firebase.json", "utf-8")) as FirebaseConfig;
const people: unknown = JSON.parse(readFileSync("../tools/people.json", "utf-8"));
const address = (name: keyof typeof emulators) => `http://${emulators[name].host}:${emulators[name].port}`;

/** Serves the console at every address below /app, as Hosting does. */
const consoleRoutes: Plugin = {
  name: "console-routes",
  configureServer: ({ middlewares }) => {
    middlewares.use((request, _response, next) => {
      if (/^\/app(\/|$|\?)/.test(request.url ?? "")) request.url = "/app.html";
      next();
    });
  },
};

export default defineConfig({
  appType: "mpa",
  publicDir: "static",
  plugins: [preact({ devToolsEnabled: false }), consoleRoutes, landing(), documentation()],
  define: {
    LOCAL_STACK: JSON.stringify({ auth: address("auth"), firestore: emulators.firestore, people }),
  },
  build: {
    outDir: "../public",
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // These browsers know light-dark(). What the build would write for older ones ignores nested colour schemes.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // The largest chunk is the viewer of the reference, which only /docs loads.
    chunkSizeWarningLimit: 1600,
    rollupOptions: { input: ["index.html", "app.html"] },
  },
  server: {
    host: "127.0.0.1",
    proxy: Object.fromEntries(["/v1", "/api", "/__"].map((path) => [path, address("hosting")])),
  },
});
