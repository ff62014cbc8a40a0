import type { Generation } from "../api/client";

export interface Shape {
  width: number;
  height: number;
}

const SQUARE: Shape = { width: 1, height: 1 };

/** Of the output, or what the size that was asked for will give: `1024x1792`. */
export function shapeOf({ outputs, params }: Pick<Generation, "outputs" | "params">, number = 0): Shape {
  const output = outputs[number];
  if (output) return { width: output.width, height: output.height };
  return shapeOfSize(params.size);
}

export function shapeOfSize(size: string): Shape {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(size) ?? [];
  return Number(width) && Number(height) ? { width: Number(width), height: Number(height) } : SQUARE;
}
