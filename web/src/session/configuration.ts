import { watchedFetch } from "../api/connection";

export const VENDORS = ["google", "apple"] as const;
export type Vendor = (typeof VENDORS)[number];

/** Holds the settings of the project in `/console.json`, which Firebase does not tell by itself. */
export interface Configuration {
  /** The site key of reCAPTCHA Enterprise. It is empty if the project does not use App Check. */
  appCheckSiteKey: string;
  signInWith: readonly Vendor[];
}

/** Reads the settings. If there is no such file, nothing is turned on. Throws if no answer comes. */
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
