import { useState } from "preact/hooks";
import { Button, CheckField, ErrorNotice, Notice, TextField } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { useSession } from "../../session/session";
import { PASSWORD_MIN } from "../../session/sign-in";
import type { Mode } from "./faults";
import type { Attempt } from "./use-attempt";
import { type Form, useFocusInForm, useForm } from "./use-form";

interface Moded {
  mode: Mode;
  onMode: (mode: Mode) => void;
}

interface SignInFormProps extends Moded {
  attempt: Attempt;
  isAnonymous: boolean;
}

export function SignInForm({ mode, onMode, attempt, isAnonymous }: SignInFormProps) {
  const { t } = useI18n();
  const form = useForm(mode, attempt);
  const element = useFocusInForm(form.fault, mode);
  const change = (next: Mode) => {
    form.startAnew();
    onMode(next);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    form.submit();
  };
  return (
    <form class="card stack" ref={element} onSubmit={submit} noValidate>
      <Outcome form={form} onMode={change} />
      <TextField
        label={t("signIn.email")}
        type="email"
        name="email"
        autocomplete="username"
        value={form.email}
        onValue={form.setEmail}
        error={form.fault?.field === "email" ? t(form.fault.message) : undefined}
      />
      {mode !== "reset" && <PasswordField form={form} isNew={mode === "create"} />}
      {isAnonymous && mode === "enter" && <p class="hint">{t("signIn.moves")}</p>}
      <Button type="submit" kind="primary" busy={form.isBusy} disabled={attempt.isBusy}>
        {t(`signIn.submit.${mode}`)}
      </Button>
      <OtherWays mode={mode} onMode={change} />
    </form>
  );
}

function PasswordField({ form, isNew }: { form: Form; isNew: boolean }) {
  const { t } = useI18n();
  const [isShown, setShown] = useState(false);
  const { fault } = form;
  return (
    <div>
      <TextField
        label={t("signIn.password")}
        type={isShown ? "text" : "password"}
        name="password"
        autocomplete={isNew ? "new-password" : "current-password"}
        value={form.password}
        onValue={form.setPassword}
        hint={isNew ? t("signIn.passwordHint", { least: PASSWORD_MIN }) : undefined}
        error={fault?.field === "password" ? t(fault.message, { least: PASSWORD_MIN }) : undefined}
      />
      <CheckField label={t("signIn.show")} checked={isShown} onChecked={setShown} />
    </div>
  );
}

function Outcome({ form, onMode }: { form: Form; onMode: (mode: Mode) => void }) {
  const { t } = useI18n();
  const { fault, unexplained, sentTo } = form;
  if (sentTo) return <ResetSent to={sentTo} />;
  if (unexplained !== undefined) return <ErrorNotice error={unexplained} />;
  if (!fault || fault.field) return null;
  const instead = fault.knowsAccount && (
    <Button onClick={() => onMode("enter")}>{t("signIn.fault.enterInstead")}</Button>
  );
  return (
    <Notice tone="bad" action={instead}>
      {t(fault.message)}
    </Notice>
  );
}

/** Says that the mail is on its way, in the same words whether there is such an account or not. */
function ResetSent({ to }: { to: string }) {
  const { t } = useI18n();
  const session = useSession();
  const isLocal = "firebase" in session && session.firebase.isLocal;
  return (
    <Notice tone="good" title={t("signIn.sent.title")}>
      <p>{t(isLocal ? "signIn.sent.local" : "signIn.sent.lead", { email: to })}</p>
    </Notice>
  );
}

function OtherWays({ mode, onMode }: Moded) {
  const { t } = useI18n();
  return (
    <div class="sign-in-ways">
      {mode !== "enter" && (
        <Button kind="quiet" onClick={() => onMode("enter")}>
          {t("signIn.way.enter")}
        </Button>
      )}
      {mode !== "create" && (
        <Button kind="quiet" onClick={() => onMode("create")}>
          {t("signIn.way.create")}
        </Button>
      )}
      {mode === "enter" && (
        <Button kind="quiet" onClick={() => onMode("reset")}>
          {t("signIn.way.reset")}
        </Button>
      )}
    </div>
  );
}
