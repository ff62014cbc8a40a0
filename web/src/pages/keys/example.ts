import type { IssuedKey } from "./key";

/**
 * Returns a command for a terminal that tries the key and costs nothing.
 *
 * Returns undefined if the key has no right to anything that is free.
 */
export function exampleOf({ scopes, key }: IssuedKey, origin: string): string | undefined {
  const authorization = `-H "Authorization: Bearer ${key}"`;
  const get = (path: string) => `curl ${authorization} ${origin}${path}`;
  if (scopes.includes("balance:read")) return get("/v1/balance");
  if (scopes.includes("generations:read")) return get("/v1/generations");
  if (scopes.includes("generations:write")) return quote(authorization, origin);
  if (scopes.includes("admin:read")) return get("/v1/admin/queue");
  return undefined;
}

const QUOTED = {
  model: "Model A",
  style: "watercolor",
  color: "pastel",
  size: "512x512",
  prompt: "A lighthouse at dusk",
  validate_only: true,
};

function quote(authorization: string, origin: string): string {
  return `curl ${authorization} -H "Content-Type: application/json" -d '${JSON.stringify(QUOTED)}' ${origin}/v1/generations`;
}
