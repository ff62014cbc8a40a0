import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Generation } from "../api/client";
import { ApiError } from "../api/problem";
import { EMPTY } from "./draft";
import { isDoublePress, newOrder, type Send, sendPatiently } from "./order";

const generation = { id: "g1" } as Generation;
const offline = new ApiError({ code: "offline" });
const broken = new ApiError({ code: "internal", status: 500, retryable: true });
const poor = new ApiError({ code: "insufficient_credits", status: 402, retryable: false });
const hasty = new ApiError({ code: "rate_limited", status: 429, retryable: true });

/** A server that gives `answers` one after the other, and records the keys that it was sent. */
function server(...answers: (Generation | ApiError)[]) {
  const sent: string[] = [];
  const send: Send = async ({ key }) => {
    const answer = answers[sent.length] ?? offline;
    sent.push(key);
    if (answer instanceof ApiError) throw answer;
    return answer;
  };
  return { sent, send };
}

async function outcome(send: Send) {
  const order = newOrder(EMPTY);
  const sending = sendPatiently(order, send).catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return { key: order.key, result: await sending };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("an order", () => {
  it("is sent again under the same key if no answer came or the server failed", async () => {
    const { sent, send } = server(offline, broken, generation);
    const { key, result } = await outcome(send);
    expect(result).toBe(generation);
    expect(sent).toEqual([key, key, key]);
  });

  it("is given up after three times", async () => {
    const { sent, send } = server(offline, offline, offline, generation);
    expect((await outcome(send)).result).toBe(offline);
    expect(sent).toHaveLength(3);
  });

  it.each([poor, hasty])("is not sent again after a refusal: $code", async (refusal) => {
    const { sent, send } = server(refusal, generation);
    expect((await outcome(send)).result).toBe(refusal);
    expect(sent).toHaveLength(1);
  });

  it("is placed once if the button is pressed twice by accident", () => {
    const order = newOrder(EMPTY);
    expect(isDoublePress(order, { ...EMPTY })).toBe(true);
    expect(isDoublePress(order, { ...EMPTY, prompt: "another" })).toBe(false);
    vi.advanceTimersByTime(1_500);
    expect(isDoublePress(order, EMPTY)).toBe(false);
  });

  it("has a key of its own for each press", () => {
    expect(newOrder(EMPTY).key).not.toBe(newOrder(EMPTY).key);
  });
});
