import { useRef } from "preact/hooks";
import type { Catalog } from "../../api/client";
import { Empty, ErrorNotice, Skeleton } from "../../design";
import { useI18n } from "../../i18n/i18n";
import type { Order } from "../../ordering/order";
import type { Actions } from "./actions";
import { GenerationCard } from "./card";
import { OrderCard } from "./order-card";
import { useTray } from "./tray-query";

interface TrayProps {
  catalog: Catalog;
  orders: readonly Order[];
  /** The key of the latest order, or the id of its generation. Its card gets the focus. */
  fresh: string | undefined;
  actions: Actions;
}

export function Tray({ catalog, orders, fresh, actions }: TrayProps) {
  const { t } = useI18n();
  const tray = useTray();
  const heading = useRef<HTMLHeadingElement>(null);
  const discard = (order: Order) => {
    actions.discard(order);
    heading.current?.focus();
  };
  const ids = tray.data ?? [];
  const isEmpty = tray.data !== undefined && ids.length + orders.length === 0;
  return (
    <section class="studio-tray" aria-labelledby="studio-tray">
      <header class="row">
        <h2 id="studio-tray" ref={heading} tabIndex={-1}>
          {t("studio.tray")}
        </h2>
        {ids.length > 0 && <a href="/app/gallery">{t("studio.tray.all")}</a>}
      </header>
      {tray.error && !tray.data && <ErrorNotice error={tray.error} retry={() => tray.refetch()} />}
      {tray.isPending && <Skeleton lines={2} tall />}
      {isEmpty && <Empty title={t("studio.empty.title")}>{t("studio.empty.lead")}</Empty>}
      <ul class="studio-cards">
        {orders.map((order) => (
          <li key={order.key}>
            <OrderCard order={order} isFresh={order.key === fresh} actions={{ ...actions, discard }} />
          </li>
        ))}
        {ids.map((id) => (
          <li key={id}>
            <GenerationCard id={id} catalog={catalog} isFresh={id === fresh} actions={actions} />
          </li>
        ))}
      </ul>
    </section>
  );
}
