import { useState } from "preact/hooks";
import type { Catalog } from "../../api/client";
import type { ApiError } from "../../api/problem";
import { keys, queries } from "../../api/queries";
import { ErrorNotice, Notice } from "../../design";
import { useI18n } from "../../i18n/i18n";
import type { Draft, Faults } from "../../ordering/draft";
import type { Order } from "../../ordering/order";
import { useSignedIn } from "../../session/session";
import { OrderForm } from "./form";
import { Tray } from "./tray";
import { useDraft } from "./use-draft";
import { useLike } from "./use-like";
import { useOrders } from "./use-orders";

/** Shows the form and the tray with its pictures side by side. */
export function Desk({ catalog }: { catalog: Catalog }) {
  const { t } = useI18n();
  const { user } = useSignedIn();
  const { draft, change, fill } = useDraft(user.uid, catalog);
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
    const wrong = faultsIn(error, t("studio.fault.gone"));
    if (!wrong) return false;
    queries.invalidateQueries({ queryKey: keys.catalog });
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

const OPTIONS: readonly string[] = ["model", "style", "color", "size"];

/** Returns the faults of a refusal by the fields of the form, or null if it is about no field. */
function faultsIn({ problem }: ApiError, gone: string): Faults | null {
  const faults: Record<string, string> = {};
  for (const { pointer, detail } of problem.errors ?? []) {
    const field = pointer.replace(/^\//, "");
    if (OPTIONS.includes(field)) faults[field] = gone;
    if (field === "prompt" || field === "seed") faults[field] = detail;
  }
  return Object.keys(faults).length > 0 ? faults : null;
}
