import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const DOCS = resolve(import.meta.dirname, "../../docs");

/**
 * Holds a problem as docs/problems/problems.json lists it.
 *
 * `charged` is null if nobody can know whether it cost anything.
 */
export interface Problem {
  code: string;
  title: string;
  status: number;
  retryable: boolean;
  charged: boolean | null;
}

export function markdownOf(name: string): string {
  return readFileSync(resolve(DOCS, name), "utf-8");
}

export function problems(): Problem[] {
  return JSON.parse(markdownOf("problems/problems.json")) as Problem[];
}
