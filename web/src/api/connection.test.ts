import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection } from "./connection";

/** A connection whose probes are answered as `answers` says, one after the other, and then always. */
function connectionWith(...answers: boolean[]) {
  const told: boolean[] = [];
  const probed: number[] = [];
  let hint = () => {};
  const connection = new Connection(
    async () => {
      probed.push(Date.now());
      if (answers.shift() === false) throw new TypeError("Failed to fetch");
    },
    {
      onHint: (look) => {
        hint = look;
        return () => {
          hint = () => {};
        };
      },
    },
  );
  const stop = connection.watch((isLost) => told.push(isLost));
  return { connection, told, probed, stop, hint: () => hint() };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("what the connection learns from a request", () => {
  it("is there until a request fails", async () => {
    const { connection, told } = connectionWith();
    expect(told).toEqual([false]);
    await connection.observe(async () => "an answer");
    expect(told).toEqual([false]);
    connection.failed();
    expect(told).toEqual([false, true]);
  });

  it("is back with the first answer, and nothing is asked any more", async () => {
    const { connection, told, probed } = connectionWith();
    connection.failed();
    await connection.observe(async () => "an answer");
    await vi.advanceTimersByTimeAsync(120_000);
    expect(told).toEqual([false, true, false]);
    expect(probed).toEqual([]);
  });

  it("is not back with the answer to a request that was sent before it was lost", async () => {
    const { connection, told } = connectionWith();
    const answer = await connection.observe(async () => {
      connection.failed();
      return "an answer from before";
    });
    expect(answer).toBe("an answer from before");
    expect(told).toEqual([false, true]);
  });

  it("is not lost because a request was broken off", async () => {
    const { connection, told } = connectionWith();
    const brokenOff = new DOMException("The user has left the page.", "AbortError");
    await expect(connection.observe(() => Promise.reject(brokenOff))).rejects.toBe(brokenOff);
    expect(told).toEqual([false]);
  });
});

describe("a lost connection", () => {
  it("is looked for with growing pauses while requests fail", async () => {
    const { connection, told, probed } = connectionWith(false, false, false, true);
    connection.failed();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(probed).toEqual([1_000, 3_000, 7_000, 15_000]);
    expect(told).toEqual([false, true, false]);
  });

  it("is looked for at once where the browser says that its network came or went", async () => {
    const { told, probed, hint } = connectionWith(false, true);
    hint();
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([false, true]);
    hint();
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([false, true, false]);
    expect(probed).toEqual([0, 0]);
  });

  it("is not lost because the browser says so", async () => {
    const { told, probed, hint } = connectionWith(true);
    hint();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual([false]);
    expect(probed).toHaveLength(1);
  });

  it("is not looked for where nobody watches", async () => {
    const { connection, probed, stop } = connectionWith(false);
    connection.failed();
    stop();
    await vi.advanceTimersByTimeAsync(60_000);
    connection.failed();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(probed).toEqual([]);
  });
});
