export type Direction = "give" | "take";

export interface Adjustment {
  direction: Direction;
  amount: string;
  reason: string;
}

const CREDITS_MAX = 2 ** 31 - 1;

/** Returns the credits to add, negative if they are taken, or undefined if the amount is no whole number above zero. */
export function signedCredits({ direction, amount }: Adjustment): number | undefined {
  const text = amount.trim();
  const credits = Number(text);
  if (!/^\d+$/.test(text) || credits < 1 || credits > CREDITS_MAX) return undefined;
  return direction === "give" ? credits : -credits;
}

export class IdempotencyKeys {
  private last: { content: string; key: string } | null = null;

  constructor(private readonly newKey: () => string = () => crypto.randomUUID()) {}

  /**
   * Returns the same key for the same content, so that a press repeated for want of an answer moves credits only once.
   */
  of(content: unknown): string {
    const text = JSON.stringify(content);
    if (this.last?.content !== text) this.last = { content: text, key: this.newKey() };
    return this.last.key;
  }
}
