import type { Generation, Me } from "../../api/client";
import { creditsMoved, keys, queries } from "../../api/queries";

/** Takes what an accepted generation costs from the balance on the page at once, then asks the API for the balance. */
export function showSpending({ held, charged }: Generation["cost"]): void {
  queries.setQueryData<Me>(
    keys.me,
    (me) =>
      me && {
        ...me,
        current_credits: me.current_credits - held - charged,
        held_credits: me.held_credits + held,
      },
  );
  creditsMoved();
}
