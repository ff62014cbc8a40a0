import { useEffect, useRef, useState } from "preact/hooks";
import { useI18n } from "../../i18n/i18n";
import { createAccount, sendPasswordReset, signIn } from "../../session/sign-in";
import { type Fault, faultIn, faultOf, type Mode } from "./faults";
import type { Attempt } from "./use-attempt";

const WAY = "form";

export type Form = ReturnType<typeof useForm>;

/** Returns the typed values, their fault, and what a press of the button does. */
export function useForm(mode: Mode, attempt: Attempt) {
  const { language } = useI18n();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [seen, setSeen] = useState<Fault>();
  const [sentTo, setSentTo] = useState<string>();
  const error = attempt.errorOf(WAY);
  const fault = seen ?? faultOf(error);

  const enter = async () => {
    if (mode === "enter") return signIn({ email, password });
    if (mode === "create") return createAccount({ email, password }, language);
    await sendPasswordReset(email, language);
    setSentTo(email);
  };
  const submit = () => {
    const found = faultIn(mode, email, password);
    setSeen(found);
    setSentTo(undefined);
    if (found) attempt.reset();
    else attempt.run(WAY, enter);
  };
  const startAnew = () => {
    setSeen(undefined);
    setSentTo(undefined);
    attempt.reset();
  };
  return {
    ...{ email, setEmail, password, setPassword, submit, startAnew, fault, sentTo },
    unexplained: fault ? undefined : error,
    isBusy: attempt.busyWith(WAY),
  };
}

/** Moves the focus to the field with the fault and, when the mode changes, to the first field. */
export function useFocusInForm(fault: Fault | undefined, mode: Mode) {
  const form = useRef<HTMLFormElement>(null);
  const known = useRef(mode);
  useEffect(() => {
    if (fault?.field) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [fault]);
  useEffect(() => {
    if (known.current !== mode) form.current?.querySelector("input")?.focus();
    known.current = mode;
  }, [mode]);
  return form;
}
