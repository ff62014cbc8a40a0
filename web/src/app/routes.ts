import type { ComponentType } from "preact";
import { lazy } from "preact-iso";
import { connection } from "../api/connection";
import type { Message } from "../i18n/catalogue";
import { NotLoaded } from "./not-loaded";

/** Says whom a page is for. A page for `nobody` needs no sign-in. The API decides what each visitor may do. */
export type Audience = "nobody" | "user" | "admin";

export interface Page {
  path: string;
  audience: Audience;
  component: ComponentType;
  /** Its name in the navigation. A page without a name is reached from another page. */
  label?: Message;
}

const page = (
  path: string,
  audience: Audience,
  load: () => Promise<{ default: ComponentType }>,
  label?: Message,
) => ({
  path,
  audience,
  component: lazy(() => load().catch(notLoaded)) as ComponentType,
  ...(label && { label }),
});

function notLoaded(): { default: ComponentType } {
  // The connection is the likely reason. If it was another, the next answer shows that the connection is there.
  connection.failed();
  return { default: NotLoaded };
}

export const PAGES: readonly Page[] = [
  page("/app/sign-in", "nobody", () => import("../pages/sign-in")),
  page("/app/studio", "user", () => import("../pages/studio"), "shell.nav.studio"),
  page("/app/gallery", "user", () => import("../pages/gallery"), "shell.nav.gallery"),
  page("/app/gallery/:id", "user", () => import("../pages/gallery/detail")),
  page("/app/credits", "user", () => import("../pages/credits"), "shell.nav.credits"),
  page("/app/keys", "user", () => import("../pages/keys"), "shell.nav.keys"),
  page("/app/usage", "user", () => import("../pages/usage"), "shell.nav.usage"),
  page("/app/account", "user", () => import("../pages/account")),
  page("/app/admin/users", "admin", () => import("../pages/users"), "shell.nav.users"),
  page("/app/admin/users/:id", "admin", () => import("../pages/users/detail")),
  page("/app/admin/generations", "admin", () => import("../pages/generations"), "shell.nav.generations"),
  page("/app/admin/ledger", "admin", () => import("../pages/ledger"), "shell.nav.ledger"),
  page("/app/admin/queue", "admin", () => import("../pages/queue"), "shell.nav.queue"),
  page("/app/admin/reports", "admin", () => import("../pages/reports"), "shell.nav.reports"),
  page("/app/admin/reports/:id", "admin", () => import("../pages/reports/detail")),
  page("/app/admin/audit-log", "admin", () => import("../pages/audit"), "shell.nav.audit"),
];
