import "./account.css";
import { ButtonLink, Notice, PageHead } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { useSignedIn } from "../../session/session";
import { Appearance } from "./appearance";
import { Profile } from "./profile";
import { SignOutSection } from "./sign-out";

/** Shows who the user is, the language and the theme, and the ways to sign out. */
export default function Account() {
  const { t } = useI18n();
  const { firebase } = useSignedIn();
  return (
    <>
      <PageHead title={t("account.title")} lead={t("account.lead")} />
      <Profile />
      <Appearance />
      <SignOutSection />
      <section class="card stack">
        <h2>{t("account.place.title")}</h2>
        <dl class="account-properties">
          <dt>{t("account.place.project")}</dt>
          <dd>
            <code>{firebase.projectId}</code>
          </dd>
          <dt>{t("account.place.kind")}</dt>
          <dd>{t(firebase.isLocal ? "account.place.local" : "account.place.deployed")}</dd>
        </dl>
        {firebase.isLocal && <Notice tone="info">{t("account.place.localLead")}</Notice>}
        <p>{t("account.place.build")}</p>
        <div class="row">
          <ButtonLink href="/docs">{t("account.place.reference")}</ButtonLink>
          <ButtonLink href="/docs/guide">{t("account.place.guide")}</ButtonLink>
        </div>
      </section>
    </>
  );
}
