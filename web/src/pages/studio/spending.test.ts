import { expect, test } from "vitest";
import type { Me } from "../../api/client";
import { keys, queries } from "../../api/queries";
import { showSpending } from "./spending";

test.each([
  ["still held", { price: 3, held: 3, charged: 0, refunded: 0 }, { current_credits: 7, held_credits: 4 }],
  [
    "already charged",
    { price: 3, held: 0, charged: 3, refunded: 0 },
    { current_credits: 7, held_credits: 1 },
  ],
  [
    "already refunded",
    { price: 3, held: 0, charged: 0, refunded: 3 },
    { current_credits: 10, held_credits: 1 },
  ],
])("the balance on the page loses what the API says that the order cost: %s", (_case, cost, balance) => {
  queries.setQueryData(keys.me, { current_credits: 10, held_credits: 1 } as Me);
  showSpending(cost);
  expect(queries.getQueryData(keys.me)).toMatchObject(balance);
});

test("no balance is made up while none is known", () => {
  queries.clear();
  showSpending({ price: 3, held: 3, charged: 0, refunded: 0 });
  expect(queries.getQueryData(keys.me)).toBeUndefined();
});
