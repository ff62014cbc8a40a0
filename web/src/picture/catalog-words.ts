import { useCallback } from "preact/hooks";
import type { Message } from "../i18n/catalogue";
import { useI18n } from "../i18n/i18n";

/** Returns a function that translates texts of the catalog. A text without a translation stays as it is. */
export function useCatalogWords(): (words: string) => string {
  const { t } = useI18n();
  return useCallback(
    (words) => {
      const message = `studio.catalog.${words}`;
      const translated = t(message as Message);
      return translated === message ? words : translated;
    },
    [t],
  );
}
