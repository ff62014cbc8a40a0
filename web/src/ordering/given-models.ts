import type { Model } from "../api/client";

// These models are for tests only.
const options = (list: string, ...ids: string[]) => ({ type: "string", "x-catalog": list, enum: ids });

const COMMON = { description: "", prompt_max: 1000, expected_seconds: null } as const;

/** This model has options of the catalog only, as the models that Darkroom ships. */
export const PLAIN: Model = {
  ...COMMON,
  id: "Plain",
  kind: "text_to_image",
  is_default: true,
  parameters: {
    type: "object",
    properties: {
      style: options("styles", "sketch", "anime"),
      color: options("colors", "pastel"),
      size: options("sizes", "1024x1024", "512x512", "512x1024"),
    },
    required: ["style", "color", "size"],
  },
  prices: [
    { params: { size: "1024x1024" }, credits: 3, per: "request" },
    { params: { size: "512x512" }, credits: 1, per: "request" },
    { params: { size: "512x1024" }, credits: 4, per: "request" },
  ],
};

/** This model has parameters of its own. */
export const FILM: Model = {
  ...COMMON,
  id: "Film",
  kind: "text_to_video",
  is_default: true,
  prompt_max: 80,
  parameters: {
    type: "object",
    properties: {
      style: { ...options("styles", "anime"), default: "anime" },
      duration: { enum: [5, 10], default: 5, title: "Length" },
      resolution: { type: "string", enum: ["480p", "720p"] },
      num_images: { type: "integer", minimum: 1, maximum: 4, default: 1, description: "How many films." },
      guidance: { type: ["number", "null"], maximum: 1.5 },
      loop: { type: "boolean" },
      avoid: { type: "string", maxLength: 10 },
    },
    required: ["duration", "resolution"],
  },
  prices: [
    { params: { duration: 5, resolution: "480p" }, credits: 4, per: "output" },
    { params: { duration: 5, resolution: "720p" }, credits: 6, per: "output" },
    { params: { duration: 10, resolution: "480p" }, credits: 9, per: "request" },
  ],
};
