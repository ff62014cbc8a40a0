/** Says how an order ended. `onward` is a link to go on with. */
export interface End {
  text: string;
  onward?: { href: string; text: string };
}

/**
 * Controls the parts of the landing page that change while a picture is made: the tray and the lines below the order.
 */
export class Tray {
  private readonly order = found<HTMLFormElement>("order");
  private readonly tray = found("tray");
  private readonly picture = found<HTMLImageElement>("picture");
  private readonly caption = found("caption");
  private readonly outcome = found("outcome");
  private readonly progress = found<HTMLProgressElement>("progress");
  private readonly status = found("status");
  private readonly onward = found<HTMLAnchorElement>("onward");

  begin(text: string): void {
    this.busy(true);
    this.outcome.hidden = false;
    this.onward.hidden = true;
    this.progress.hidden = false;
    this.tray.dataset.state = "waiting";
    this.status.classList.remove("fault");
    this.tray.scrollIntoView({ block: "nearest" });
    this.report(text, 0);
  }

  /** Shows how far the picture is, in words and as a bar. `percent` is from 0 to 100. */
  report(text: string, percent: number): void {
    this.say(text);
    this.progress.value = percent;
  }

  /** Shows the picture. Returns false, and shows nothing, if its file cannot be loaded. */
  async show(url: string, words: { alt: string; caption: string }, end: End): Promise<boolean> {
    const fresh = new Image();
    fresh.src = url;
    const isThere = await fresh.decode().then(
      () => true,
      () => false,
    );
    if (!isThere) return false;
    this.picture.removeAttribute("srcset");
    this.picture.src = url;
    this.picture.alt = words.alt;
    this.caption.textContent = words.caption;
    this.tray.dataset.state = "developing";
    this.end(end);
    return true;
  }

  /** Shows why there is no picture, and how to go on. */
  refuse(end: End): void {
    this.tray.dataset.state = "";
    this.outcome.hidden = false;
    this.status.classList.add("fault");
    this.end(end);
  }

  private end({ text, onward }: End): void {
    this.busy(false);
    this.progress.hidden = true;
    this.say(text);
    this.onward.hidden = !onward;
    this.onward.href = onward?.href ?? "";
    this.onward.textContent = onward?.text ?? "";
    const next = onward ? this.onward : this.order.querySelector<HTMLElement>("textarea");
    next?.focus({ preventScroll: true });
  }

  private say(text: string): void {
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  private busy(isBusy: boolean): void {
    const press = this.order.querySelector<HTMLButtonElement>("[type=submit]");
    press?.toggleAttribute("disabled", isBusy);
    press?.setAttribute("aria-busy", String(isBusy));
  }
}

function found<Kind extends HTMLElement>(id: string): Kind {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the landing page has no #${id}`);
  return element as Kind;
}
