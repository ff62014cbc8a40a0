import type { Generation } from "../api/client";
import { ApiError } from "../api/problem";
import { type GenerationDocument, updated } from "./document";
import { isFinal, type News, progressAt } from "./progress";

export type Stop = () => void;

/** News about a generation come from these sources. sources.ts has the real ones, and tests have their own. */
export interface Sources {
  listen: (id: string, news: (document: GenerationDocument) => void, broken: () => void) => Stop;
  ask: (id: string) => Promise<Generation>;
  page: { isHidden: () => boolean; onShown: (then: () => void) => Stop };
}

// All times are in milliseconds. The API is asked if the listener is silent for LISTENER_PATIENCE. Then the pause
// between two requests grows from FIRST_PAUSE to LONGEST_PAUSE. While the listener is heard, the API is asked every
// QUEUED_PAUSE for the place in the queue, and every PROCESSING_PAUSE in case the listener fell silent.
const LISTENER_PATIENCE = 3_000;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 5_000;
const QUEUED_PAUSE = 3_000;
const PROCESSING_PAUSE = 20_000;
// A running generation shows new progress this often.
const TICK = 500;

/**
 * Tells what becomes of a generation, until it has ended or `stop` is called.
 *
 * A listener to its document is quick and costs nothing while nothing happens. The API is asked for what the document
 * does not have, which is the place in the queue and the links to the outputs. It is asked for everything while the
 * listener is not heard.
 */
export function follow(known: Generation, tell: (news: News) => void, sources: Sources): Stop {
  const follower = new Follower(known, tell, sources);
  return () => follower.stop();
}

class Follower {
  private isHeard = false;
  private isStopped = false;
  private pause = FIRST_PAUSE;
  private news = 0;
  private next: ReturnType<typeof setTimeout> | undefined;
  private readonly ends: Stop[];

  constructor(
    private known: News,
    private readonly tell: (news: News) => void,
    private readonly sources: Sources,
  ) {
    const ticking = setInterval(() => this.tick(), TICK);
    this.ends = [() => clearInterval(ticking), sources.page.onShown(() => this.askIn(0))];
    this.askIn(LISTENER_PATIENCE);
    this.ends.push(
      sources.listen(
        known.id,
        (document) => this.hear(document),
        () => this.lose(),
      ),
    );
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.next);
    for (const end of this.ends) end();
  }

  private hear(document: GenerationDocument): void {
    if (this.isStopped) return;
    const news = updated(this.known, document, Date.now());
    this.news += 1;
    this.isHeard = !isFinal(news);
    if (this.isHeard) this.say(news);
    const isUnclear = !this.isHeard || (news.status === "queued" && news.queue_position === null);
    this.askIn(isUnclear ? 0 : this.pauseBetween());
  }

  /** The listener was refused or broke, so from now on only the API is asked. */
  private lose(): void {
    if (this.isStopped) return;
    this.isHeard = false;
    this.askIn(0);
  }

  private askIn(milliseconds: number): void {
    clearTimeout(this.next);
    this.next = setTimeout(() => this.ask(), milliseconds);
  }

  private async ask(): Promise<void> {
    if (this.isStopped || this.sources.page.isHidden()) return;
    const before = this.news;
    try {
      const answer = await this.sources.ask(this.known.id);
      if (this.isStopped) return;
      if (isFinal(answer)) this.end(answer);
      else if (before === this.news) this.say({ ...this.known, ...answer });
    } catch (error) {
      if (error instanceof ApiError && !error.retryable) this.stop();
    }
    if (!this.isStopped) this.askIn(this.pauseBetween());
  }

  private pauseBetween(): number {
    if (this.isHeard) return this.known.status === "queued" ? QUEUED_PAUSE : PROCESSING_PAUSE;
    const pause = this.pause;
    this.pause = Math.min(LONGEST_PAUSE, pause * 1.5);
    return pause;
  }

  private end(answer: Generation): void {
    this.stop();
    this.tell(answer);
  }

  private say(news: News): void {
    this.known = news;
    this.tell(news);
  }

  private tick(): void {
    if (this.known.status !== "processing" || !this.known.expected_seconds) return;
    this.say({ ...this.known, progress: progressAt(this.known, Date.now()) });
  }
}
