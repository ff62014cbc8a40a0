import type { Draft } from "../../ordering/draft";
import type { Order } from "../../ordering/order";

/** What the cards in the tray can ask the desk to do. */
export interface Actions {
  create: (draft: Draft) => void;
  sendAgain: (order: Order) => void;
  discard: (order: Order) => void;
  /** Fills the form in. */
  fill: (draft: Draft) => void;
  /** Puts words into the live region, which a screen reader reads out. */
  say: (words: string) => void;
}
