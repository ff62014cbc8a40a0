import { useQuery } from "@tanstack/preact-query";
import type { ComponentChildren } from "preact";
import { api, body, type Me } from "../../api/client";
import { keys } from "../../api/queries";
import { Badge, ButtonLink, CopyButton, ErrorNotice, Skeleton } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { useSignedIn } from "../../session/session";

export function Profile() {
  const { t } = useI18n();
  const {
    data: me,
    error,
    refetch,
  } = useQuery({ queryKey: keys.me, queryFn: () => body(api.GET("/v1/me")) });
  return (
    <section class="card stack">
      <h2>{t("account.profile.title")}</h2>
      {error && <ErrorNotice error={error} retry={refetch} />}
      {me && <Properties me={me} />}
      {!me && !error && <Skeleton lines={4} />}
    </section>
  );
}

function Properties({ me }: { me: Me }) {
  const { t, day } = useI18n();
  const { user, isAdmin } = useSignedIn();
  return (
    <>
      <dl class="account-properties">
        <Property label={t("account.profile.kind")}>
          <span class="row">
            <Badge tone={me.is_anonymous ? "warn" : "good"}>
              {t(me.is_anonymous ? "account.profile.anonymous" : "account.profile.registered")}
            </Badge>
            {isAdmin && <Badge tone="info">{t("account.profile.admin")}</Badge>}
          </span>
        </Property>
        {me.name && (
          <Property label={t("account.profile.name")}>
            <bdi>{me.name}</bdi>
          </Property>
        )}
        {!me.is_anonymous && (
          <Property label={t("account.profile.email")}>
            {me.email || user.email || t("account.profile.none")}
          </Property>
        )}
        <Property label={t("account.profile.id")}>
          <code>{me.id}</code> <CopyButton text={me.id} label={t("account.profile.copyId")} />
        </Property>
        {me.created_at && <Property label={t("account.profile.since")}>{day(me.created_at)}</Property>}
      </dl>
      {me.is_anonymous && (
        <div class="stack">
          <p>{t("account.profile.keepLead")}</p>
          <div class="row">
            <ButtonLink href="/app/sign-in?keep" kind="primary">
              {t("account.profile.keep")}
            </ButtonLink>
          </div>
        </div>
      )}
    </>
  );
}

function Property({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}
