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

/** A new page is announced as one: what reads the screen begins at its top. The router itself scrolls there. */
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

/** Made once: a component that is new to the router is a page that begins anew. */
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

/** Who is not signed in comes back here afterwards; what an admin sees is not there for anybody else. */
function Guarded({ page }: { page: Page }) {
  const { url } = useLocation();
  const session = useSession();
  if (page.audience === "nobody") return <page.component />;
  if (session.state !== "signed-in") return <Redirect to={`${SIGN_IN}?to=${encodeURIComponent(url)}`} />;
  if (page.audience === "admin" && !session.isAdmin) return <NotFound />;
  return <page.component />;
}

const Home = () => <Redirect to={HOME} />;

/** Once: while the next page is loaded this one still stands, and already sees the new address. */
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
