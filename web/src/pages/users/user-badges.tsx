import type { Schemas } from "../../api/client";
import { Badge } from "../../design";
import { useI18n } from "../../i18n/i18n";

type User = Schemas["ListedUserResource"] & Partial<Schemas["AdminUserResource"]>;

/** Shows what is special about a user. Most are just active. */
export function UserBadges({ user }: { user: User }) {
  const { t } = useI18n();
  return (
    <span class="users-badges">
      {user.is_admin && <Badge tone="info">{t("users.badge.admin")}</Badge>}
      {user.is_anonymous && <Badge tone="warn">{t("users.badge.anonymous")}</Badge>}
      {user.claimed_by && <Badge>{t("users.badge.claimed")}</Badge>}
      <StateBadge user={user} />
    </span>
  );
}

function StateBadge({ user }: { user: User }) {
  const { t } = useI18n();
  if (user.deleted_at) return <Badge tone="bad">{t("users.badge.deleted")}</Badge>;
  if (!user.is_active) return <Badge tone="bad">{t("users.badge.inactive")}</Badge>;
  return <Badge tone="good">{t("users.badge.active")}</Badge>;
}
