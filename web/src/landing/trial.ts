import type { Auth } from "firebase/auth";
import { api, authorizeWith, body, type Generation, type Model } from "../api/client";
import { ApiError } from "../api/problem";
import { type Translate, wordsIn } from "../i18n/i18n";
import { lengthOf } from "../i18n/typed";
import { isFinal } from "../live/progress";
import { EMPTY } from "../ordering/draft";
import { failureReason } from "../ordering/failure";
import { keepDraft } from "../ordering/kept-draft";
import { modelOrDefault, readModels } from "../ordering/models";
import { newOrder, sendPatiently } from "../ordering/order";
import { firebase } from "../session/firebase";
import { codeOf, tryWithoutAccount } from "../session/sign-in";
import { signOut } from "../session/sign-out";
import { type End, Tray } from "./tray";
import { trialDraft } from "./trial-draft";

const POLL_MS = 700;
const PATIENCE_MS = 120_000;
const KEEP = "/app/sign-in?keep";

/** Makes one real generation without an account, and shows it in the tray. */
export async function makePicture(prompt: string): Promise<void> {
  const t = await words();
  const tray = new Tray();
  if (!prompt) {
    tray.refuse({ text: t("landing.try.blank") });
    return;
  }
  tray.begin(t("landing.try.starting"));
  let auth: Auth | undefined;
  try {
    ({ auth } = await firebase());
    await orderAndShow(auth, prompt, tray, t);
  } catch (error) {
    tray.refuse(endAfterError(error, auth?.currentUser === null, t));
  }
}

async function orderAndShow(auth: Auth, prompt: string, tray: Tray, t: Translate): Promise<void> {
  await auth.authStateReady();
  if (auth.currentUser && !auth.currentUser.isAnonymous) {
    tray.refuse(toStudio(auth.currentUser.uid, prompt, t));
    return;
  }
  const model = modelOrDefault(await readModels(), "");
  if (!model) throw new ApiError({ code: "unknown" });
  const count = lengthOf(prompt) - model.prompt_max;
  if (count > 0) {
    tray.refuse({ text: t("studio.fault.long", { count }) });
    return;
  }
  await signInForTrial(auth);
  const generation = await waitForEnd(await order(model, prompt), tray, t);
  const [output] = generation.outputs;
  if (generation.status === "completed" && output) await show(generation, output.url, tray, t);
  else tray.refuse(endWithoutPicture(generation, t));
}

async function words(): Promise<Translate> {
  const isRussian = document.documentElement.lang === "ru";
  const { default: catalogue } = isRussian ? await import("../i18n/ru") : await import("../i18n/en");
  return wordsIn(isRussian ? "ru" : "en", catalogue).t;
}

/** Hands the prompt of a signed-in user over to the studio, because there they see the price before they pay it. */
function toStudio(userId: string, prompt: string, t: Translate): End {
  keepDraft(userId, { ...EMPTY, prompt });
  return { text: t("landing.try.known"), onward: { href: "/app/studio", text: t("landing.try.studio") } };
}

async function signInForTrial(auth: Auth): Promise<void> {
  authorizeWith({ token: async () => (await auth.currentUser?.getIdToken()) ?? null, refused: signOut });
  if (!auth.currentUser) await tryWithoutAccount();
}

async function order(model: Model, prompt: string): Promise<Generation> {
  const { current_credits: credits } = await body(api.GET("/v1/me"));
  return sendPatiently(newOrder(trialDraft(model, prompt, credits)));
}

async function waitForEnd(generation: Generation, tray: Tray, t: Translate): Promise<Generation> {
  const until = Date.now() + PATIENCE_MS;
  let seen = generation;
  tray.report(...progressOf(seen, t));
  while (!isFinal(seen) && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const news = await latest(generation.id);
    seen = news ?? seen;
    if (!news) tray.report(t("landing.try.silent"), seen.progress);
    else if (!isFinal(news)) tray.report(...progressOf(news, t));
  }
  return seen;
}

/** Returns the generation as it is now, or null if no answer came. The order goes on in both cases. */
async function latest(id: string): Promise<Generation | null> {
  try {
    return await body(api.GET("/v1/generations/{id}", { params: { path: { id } } }));
  } catch (error) {
    if (error instanceof ApiError && error.retryable) return null;
    throw error;
  }
}

function progressOf({ status, progress, queue_position: place }: Generation, t: Translate): [string, number] {
  if (status === "queued") return [t("landing.try.queued", { place: Math.max(0, (place ?? 1) - 1) }), 0];
  return [t("landing.try.processing", { percent: Math.round(progress) }), progress];
}

async function show({ id, prompt, cost }: Generation, url: string, tray: Tray, t: Translate) {
  const words = { alt: t("landing.try.alt", { prompt }), caption: t("landing.try.caption", { prompt }) };
  const isSeen = await tray.show(url, words, {
    text: t("landing.try.done", { credits: cost.charged }),
    onward: { href: `${KEEP}&to=/app/gallery/${id}`, text: t("landing.try.keep") },
  });
  if (isSeen) return;
  const onward = { href: `/app/gallery/${id}`, text: t("landing.try.gallery") };
  tray.refuse({ text: t("landing.try.unseen"), onward });
}

/** Explains why there is no picture: the generation failed, or it takes longer than a visitor waits. */
function endWithoutPicture(generation: Generation, t: Translate): End {
  const { cost, error } = generation;
  if (isFinal(generation)) {
    return {
      text: t("landing.try.failed", { reason: error ? failureReason(error, t) : "", credits: cost.refunded }),
    };
  }
  return { text: t("landing.try.slow"), onward: { href: "/app/gallery", text: t("landing.try.gallery") } };
}

/** Explains an error. `isOut` says that nobody is signed in, so the API refused the free try itself. */
function endAfterError(error: unknown, isOut: boolean, t: Translate): End {
  const more = (href: string) => ({ href, text: t("landing.try.more") });
  switch (codeOf(error)) {
    case "anonymous_allowance_used":
    case "insufficient_credits":
      return { text: t("landing.try.used"), onward: more(`${KEEP}&to=/app/gallery`) };
    case "rate_limited":
      if (!isOut) return { text: t("common.error.rate_limited") };
      return { text: t("landing.try.share"), onward: more("/app/sign-in?create") };
    case "offline":
    case "auth/network-request-failed":
      return { text: t("landing.try.offline") };
    default:
      return { text: t("landing.try.broken") };
  }
}
