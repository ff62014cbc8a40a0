import { ButtonLink, Notice } from "../design";
import { useI18n } from "../i18n/i18n";

/** Tells visitors without an account that they are on a trial, and offers them an account. */
export function DemoBanner() {
  const { t } = useI18n();
  return (
    <Notice
      tone="info"
      title={t("shell.demo.title")}
      action={<ButtonLink href="/app/sign-in?keep">{t("shell.demo.keep")}</ButtonLink>}
    >
      <p>{t("shell.demo.lead")}</p>
    </Notice>
  );
}
