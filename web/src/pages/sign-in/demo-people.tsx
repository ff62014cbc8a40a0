import { Button, ErrorNotice, Notice } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { signIn } from "../../session/sign-in";
import { faultOf } from "./faults";
import type { Attempt } from "./use-attempt";

const WAY = "person";

/** Offers to sign in as one of the people of the local stack, with one press. */
export function DemoPeople({ attempt }: { attempt: Attempt }) {
  const { t } = useI18n();
  const { people, password } = LOCAL_STACK.people;
  const error = attempt.errorOf(WAY);
  return (
    <section class="sign-in-aside">
      <h2>{t("signIn.people.title")}</h2>
      <p>{t("signIn.people.lead")}</p>
      {error !== undefined &&
        (faultOf(error) ? (
          <Notice tone="bad">{t("signIn.people.missing")}</Notice>
        ) : (
          <ErrorNotice error={error} />
        ))}
      <div class="sign-in-people">
        {people.map(({ id, name, email }) => (
          <Button
            key={id}
            disabled={attempt.isBusy}
            onClick={() => attempt.run(WAY, () => signIn({ email, password }))}
          >
            {t("signIn.people.as", { name })}
          </Button>
        ))}
      </div>
    </section>
  );
}
