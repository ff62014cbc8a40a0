import { useI18n } from "../../i18n/i18n";

/** A moment, as a machine can read it too. */
export function Time({ at }: { at: string }) {
  const { moment } = useI18n();
  return (
    <time class="admin-time" dateTime={at}>
      {moment(at)}
    </time>
  );
}
