import { expect, it } from "vitest";
import { FILM, PLAIN } from "../ordering/given-models";
import { trialDraft } from "./trial-draft";

it.each([
  [9, "1024x1024"],
  [2, "512x512"],
  [0, "1024x1024"],
])("with %i credits the size of a trial is %s", (credits, size) => {
  expect(trialDraft(PLAIN, "A cake", credits)).toMatchObject({
    prompt: "A cake",
    model: "Plain",
    params: { color: "pastel", size },
    seed: "",
  });
});

it("a trial of a model with other parameters takes its defaults, and what the credits pay for", () => {
  expect(trialDraft(FILM, "A cake", 7).params).toEqual({
    style: "anime",
    duration: 5,
    resolution: "720p",
    num_images: 1,
  });
});
