import { useQuery } from "@tanstack/preact-query";
import { api, body, type Catalog, type Model } from "../../api/client";
import { keys } from "../../api/queries";
import { Button, ButtonLink } from "../../design";
import { useI18n } from "../../i18n/i18n";
import type { Draft } from "../../ordering/draft";
import { fieldsOf, type Params } from "../../ordering/fields";
import type { Order } from "../../ordering/order";
import { affordable, changedBy, priceOf } from "../../ordering/prices";
import { namedAfter, useCatalogWords, useParameterNames } from "../../picture";

interface Funds {
  /** The price of the draft, or undefined if its model lists none for it. */
  price: number | undefined;
  /** The credits that are left, without the price of orders that are being sent. It is undefined until it is known. */
  available: number | undefined;
  isShort: boolean;
}

export function useFunds(models: readonly Model[], draft: Draft, orders: readonly Order[]): Funds {
  const { data: me } = useQuery({ queryKey: keys.me, queryFn: () => body(api.GET("/v1/me")) });
  const priceOfDraft = (each: Draft) => {
    const model = models.find(({ id }) => id === each.model);
    return model && priceOf(model, each.params);
  };
  const price = priceOfDraft(draft);
  const underWay = orders
    .filter(({ state }) => state === "sending")
    .reduce((sum, each) => sum + (priceOfDraft(each.draft) ?? 0), 0);
  const available = me && me.current_credits - underWay;
  return { price, available, isShort: available !== undefined && price !== undefined && available < price };
}

interface CostProps {
  catalog: Catalog;
  model: Model | undefined;
  params: Params;
  funds: Funds;
  onParams: (params: Params) => void;
}

/** Says before the order what it costs and what will be left, or what to do if there are not enough credits. */
export function Cost({ funds: { price, available, isShort }, model, ...rest }: CostProps) {
  const { t } = useI18n();
  return (
    <div class="studio-cost">
      <p id="studio-cost" role="status">
        {price === undefined && model && t("studio.cost.unknown")}
        {price !== undefined && available === undefined && t("studio.cost.alone", { price })}
        {price !== undefined &&
          available !== undefined &&
          (isShort
            ? t("studio.short", { price, available })
            : t("studio.cost", { price, left: available - price }))}
      </p>
      {available !== undefined && isShort && (
        <NotEnoughCredits available={available} model={model} {...rest} />
      )}
    </div>
  );
}

interface NotEnoughCreditsProps extends Omit<CostProps, "funds"> {
  available: number;
}

/** Offers the cheapest choice that the credits pay for, and the way to more credits. */
function NotEnoughCredits({ catalog, model, params, available, onParams }: NotEnoughCreditsProps) {
  const { t } = useI18n();
  const inWords = useChoiceInWords(catalog, model);
  const cheaper = model && affordable(model, params, available)[0];
  return (
    <div class="row">
      {cheaper && (
        <Button onClick={() => onParams(cheaper.params)}>
          {t("studio.short.cheaper", {
            size: inWords(changedBy(cheaper.params, params)),
            price: cheaper.price,
          })}
        </Button>
      )}
      <ButtonLink href="/app/credits">{t("studio.short.credits")}</ButtonLink>
    </div>
  );
}

/** Returns a function that names a choice: a size by its name in the catalog, and others as “Duration: 5”. */
function useChoiceInWords(catalog: Catalog, model: Model | undefined): (params: Params) => string {
  const words = useCatalogWords();
  const named = useParameterNames();
  const titles = new Map(model && fieldsOf(model).map(({ name, title }) => [name, title]));
  const one = ([name, value]: [string, Params[string]]) => {
    const size = name === "size" && catalog.sizes.find(({ id }) => id === value);
    if (size) return words(size.display_name);
    return `${named(name, titles.get(name))}: ${typeof value === "string" ? namedAfter(value) : value}`;
  };
  return (params) => Object.entries(params).map(one).join(", ");
}
