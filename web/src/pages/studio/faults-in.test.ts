import { expect, it } from "vitest";
import { ApiError } from "../../api/problem";
import type { Translate } from "../../i18n/i18n";
import { FILM, PLAIN } from "../../ordering/given-models";
import { faultsIn } from "./faults-in";

const t: Translate = (message) => message;
const refusal = (...errors: { pointer: string; detail: string; allowed: string[] }[]) =>
  new ApiError({ code: "invalid_request", errors });

it.each([
  ["a parameter in its place", PLAIN, "/params/size", { "/params/size": "studio.fault.gone" }],
  ["a parameter that stands beside them", PLAIN, "/size", { "/params/size": "studio.fault.gone" }],
  ["the model", PLAIN, "/model", { "/model": "studio.fault.gone" }],
  ["a parameter that the form does not have", FILM, "/params/size", null],
  ["something that is no field", FILM, "/metadata", null],
])("a refusal is shown at the field: %s", (_case, model, pointer, faults) => {
  expect(faultsIn(refusal({ pointer, detail: "Invalid", allowed: ["a"] }), model, t)).toEqual(faults);
});

it("a fault that is not about what is on offer is told in the words of the API", () => {
  const wrong = refusal(
    { pointer: "/prompt", detail: "too long", allowed: [] },
    { pointer: "/params/num_images", detail: "5 is greater than the maximum of 4", allowed: [] },
  );
  expect(faultsIn(wrong, FILM, t)).toEqual({
    "/prompt": "too long",
    "/params/num_images": "5 is greater than the maximum of 4",
  });
});

it("a refusal without faults is shown at no field", () => {
  expect(faultsIn(new ApiError({ code: "insufficient_credits" }), PLAIN, t)).toBeNull();
});
