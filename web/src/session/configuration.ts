import { watchedFetch } from "../api/connection";

export const VENDORS = ["google", "apple"] as const;
export type Vendor = (typeof VENDORS)[number];

/** What `/console.json` says of the project beyond what Firebase tells by itself. */
export interface Configuration {
  /** Of reCAPTCHA Enterprise; empty where App Check is not used. */
  appCheckSiteKey: string;
  signInWith: readonly Vendor[];
}

/** Without such a file nothing is turned on. Throws where nobody answers. */
export async function configuration(): Promise<Configuration> {
  const answer = await watchedFetch("/console.json");
  return configurationOf(answer.ok ? await answer.json().catch(() => null) : null);
}

export function configurationOf(file: unknown): Configuration {
  const { app_check_site_key: key, sign_in_with: vendors } = (file ?? {}) as Record<string, unknown>;
  return {
    appCheckSiteKey: typeof key === "string" ? key : "",
    signInWith: VENDORS.filter((vendor) => Array.isArray(vendors) && vendors.includes(vendor)),
  };
}
