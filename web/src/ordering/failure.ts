import type { Generation } from "../api/client";
import type { Message } from "../i18n/catalogue";
import type { Translate } from "../i18n/i18n";

type Failure = NonNullable<Generation["error"]>;

/** Says why a generation failed: in the reader's language if the code is known, else in the model's own words. */
export function failureReason({ code, message }: Failure, t: Translate): string {
  const known = `studio.reason.${code}`;
  const words = t(known as Message);
  return words === known ? `${message.replace(/\.$/, "")}.` : words;
}
