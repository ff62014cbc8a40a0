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

/** As Hosting does it: every address below /app is the console. */
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
    cssTarget: ["chrome123", "firefox120", "safari17.5"], // they know light-dark(), whose stand-in forgets nested schemes
    chunkSizeWarningLimit: 1600, // the reference's viewer, which nothing but /docs loads
    rollupOptions: { input: ["index.html", "app.html"] },
  },
  server: {
    host: "127.0.0.1",
    proxy: Object.fromEntries(["/v1", "/api", "/__"].map((path) => [path, address("hosting")])),
  },
});
