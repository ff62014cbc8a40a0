import "../admin/admin.css";
import "./users.css";
import { useQuery } from "@tanstack/preact-query";
import { useRoute } from "preact-iso";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/queries";
import { ButtonLink, ErrorNotice, PageHead, Skeleton, Stat, Stats } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { BackLink, UserLink } from "../admin/links";
import { type Property, PropertyList } from "../admin/properties";
import { UserActions } from "./actions";
import { UserBadges } from "./user-badges";

type User = Schemas["AdminUserResource"];

export default function UserPage() {
  const { t } = useI18n();
  const { params } = useRoute();
  const id = params.id ?? "";
  const query = useQuery({
    queryKey: keys.admin("users", "one", id),
    queryFn: () => body(api.GET("/v1/admin/users/{id}", { params: { path: { id } } })),
  });
  return (
    <div class="stack admin">
      <BackLink href="/app/admin/users">{t("users.back")}</BackLink>
      {query.data && <KnownUser user={query.data} />}
      {!query.data && <PageHead title={t("users.one")} lead={id} />}
      {query.isPending && <Skeleton lines={8} />}
      {query.isError && <ErrorNotice error={query.error} retry={() => query.refetch()} />}
    </div>
  );
}

function KnownUser({ user }: { user: User }) {
  const { t, number } = useI18n();
  const filter = `user_id=${encodeURIComponent(user.id)}`;
  return (
    <>
      <PageHead
        title={user.name || user.email || user.id}
        {...(user.name && user.email && { lead: user.email })}
        actions={<UserBadges user={user} />}
      />
      <Stats>
        <Stat label={t("users.column.balance")}>{number(user.current_credits)}</Stat>
        <Stat label={t("users.column.held")}>{number(user.held_credits)}</Stat>
        <Stat label={t("users.inFlight")}>{number(user.in_flight)}</Stat>
        <Stat label={t("users.column.images")}>{number(user.total_images_generated)}</Stat>
      </Stats>
      <div class="row">
        <ButtonLink href={`/app/admin/generations?${filter}`}>{t("users.toGenerations")}</ButtonLink>
        <ButtonLink href={`/app/admin/ledger?${filter}`}>{t("users.toLedger")}</ButtonLink>
        <ButtonLink href={`/app/admin/audit-log?target=${encodeURIComponent(`users/${user.id}`)}`}>
          {t("users.toAudit")}
        </ButtonLink>
      </div>
      <div class="users-columns">
        <section class="card admin-block">
          <h2>{t("users.about")}</h2>
          <UserProperties user={user} />
        </section>
        <UserActions user={user} />
      </div>
    </>
  );
}

function UserProperties({ user }: { user: User }) {
  const { t, number, moment } = useI18n();
  const time = (at: string | null, otherwise: string) => (at ? moment(at) : otherwise);
  const properties: Property[] = [
    { name: t("users.column.id"), value: <code>{user.id}</code> },
    { name: t("users.property.email"), value: user.email || t("users.property.none") },
    { name: t("users.property.since"), value: time(user.created_at, t("users.property.unknown")) },
    { name: t("users.property.keys"), value: number(user.keys) },
    { name: t("users.property.books"), value: time(user.books_opened_at, t("users.property.booksClosed")) },
    { name: t("users.property.signedOut"), value: time(user.signed_out_at, t("users.property.never")) },
  ];
  return <PropertyList of={[...properties, ...claims(user, t), ...ending(user, t, moment)]} />;
}

type Words = ReturnType<typeof useI18n>;

function claims(user: User, t: Words["t"]): Property[] {
  const taken = user.claimed.map((id) => (
    <div key={id}>
      <UserLink id={id} />
    </div>
  ));
  return [
    ...(user.claimed.length > 0 ? [{ name: t("users.property.claimed"), value: taken }] : []),
    ...(user.claimed_by
      ? [{ name: t("users.property.claimedBy"), value: <UserLink id={user.claimed_by} /> }]
      : []),
  ];
}

function ending(user: User, t: Words["t"], moment: Words["moment"]): Property[] {
  if (!user.deleted_at) return [];
  const rest = user.erasure_due ? t("users.property.erasureDue") : t("users.property.erased");
  return [
    { name: t("users.property.deleted"), value: moment(user.deleted_at) },
    { name: t("users.property.erasure"), value: rest },
  ];
}
