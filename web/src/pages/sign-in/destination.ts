import { HOME, SIGN_IN } from "../../addresses";

const HERE = "https://here.invalid";

/** Returns the address to open after the sign-in. `?to=` may lead only to another page of the console. */
export function destination(to: string | undefined): string {
  if (!to || !URL.canParse(to, HERE)) return HOME;
  const { origin, pathname, search, searchParams, hash } = new URL(to, HERE);
  if (origin !== HERE || !pathname.startsWith("/app/")) return HOME;
  if (pathname === SIGN_IN) return destination(searchParams.get("to") ?? undefined);
  return pathname + search + hash;
}
