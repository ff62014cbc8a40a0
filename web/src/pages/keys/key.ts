import { api, body, type Schemas } from "../../api/client";

export type Key = Schemas["KeyResource"];
export type IssuedKey = Schemas["IssuedKeyResource"];
export type Scope = Schemas["Scope"];

export const SCOPES = ["generations:write", "generations:read", "balance:read"] as const;
/** Only an admin gives them, and they count only as long as the key's owner is one. */
export const ADMIN_SCOPES = ["users:act", "keys:read", "keys:write", "admin:read", "admin:write"] as const;

export const ALL_SCOPES: readonly Scope[] = [...SCOPES, ...ADMIN_SCOPES];

export const isScope = (text: string): text is Scope => ALL_SCOPES.some((scope) => scope === text);

/** What the page is about to do, with which key. */
export type Intent = { to: "create" } | { to: "change" | "rotate" | "revoke"; key: Key };

export type KeyState = "active" | "expired" | "revoked";

export function keyState(key: Key): KeyState {
  if (key.is_active) return "active";
  return key.revoked_at ? "revoked" : "expired";
}

export const readKeys = () => body(api.GET("/v1/keys"));
