import type { Generation } from "../api/client";

export interface Shape {
  width: number;
  height: number;
}

const SQUARE: Shape = { width: 1, height: 1 };

/**
 * Returns the shape of an output. If there is none yet, or its shape is not known, it is that of the ordered size, such
 * as `1024x1792`.
 */
export function shapeOf({ outputs, params }: Pick<Generation, "outputs" | "params">, number = 0): Shape {
  const output = outputs[number];
  if (output?.width && output.height) return { width: output.width, height: output.height };
  return shapeOfSize(params.size ?? "");
}

export function shapeOfSize(size: string): Shape {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(size) ?? [];
  return Number(width) && Number(height) ? { width: Number(width), height: Number(height) } : SQUARE;
}
