export type Stop = () => void;

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

/** Where the browser says that its network came or went. It is a hint only, so it makes us look. */
export interface Hints {
  onHint: (look: () => void) => Stop;
}

/**
 * Knows whether requests reach the server.
 *
 * Only requests tell: `navigator.onLine` is false on a machine without a network, although its own server answers
 * there, and true behind a router that leads nowhere. While requests fail, `probe` is sent again and again, so that
 * whoever watches learns that it is over even if the page itself asks for nothing.
 */
export class Connection {
  private isLost = false;
  private failures = 0;
  private pause = FIRST_PAUSE;
  private next: ReturnType<typeof setTimeout> | undefined;
  private stopHints: Stop = () => {};
  private readonly watchers = new Set<(isLost: boolean) => void>();

  constructor(
    private readonly probe: () => Promise<unknown>,
    private readonly hints: Hints,
  ) {}

  /** Calls `tell` at once and at every change. */
  watch(tell: (isLost: boolean) => void): Stop {
    if (this.watchers.size === 0) this.stopHints = this.hints.onHint(() => this.look());
    this.watchers.add(tell);
    tell(this.isLost);
    if (this.isLost) this.lookLater();
    return () => this.leave(tell);
  }

  /**
   * Sends a request and learns from its outcome; any answer will do, whatever it says.
   *
   * An answer tells nothing if another request has failed since this one was sent: it may have come before the loss.
   * A request that was broken off tells nothing either.
   */
  async observe<T>(send: () => Promise<T>): Promise<T> {
    const failuresBefore = this.failures;
    try {
      const answer = await send();
      if (this.failures === failuresBefore) this.answered();
      return answer;
    } catch (error) {
      const wasBrokenOff = error instanceof DOMException && error.name === "AbortError";
      if (!wasBrokenOff) this.failed();
      throw error;
    }
  }

  /** A request got no answer. */
  failed(): void {
    this.failures += 1;
    this.say(true);
    this.lookLater();
  }

  private answered(): void {
    clearTimeout(this.next);
    this.pause = FIRST_PAUSE;
    this.say(false);
  }

  private leave(tell: (isLost: boolean) => void): void {
    this.watchers.delete(tell);
    if (this.watchers.size > 0) return;
    clearTimeout(this.next);
    this.stopHints();
  }

  private lookLater(): void {
    clearTimeout(this.next);
    if (this.watchers.size === 0) return;
    this.next = setTimeout(() => this.look(), this.pause);
  }

  private look(): void {
    clearTimeout(this.next);
    this.pause = Math.min(LONGEST_PAUSE, this.pause * 2);
    this.observe(this.probe).catch(() => {});
  }

  private say(isLost: boolean): void {
    if (this.isLost === isLost) return;
    this.isLost = isLost;
    for (const tell of this.watchers) tell(isLost);
  }
}

const PROBE = "/__/firebase/init.json"; // Hosting itself answers it, so no function has to start for it

export const connection = new Connection(() => fetch(PROBE, { cache: "no-store" }), {
  onHint: (look) => {
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  },
});

/** `fetch`, from whose outcome it is known whether there is a connection. */
export const watchedFetch = (request: RequestInfo): Promise<Response> =>
  connection.observe(() => fetch(request));
