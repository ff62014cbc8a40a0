import { useRef, useState } from "preact/hooks";
import type { Generation } from "../../api/client";
import { ApiError } from "../../api/problem";
import { storeUnlessFollowed } from "../../live/use-generation";
import type { Draft } from "../../ordering/draft";
import { isDoublePress, newOrder, type Order, sendPatiently } from "../../ordering/order";
import { showSpending } from "./spending";
import { putFirst } from "./tray-query";

interface Outcome {
  accepted: (generation: Generation, order: Order) => void;
  /** Returns true if the form shows what is wrong, because then the order needs no card. */
  refused: (error: ApiError, order: Order) => boolean;
}

/** Sends orders, and holds those that the API has not accepted yet. */
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
      storeUnlessFollowed(generation);
      putFirst(generation.id);
      without(order.key);
      showSpending(generation.cost);
      accepted(generation, order);
    } catch (error) {
      const known = error instanceof ApiError ? error : new ApiError({ code: "unknown" });
      if (refused(known, order)) without(order.key);
      else put({ ...order, state: "refused", error: known });
    }
  };

  return {
    orders,
    place: (draft: Draft) => {
      if (isDoublePress(last.current, draft)) return last.current;
      const order = newOrder(draft);
      last.current = order;
      submit(order);
      return order;
    },
    sendAgain: submit,
    discard: (order: Order) => without(order.key),
  };
}
