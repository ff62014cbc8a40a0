import type { Model } from "../../api/client";
import type { ApiError } from "../../api/problem";
import type { Translate } from "../../i18n/i18n";
import type { Faults } from "../../ordering/draft";
import { fieldsOf } from "../../ordering/fields";

/** A request may have these parameters beside `params`, and then the API names them so. */
const FLAT = ["/style", "/color", "/size"];

/** Returns the faults of a refusal by the fields of the form, or null if it is about no field. */
export function faultsIn({ problem }: ApiError, model: Model | undefined, t: Translate): Faults | null {
  const parameters = model ? fieldsOf(model).map(({ name }) => `/params/${name}`) : [];
  const places = ["/prompt", "/seed", "/model", ...parameters];
  const faults = (problem.errors ?? []).map(({ pointer, detail, allowed }): [string, string] => {
    const isGone = pointer === "/model" || (allowed ?? []).length > 0;
    return [FLAT.includes(pointer) ? `/params${pointer}` : pointer, isGone ? t("studio.fault.gone") : detail];
  });
  const shown = faults.filter(([place]) => places.includes(place));
  return shown.length > 0 ? Object.fromEntries(shown) : null;
}
