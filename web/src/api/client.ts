import createClient, { type Middleware } from "openapi-fetch";
import { watchedFetch } from "./connection";
import { ApiError, refusal } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Generation = Schemas["GenerationResource"];
export type Catalog = Schemas["CatalogResource"];
export type Model = Schemas["ModelResource"];
export type Entry = Schemas["EntryResource"];
export type Me = Schemas["MeResource"];

interface Credentials {
  token: () => Promise<string | null>;
  /** Is called when the API refuses the current token. */
  refused: () => Promise<void>;
}

let credentials: Credentials = { token: async () => null, refused: async () => {} };

/** Sets where requests get their token from, and what happens when the API refuses it. The session calls this once. */
export function authorizeWith(given: Credentials): void {
  credentials = given;
}

let appToken: (() => Promise<string>) | undefined;

/** Sets where requests get their App Check token from. It is called only in projects that ask for App Check. */
export function proveAppWith(token: () => Promise<string>): void {
  appToken = token;
}

/**
 * Returns an App Check token, or undefined if the project does not ask for one.
 *
 * It is exported for requests that do not go through `api`. Throws ApiError `app_check` if no token can be had.
 */
export async function appCheckToken(): Promise<string | undefined> {
  return appToken?.().catch(() => {
    throw new ApiError({ code: "app_check" });
  });
}

const authorization: Middleware = {
  async onRequest({ request }) {
    const token = request.headers.has("Authorization") ? null : await credentials.token();
    if (token) request.headers.set("Authorization", `Bearer ${token}`);
    const proof = await appCheckToken();
    if (proof) request.headers.set("X-Firebase-AppCheck", proof);
    return request;
  },
  async onResponse({ request, response }) {
    if (response.status !== 401) return;
    // A late answer to a request of the user before says nothing about the user who is signed in now.
    const token = await credentials.token();
    if (token && request.headers.get("Authorization") === `Bearer ${token}`) await credentials.refused();
  },
};

export const api = createClient<paths>({ baseUrl: "", fetch: watchedFetch });
api.use(authorization);

/** Returns the body of an answer, as in `const me = await body(api.GET("/v1/me"))`. Throws ApiError. */
export async function body<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call.catch((reason: unknown) => {
    if (reason instanceof ApiError) throw reason;
    throw new ApiError({ code: "offline" });
  });
  if (!response.ok) throw refusal(response.status, error);
  return data as T;
}
