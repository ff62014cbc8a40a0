import { useEffect, useRef } from "preact/hooks";
import { Route, Router, useLocation } from "preact-iso";
import { HOME, SIGN_IN } from "../addresses";
import { ButtonLink, Empty, Notice, PageHead, Skeleton } from "../design";
import { useI18n } from "../i18n/i18n";
import { type Session, useSession } from "../session/session";
import { DemoBanner } from "./demo-banner";
import { Header } from "./header";
import { OfflineNotice } from "./offline-notice";
import { PAGES, type Page } from "./routes";

export function Shell() {
  const { t } = useI18n();
  const session = useSession();
  const { path } = useLocation();
  const main = useFocusOnNewPage(path);
  const isTrying = session.state === "signed-in" && session.user.isAnonymous && path !== SIGN_IN;
  return (
    <>
      <a class="skip visually-hidden" href="#main">
        {t("shell.skip")}
      </a>
      <Header />
      <main id="main" ref={main} tabIndex={-1}>
        <OfflineNotice />
        {isTrying && <DemoBanner />}
        <Content state={session.state} />
      </main>
    </>
  );
}

/** Moves the focus to a new page, so that a screen reader reads it from its top. The router itself scrolls there. */
function useFocusOnNewPage(path: string) {
  const main = useRef<HTMLElement>(null);
  const known = useRef(path);
  useEffect(() => {
    if (known.current === path) return;
    known.current = path;
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return main;
}

/** The components are made once, because the router starts a page anew when its component is a new one. */
const ROUTES = PAGES.map((page) => ({ path: page.path, component: () => <Guarded page={page} /> }));

function Content({ state }: { state: Session["state"] }) {
  const { t } = useI18n();
  if (state === "starting") return <Skeleton lines={4} />;
  if (state === "broken") return <Notice tone="bad">{t("shell.broken")}</Notice>;
  return (
    <Router>
      {ROUTES.map(({ path, component }) => (
        <Route key={path} path={path} component={component} />
      ))}
      <Route path="/app" component={Home} />
      <Route default component={NotFound} />
    </Router>
  );
}

/**
 * Shows a page to those who may see it.
 *
 * It sends visitors to the sign-in, which brings them back. For users who are no admins, admin pages do not exist.
 */
function Guarded({ page }: { page: Page }) {
  const { url } = useLocation();
  const session = useSession();
  if (page.audience === "nobody") return <page.component />;
  if (session.state !== "signed-in") return <Redirect to={`${SIGN_IN}?to=${encodeURIComponent(url)}`} />;
  if (page.audience === "admin" && !session.isAdmin) return <NotFound />;
  return <page.component />;
}

const Home = () => <Redirect to={HOME} />;

/** Redirects once only, because it stays mounted, with the new address, until the next page is loaded. */
function Redirect({ to }: { to: string }) {
  const { route } = useLocation();
  const leave = useRef(() => route(to, true));
  useEffect(() => leave.current(), []);
  return null;
}

function NotFound() {
  const { t } = useI18n();
  return (
    <>
      <PageHead title={t("shell.notFound.title")} />
      <Empty
        title={t("shell.notFound.lead")}
        action={<ButtonLink href={HOME}>{t("shell.notFound.home")}</ButtonLink>}
      />
    </>
  );
}
