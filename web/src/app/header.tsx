import { useQuery } from "@tanstack/preact-query";
import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import { SIGN_IN } from "../addresses";
import { api, body } from "../api/client";
import { keys } from "../api/queries";
import { Badge, Credits } from "../design";
import { useI18n } from "../i18n/i18n";
import { useSession } from "../session/session";
import { Icon } from "./icon";
import { PAGES } from "./routes";

export function Header() {
  const { t } = useI18n();
  const session = useSession();
  const isLocal = "firebase" in session && session.firebase.isLocal;
  return (
    <header class="shell-header">
      <div class="shell-bar">
        <a class="brand" href="/">
          Darkroom
        </a>
        {isLocal && (
          <span class="shell-local">
            <Badge tone="warn">{t("shell.local")}</Badge>
          </span>
        )}
        <nav class="shell-nav" aria-label={t("shell.nav.label")}>
          {session.state === "signed-in" && <Links audience="user" />}
        </nav>
        <div class="shell-end">
          <a class="shell-reference" href="/docs">
            {t("shell.reference")}
          </a>
          {session.state === "signed-in" && <Balance />}
          {session.state === "signed-out" && <a href={SIGN_IN}>{t("shell.signIn")}</a>}
        </div>
      </div>
      {session.state === "signed-in" && session.isAdmin && (
        <nav class="shell-bar shell-admin" aria-label={t("shell.nav.admin")}>
          <Links audience="admin" />
        </nav>
      )}
    </header>
  );
}

function Links({ audience }: { audience: "user" | "admin" }) {
  const { t } = useI18n();
  const { path } = useLocation();
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector(`[href="${path}"]`)?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [path]);
  const pages = PAGES.filter((page) => page.audience === audience && page.label);
  return (
    <ul ref={list}>
      {pages.map(({ path: target, label }) => (
        <li key={target}>
          <a href={target} aria-current={path.startsWith(target) ? "page" : undefined}>
            {audience === "user" && <Icon name={target.slice("/app/".length)} />}
            {label && t(label)}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Shows the balance on every page, with links to the credits and to the account. */
function Balance() {
  const { t } = useI18n();
  const { data: me } = useQuery({ queryKey: keys.me, queryFn: () => body(api.GET("/v1/me")) });
  return (
    <>
      <a class="shell-balance" href="/app/credits" aria-live="polite">
        <span class="visually-hidden">{t("shell.balance")} </span>
        {me ? <Credits value={me.current_credits} /> : "…"}
      </a>
      <a href="/app/account" class="shell-account" aria-label={t("shell.account")}>
        <Icon name="account" />
      </a>
    </>
  );
}
