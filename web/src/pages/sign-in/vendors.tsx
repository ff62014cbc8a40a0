import { useEffect } from "preact/hooks";
import { Button, ErrorNotice, Notice } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { useSession } from "../../session/session";
import { vendors as loadVendors, signInWithVendor } from "../../session/sign-in";
import { faultOf } from "./faults";
import type { Attempt } from "./use-attempt";

/** Offers to sign in with Google or Apple, if the project has turned them on. */
export function Vendors({ attempt }: { attempt: Attempt }) {
  const { t } = useI18n();
  const session = useSession();
  const vendors = "firebase" in session ? session.firebase.signInWith : [];
  const isOffered = vendors.length > 0;
  useEffect(() => {
    if (isOffered) loadVendors().catch(() => {}); // A press tries again, and shows the error.
  }, [isOffered]);
  if (!isOffered) return null;
  const error = vendors.map((vendor) => attempt.errorOf(vendor)).find((each) => each !== undefined);
  const fault = faultOf(error);
  return (
    <section class="sign-in-aside">
      {fault ? (
        <Notice tone="bad">{t(fault.message)}</Notice>
      ) : (
        error !== undefined && <ErrorNotice error={error} />
      )}
      <div class="sign-in-people">
        {vendors.map((vendor) => (
          <Button
            key={vendor}
            busy={attempt.busyWith(vendor)}
            disabled={attempt.isBusy}
            onClick={() => attempt.run(vendor, () => signInWithVendor(vendor))}
          >
            {t(`signIn.with.${vendor}`)}
          </Button>
        ))}
      </div>
    </section>
  );
}
