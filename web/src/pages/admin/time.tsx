import { useI18n } from "../../i18n/i18n";

/** Shows a moment, which programs can read from its attribute, too. */
export function Time({ at }: { at: string }) {
  const { moment } = useI18n();
  return (
    <time class="admin-time" dateTime={at}>
      {moment(at)}
    </time>
  );
}
