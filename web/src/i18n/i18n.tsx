import IntlMessageFormat, { type PrimitiveType } from "intl-messageformat";
import { type ComponentChildren, createContext } from "preact";
import { useCallback, useContext, useEffect, useMemo, useState } from "preact/hooks";
import type { Catalogue, Message } from "./catalogue";
import { type Language, preferredLanguage, rememberLanguage } from "./language";
import { isolated } from "./typed";

export type Values = Record<string, PrimitiveType>;
export type Translate = (message: Message, values?: Values) => string;

export interface I18n {
  language: Language;
  setLanguage: (language: Language) => void;
  t: Translate;
  /** Writes a number as the language does, such as 12,345. */
  number: (value: number) => string;
  /** Writes the day and the time of a moment, in the time zone of the reader. */
  moment: (iso: string) => string;
  /** Writes the day of a moment without the time. */
  day: (iso: string) => string;
}

const CATALOGUES: Record<Language, () => Promise<{ default: Catalogue }>> = {
  en: () => import("./en"),
  ru: () => import("./ru"),
};

const I18nContext = createContext<I18n | null>(null);

export function useI18n(): I18n {
  const found = useContext(I18nContext);
  if (!found) throw new Error("there is no I18nProvider around this");
  return found;
}

/** Provides the texts. It shows nothing until they are loaded, so that no page flashes in the wrong language. */
export function I18nProvider({ children }: { children: ComponentChildren }) {
  const [language, setLanguage] = useState(preferredLanguage);
  const [loaded, setLoaded] = useState<{ language: Language; catalogue: Catalogue } | null>(null);
  useEffect(() => {
    CATALOGUES[language]().then(({ default: catalogue }) => setLoaded({ language, catalogue }));
    document.documentElement.lang = language;
  }, [language]);
  const choose = useCallback((chosen: Language) => {
    rememberLanguage(chosen);
    setLanguage(chosen);
  }, []);
  const i18n = useMemo(
    () => loaded && { ...wordsIn(loaded.language, loaded.catalogue), setLanguage: choose },
    [loaded, choose],
  );
  return i18n && <I18nContext.Provider value={i18n}>{children}</I18nContext.Provider>;
}

export function wordsIn(language: Language, catalogue: Catalogue): Omit<I18n, "setLanguage"> {
  const formats = new Map<string, IntlMessageFormat>();
  const number = new Intl.NumberFormat(language);
  const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const day = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  const t: Translate = (message, values) => {
    const format = formats.get(message) ?? new IntlMessageFormat(text(catalogue, message), language);
    formats.set(message, format);
    return String(format.format(values && mapped(values)));
  };
  return {
    language,
    t,
    number: (value) => number.format(value),
    moment: (iso) => moment.format(new Date(iso)),
    day: (iso) => day.format(new Date(iso)),
  };
}

function mapped(values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, isolated(value)]));
}

function text(catalogue: Catalogue, message: Message): string {
  const [room = "", ...rest] = message.split(".");
  const words: Record<string, string> | undefined = (catalogue as Record<string, Record<string, string>>)[
    room
  ];
  return words?.[rest.join(".")] ?? message;
}
