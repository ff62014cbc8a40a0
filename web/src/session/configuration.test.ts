import { describe, expect, it } from "vitest";
import { configurationOf } from "./configuration";

const NOTHING = { appCheckSiteKey: "", signInWith: [] };

describe("what the project turned on", () => {
  it("is what the file says", () => {
    const file = { app_check_site_key: "6Lc", sign_in_with: ["apple", "google"] };
    expect(configurationOf(file)).toEqual({ appCheckSiteKey: "6Lc", signInWith: ["google", "apple"] });
  });

  it("is nothing where there is no file, or what it says is not known here", () => {
    expect(configurationOf(null)).toEqual(NOTHING);
    expect(configurationOf({ app_check_site_key: 3, sign_in_with: ["myspace"] })).toEqual(NOTHING);
  });
});
