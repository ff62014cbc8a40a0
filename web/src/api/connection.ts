export type Stop = () => void;

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

/** Tells when the browser says that its network came or went. This may be wrong, so a probe is sent to find out. */
export interface Hints {
  onHint: (look: () => void) => Stop;
}

/**
 * Knows whether requests reach the server.
 *
 * It learns this from requests alone, because `navigator.onLine` may be wrong: it is false on a machine without a
 * network whose own server answers, and true behind a router without internet. While requests fail, `probe` is sent
 * again and again, so that watchers learn of the end of the loss even if the page itself sends nothing.
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
   * Sends a request and learns from its outcome. Any answer shows that there is a connection, even a refusal.
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

  /** Records that a request got no answer. */
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

// Hosting itself answers this address, so no function has to start for it.
const PROBE = "/__/firebase/init.json";

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

/** Works as `fetch`, and tells the connection whether an answer came. */
export const watchedFetch = (request: RequestInfo): Promise<Response> =>
  connection.observe(() => fetch(request));
