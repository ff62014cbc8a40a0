import createClient, { type Middleware } from "openapi-fetch";
import { watchedFetch } from "./connection";
import { ApiError, refusal } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Generation = Schemas["GenerationResource"];
export type Catalog = Schemas["CatalogResource"];
export type Entry = Schemas["EntryResource"];
export type Me = Schemas["MeResource"];

interface Credentials {
  token: () => Promise<string | null>;
  /** The API does not believe this token any more. */
  refused: () => Promise<void>;
}

let credentials: Credentials = { token: async () => null, refused: async () => {} };

/** The session says once how a request proves who is calling, and what happens when that is worth nothing. */
export function authorizeWith(given: Credentials): void {
  credentials = given;
}

let appToken: (() => Promise<string>) | undefined;

/** Where the project asks for App Check: how a request proves that it comes from this console. */
export function proveAppWith(token: () => Promise<string>): void {
  appToken = token;
}

/** For requests that do not come from here. Throws ApiError `app_check` where there is no token to be had. */
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
    // a late answer to whoever was signed in before says nothing about who is now
    const token = await credentials.token();
    if (token && request.headers.get("Authorization") === `Bearer ${token}`) await credentials.refused();
  },
};

export const api = createClient<paths>({ baseUrl: "", fetch: watchedFetch });
api.use(authorization);

/** The body of an answer. Throws ApiError: `const me = await body(api.GET("/v1/me"))`. */
export async function body<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call.catch((reason: unknown) => {
    if (reason instanceof ApiError) throw reason;
    throw new ApiError({ code: "offline" });
  });
  if (!response.ok) throw refusal(response.status, error);
  return data as T;
}
