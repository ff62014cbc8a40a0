import type { Generation } from "../../api/client";
import type { Message } from "../../i18n/catalogue";
import { type Translate, useI18n } from "../../i18n/i18n";

type Failure = NonNullable<Generation["error"]>;

export function useReason() {
  const { t } = useI18n();
  return (failure: Failure): string => reasonOf(failure, t);
}

/** Why it failed: in the reader's language where the code is known, else as the model said it. */
export function reasonOf({ code, message }: Failure, t: Translate): string {
  const known = `studio.reason.${code}`;
  const words = t(known as Message);
  return words === known ? `${message.replace(/\.$/, "")}.` : words;
}

/** `12 s`, `2 min 5 s`. Clocks differ: less than nothing is nothing. */
export function useSpan() {
  const { t } = useI18n();
  return (milliseconds: number): string => {
    const seconds = Math.max(0, Math.round(milliseconds / 1_000));
    if (seconds < 60) return t("studio.elapsed", { seconds });
    return t("studio.elapsed.minutes", { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
  };
}
