import { api, body, type Schemas } from "../../api/client";

export type Key = Schemas["KeyResource"];
export type IssuedKey = Schemas["IssuedKeyResource"];
export type Scope = Schemas["Scope"];

export const SCOPES = ["generations:write", "generations:read", "balance:read"] as const;
/** Only admins can give these scopes, and they work only while the owner of the key is an admin. */
export const ADMIN_SCOPES = ["users:act", "keys:read", "keys:write", "admin:read", "admin:write"] as const;

export const ALL_SCOPES: readonly Scope[] = [...SCOPES, ...ADMIN_SCOPES];

export const isScope = (text: string): text is Scope => ALL_SCOPES.some((scope) => scope === text);

/** The action that the user has chosen, and its key. */
export type Intent = { to: "create" } | { to: "change" | "rotate" | "revoke"; key: Key };

export type KeyState = "active" | "expired" | "revoked";

export function keyState(key: Key): KeyState {
  if (key.is_active) return "active";
  return key.revoked_at ? "revoked" : "expired";
}

export const readKeys = () => body(api.GET("/v1/keys"));
