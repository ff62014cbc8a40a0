import type { Schemas } from "../../api/client";

export type Grant = Schemas["GrantResource"];

/** Says whether the credits of a grant can be spent only later. They are not in the balance yet. */
export function isForLater({ effective_at }: Grant, now: number): boolean {
  return Date.parse(effective_at) > now;
}

/** Returns the grants that still have credits or will have some: the soonest to expire first, those without end last. */
export function standingGrants(grants: readonly Grant[], now: number): Grant[] {
  return grants
    .filter((grant) => grant.remaining > 0 || grant.held > 0 || isForLater(grant, now))
    .sort((one, other) => endOf(one) - endOf(other));
}

/** Returns milliseconds since 1970. A grant without an end has the largest number, so that two of them are equal. */
function endOf({ expires_at }: Grant): number {
  return expires_at === null ? Number.MAX_SAFE_INTEGER : Date.parse(expires_at);
}
