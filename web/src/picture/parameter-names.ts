import { useCallback } from "preact/hooks";
import type { Message } from "../i18n/catalogue";
import { useI18n } from "../i18n/i18n";
import { useCatalogWords } from "./catalog-words";
import { namedAfter } from "./names";

/** Returns a function that names a parameter of a model: by its title, by words of ours, or after its key. */
export function useParameterNames(): (name: string, title?: string) => string {
  const { t } = useI18n();
  const words = useCatalogWords();
  return useCallback(
    (name, title) => {
      const message = `studio.param.${name}`;
      const known = t(message as Message);
      return words(title ?? (known === message ? namedAfter(name) : known));
    },
    [t, words],
  );
}
