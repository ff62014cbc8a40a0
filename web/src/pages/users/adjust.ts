export type Direction = "give" | "take";

export interface Adjustment {
  direction: Direction;
  amount: string;
  reason: string;
}

const CREDITS_MAX = 2 ** 31 - 1;

/** The credits that move, below zero where they are taken; undefined for what is no whole number above zero. */
export function signedCredits({ direction, amount }: Adjustment): number | undefined {
  const text = amount.trim();
  const credits = Number(text);
  if (!/^\d+$/.test(text) || credits < 1 || credits > CREDITS_MAX) return undefined;
  return direction === "give" ? credits : -credits;
}

export class IdempotencyKeys {
  private last: { content: string; key: string } | null = null;

  constructor(private readonly newKey: () => string = () => crypto.randomUUID()) {}

  /** The same key for the same content: a press that is repeated, because no answer came, moves credits once. */
  of(content: unknown): string {
    const text = JSON.stringify(content);
    if (this.last?.content !== text) this.last = { content: text, key: this.newKey() };
    return this.last.key;
  }
}
