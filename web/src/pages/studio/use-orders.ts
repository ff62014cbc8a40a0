import { useRef, useState } from "preact/hooks";
import type { Generation } from "../../api/client";
import { ApiError } from "../../api/problem";
import { learn } from "../../live/use-generation";
import type { Draft } from "./draft";
import { isSlip, newOrder, type Order, sendPatiently, spent } from "./order";
import { putFirst } from "./tray-query";

interface Outcome {
  accepted: (generation: Generation, order: Order) => void;
  /** Returns whether the form shows what is wrong, so that there is no need for a card. */
  refused: (error: ApiError, order: Order) => boolean;
}

/** The presses that the API has not accepted yet. */
export function useOrders({ accepted, refused }: Outcome) {
  const [orders, setOrders] = useState<readonly Order[]>([]);
  const last = useRef<Order>();
  const without = (key: string) => setOrders((all) => all.filter((each) => each.key !== key));
  const put = (order: Order) =>
    setOrders((all) =>
      all.some(({ key }) => key === order.key)
        ? all.map((each) => (each.key === order.key ? order : each))
        : [order, ...all],
    );

  const submit = async (order: Order) => {
    put({ ...order, state: "sending" });
    try {
      const generation = await sendPatiently(order);
      learn(generation);
      putFirst(generation.id);
      without(order.key);
      spent(order.price);
      accepted(generation, order);
    } catch (error) {
      const known = error instanceof ApiError ? error : new ApiError({ code: "unknown" });
      if (refused(known, order)) without(order.key);
      else put({ ...order, state: "refused", error: known });
    }
  };

  return {
    orders,
    place: (draft: Draft, price: number) => {
      if (isSlip(last.current, draft)) return last.current;
      const order = newOrder(draft, price);
      last.current = order;
      submit(order);
      return order;
    },
    sendAgain: submit,
    discard: (order: Order) => without(order.key),
  };
}
