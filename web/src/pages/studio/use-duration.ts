import { useI18n } from "../../i18n/i18n";

/**
 * Returns a function that writes milliseconds as `12 s` or `2 min 5 s`.
 *
 * The browser's clock may be behind the server's, so a duration below zero is written as zero.
 */
export function useDuration() {
  const { t } = useI18n();
  return (milliseconds: number): string => {
    const seconds = Math.max(0, Math.round(milliseconds / 1_000));
    if (seconds < 60) return t("studio.elapsed", { seconds });
    return t("studio.elapsed.minutes", { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
  };
}
