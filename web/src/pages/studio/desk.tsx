import { useState } from "preact/hooks";
import type { Catalog, Model } from "../../api/client";
import type { ApiError } from "../../api/problem";
import { keys, queries } from "../../api/queries";
import { ErrorNotice, Notice } from "../../design";
import { useI18n } from "../../i18n/i18n";
import type { Draft, Faults } from "../../ordering/draft";
import type { Order } from "../../ordering/order";
import { useSignedIn } from "../../session/session";
import { faultsIn } from "./faults-in";
import { OrderForm } from "./form";
import { Tray } from "./tray";
import { useDraft } from "./use-draft";
import { useLike } from "./use-like";
import { useOrders } from "./use-orders";

/** Shows the form and the tray with its pictures side by side. */
export function Desk({ catalog, models }: { catalog: Catalog; models: readonly Model[] }) {
  const { t } = useI18n();
  const { user } = useSignedIn();
  const { draft, change, fill } = useDraft(user.uid, models);
  const [faults, setFaults] = useState<Faults>({});
  const [said, say] = useState("");
  const [fills, setFills] = useState(0);
  const [fresh, setFresh] = useState<string>();
  const show = (filled: Draft, wrong: Faults = {}) => {
    fill(filled);
    setFaults(wrong);
  };
  const fillFrom = (filled: Draft) => {
    show(filled);
    setFills((times) => times + 1);
    say(t("studio.like.filled"));
  };
  const like = useLike(fillFrom);
  const refused = (error: ApiError, order: Order) => {
    const model = models.find(({ id }) => id === order.draft.model);
    const wrong = faultsIn(error, model, t);
    if (error.code === "invalid_request") offersMayHaveChanged();
    if (!wrong) return false;
    show(order.draft, wrong);
    return true;
  };
  const accepted = ({ id, prompt }: { id: string; prompt: string }, order: Order) => {
    setFresh((before) => (before === order.key ? id : before));
    say(t("studio.said.sent", { prompt }));
  };
  const { orders, place, sendAgain, discard } = useOrders({ accepted, refused });
  const create = (wanted: Draft) => setFresh(place(wanted).key);
  const actions = {
    create,
    sendAgain: (order: Order) => {
      setFresh(order.key);
      sendAgain(order);
    },
    discard,
    fill: fillFrom,
    say,
  };
  return (
    <>
      {like && <LikeFault error={like} />}
      <div class="studio-desk">
        <OrderForm
          catalog={catalog}
          models={models}
          draft={draft}
          change={change}
          faults={faults}
          setFaults={setFaults}
          fills={fills}
          orders={orders}
          create={create}
        />
        <Tray catalog={catalog} orders={orders} fresh={fresh} actions={actions} />
      </div>
      <p class="visually-hidden" role="status">
        {said}
      </p>
    </>
  );
}

function LikeFault({ error }: { error: ApiError }) {
  const { t } = useI18n();
  if (error.code !== "generation_not_found") return <ErrorNotice error={error} />;
  return <Notice tone="warn">{t("studio.like.missing")}</Notice>;
}

function offersMayHaveChanged() {
  for (const queryKey of [keys.catalog, keys.models]) queries.invalidateQueries({ queryKey });
}
