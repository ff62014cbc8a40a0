import { useCallback } from "preact/hooks";
import type { Message } from "../i18n/catalogue";
import { useI18n } from "../i18n/i18n";

/** What the catalog says, in the reader's language where that is known; as it stands there where it is not. */
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
