import { describe, expect, it } from "vitest";
import { configurationOf } from "./configuration";

const NOTHING = { appCheckSiteKey: "", signInWith: [] };

describe("the configuration of the project", () => {
  it("is read from the file", () => {
    const file = { app_check_site_key: "6Lc", sign_in_with: ["apple", "google"] };
    expect(configurationOf(file)).toEqual({ appCheckSiteKey: "6Lc", signInWith: ["google", "apple"] });
  });

  it("turns nothing on if there is no file, or if its values are not known here", () => {
    expect(configurationOf(null)).toEqual(NOTHING);
    expect(configurationOf({ app_check_site_key: 3, sign_in_with: ["myspace"] })).toEqual(NOTHING);
  });
});
