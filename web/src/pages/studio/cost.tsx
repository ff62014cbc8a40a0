import { useQuery } from "@tanstack/preact-query";
import { api, body, type Catalog } from "../../api/client";
import { keys } from "../../api/queries";
import { Button, ButtonLink } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { affordableSize, type Draft, priceOf } from "../../ordering/draft";
import type { Order } from "../../ordering/order";
import { useCatalogWords } from "../../picture";

interface Funds {
  price: number;
  /** The credits that are left, without the price of orders that are being sent. It is undefined until it is known. */
  available: number | undefined;
  isShort: boolean;
}

export function useFunds(catalog: Catalog, draft: Draft, orders: readonly Order[]): Funds {
  const { data: me } = useQuery({ queryKey: keys.me, queryFn: () => body(api.GET("/v1/me")) });
  const price = priceOf(catalog, draft.size);
  const underWay = orders
    .filter(({ state }) => state === "sending")
    .reduce((sum, each) => sum + priceOf(catalog, each.draft.size), 0);
  const available = me && me.current_credits - underWay;
  return { price, available, isShort: available !== undefined && available < price };
}

interface CostProps {
  catalog: Catalog;
  funds: Funds;
  onSize: (size: string) => void;
}

/** Says before the order what it costs and what will be left, or what to do if there are not enough credits. */
export function Cost({ catalog, funds: { price, available, isShort }, onSize }: CostProps) {
  const { t } = useI18n();
  return (
    <div class="studio-cost">
      <p id="studio-cost" role="status">
        {available === undefined && t("studio.cost.alone", { price })}
        {available !== undefined && !isShort && t("studio.cost", { price, left: available - price })}
        {available !== undefined && isShort && t("studio.short", { price, available })}
      </p>
      {available !== undefined && isShort && (
        <NotEnoughCredits catalog={catalog} available={available} onSize={onSize} />
      )}
    </div>
  );
}

interface NotEnoughCreditsProps {
  catalog: Catalog;
  available: number;
  onSize: (size: string) => void;
}

function NotEnoughCredits({ catalog, available, onSize }: NotEnoughCreditsProps) {
  const { t } = useI18n();
  const words = useCatalogWords();
  const size = affordableSize(catalog, available);
  return (
    <div class="row">
      {size && (
        <Button onClick={() => onSize(size.id)}>
          {t("studio.short.cheaper", { size: words(size.display_name), price: size.credit_cost })}
        </Button>
      )}
      <ButtonLink href="/app/credits">{t("studio.short.credits")}</ButtonLink>
    </div>
  );
}
