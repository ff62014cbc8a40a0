import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Generation } from "../api/client";
import { ApiError } from "../api/problem";
import type { GenerationDocument } from "./document";
import { follow, type Sources } from "./follow";
import { type News, progressAt } from "./progress";

const NOW = Date.parse("2026-03-04T12:00:00Z");

const queued: Generation = {
  id: "g1",
  kind: "text_to_image",
  status: "queued",
  progress: 10,
  model: "Model A",
  prompt: "A cake",
  params: { style: "sketch", color: "pastel", size: "512x512", seed: null },
  outputs: [],
  cost: { price: 1, held: 1, charged: 0, refunded: 0 },
  error: null,
  queue_position: null,
  attempt: 0,
  created_at: "2026-03-04T12:00:00Z",
  started_at: null,
  completed_at: null,
  metadata: {},
  urls: { self: "", cancel: "" },
};

const completed: Generation = { ...queued, status: "completed", progress: 100 };
const at = (milliseconds: number) => ({ toDate: () => new Date(milliseconds) });
const working: GenerationDocument = {
  status: "processing",
  attempt: 1,
  expected_seconds: 10,
  started_at: at(NOW),
};

/** Follows a generation. The API gives `answers`, one after the other, and the test plays the listener and the page. */
function followWith(answers: (Generation | ApiError)[] = []) {
  const told: News[] = [];
  const asked: number[] = [];
  const state = { isHidden: false, listens: true };
  let news: (document: GenerationDocument) => void = () => {};
  let broken = () => {};
  let shown = () => {};
  const sources: Sources = {
    listen: (_id, tell, breaks) => {
      [news, broken] = [tell, breaks];
      return () => {
        state.listens = false;
      };
    },
    ask: async () => {
      asked.push(Date.now() - NOW);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof ApiError || !answer) throw answer ?? new ApiError({ code: "offline" });
      return answer;
    },
    page: {
      isHidden: () => state.isHidden,
      onShown: (then) => {
        shown = then;
        return () => {};
      },
    },
  };
  const stop = follow(queued, (each) => told.push(each), sources);
  return {
    told,
    asked,
    state,
    stop,
    news: (document: GenerationDocument) => news(document),
    broken: () => broken(),
    shown: () => shown(),
  };
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("while the listener is heard", () => {
  it("tells its news, and computes the progress between them", async () => {
    const { told, news } = followWith([queued]);
    news(working);
    expect(told.at(-1)).toMatchObject({ status: "processing", progress: 20, attempt: 1 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told.at(-1)?.progress).toBe(57.5);
  });

  it("asks the API for the place in the queue, which the document does not have", async () => {
    const { told, news } = followWith([
      { ...queued, queue_position: 4 },
      { ...queued, queue_position: 3 },
    ]);
    news({ status: "queued" });
    await vi.advanceTimersByTimeAsync(1);
    expect(told.at(-1)?.queue_position).toBe(4);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(told.at(-1)?.queue_position).toBe(3);
  });

  it("pauses between requests if the place cannot be had", async () => {
    const { asked, news } = followWith([new ApiError({ code: "offline" })]);
    news({ status: "queued" });
    await vi.advanceTimersByTimeAsync(9_500);
    expect(asked).toEqual([0, 3_000, 6_000, 9_000]);
  });

  it("asks the API once at the end for the links, and then no more", async () => {
    const { told, asked, news, state } = followWith([completed]);
    news(working);
    news({ ...working, status: "completed" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told.at(-1)).toEqual(completed);
    expect(asked).toHaveLength(1);
    expect(state.listens).toBe(false);
  });

  it("asks again for the links if the first try fails", async () => {
    const { told, news } = followWith([new ApiError({ code: "offline" }), completed]);
    news({ ...working, status: "completed" });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(told.at(-1)).toEqual(completed);
  });

  it("drops an answer that is older than the news that came meanwhile", async () => {
    const { told, news } = followWith([queued]);
    news({ status: "queued" });
    vi.advanceTimersByTime(0);
    news(working);
    await vi.advanceTimersByTimeAsync(0);
    expect(told.at(-1)?.status).toBe("processing");
  });
});

describe("while the listener is not heard", () => {
  it("polls after three seconds of silence, more and more slowly", async () => {
    const { asked } = followWith([queued]);
    await vi.advanceTimersByTimeAsync(20_000);
    const pauses = asked.slice(1).map((moment, place) => moment - (asked[place] ?? 0));
    expect(asked[0]).toBe(3_000);
    expect(pauses[0]).toBe(1_000);
    expect(Math.max(...pauses)).toBe(5_000);
    expect(pauses).toEqual([...pauses].sort((one, other) => one - other));
  });

  it("polls at once when it is refused or breaks", async () => {
    const { asked, told, broken } = followWith([
      { ...queued, status: "processing", progress: 50 },
      completed,
    ]);
    broken();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual([0]);
    expect(told.at(-1)?.progress).toBe(50);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told.at(-1)).toEqual(completed);
  });

  it("stops polling when the listener is heard after all", async () => {
    const { asked, news } = followWith([queued]);
    await vi.advanceTimersByTimeAsync(3_000);
    news(working);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(asked).toHaveLength(1);
  });

  it("rests while the page is hidden, and asks when it is shown", async () => {
    const { asked, broken, shown, state } = followWith([queued]);
    state.isHidden = true;
    broken();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toEqual([]);
    state.isHidden = false;
    shown();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual([60_000]);
  });

  it("gives up if the API says that asking again is of no use", async () => {
    const { asked, broken, state } = followWith([
      new ApiError({ code: "generation_not_found", retryable: false }),
    ]);
    broken();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(1);
    expect(state.listens).toBe(false);
  });
});

it("tells nothing after it was stopped", async () => {
  const { told, asked, stop, news, broken, state } = followWith([completed]);
  broken();
  vi.advanceTimersByTime(0);
  stop();
  news(working);
  broken();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual([]);
  expect(asked).toHaveLength(1);
  expect(state.listens).toBe(false);
});

describe("progress is computed as on the server", () => {
  const processing: News = { ...queued, status: "processing", started_at: "2026-03-04T12:00:00Z" };

  it.each([
    ["queued", queued, 0, 10],
    ["just claimed", { ...processing, expected_seconds: 4 }, 0, 20],
    ["half way", { ...processing, expected_seconds: 4 }, 2, 57.5],
    ["overdue", { ...processing, expected_seconds: 4 }, 60, 95],
    ["by a clock that is behind", { ...processing, expected_seconds: 4 }, -30, 20],
    ["of unknown length", processing, 60, 50],
    ["ended", completed, 0, 100],
  ])("%s", (_case, news, seconds, progress) => {
    expect(progressAt(news as News, NOW + seconds * 1000)).toBe(progress);
  });
});
