import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection } from "./connection";

/** Makes a connection whose probes fail where `answers` says false, one after the other, and succeed after that. */
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
  it("counts as there until a request fails", async () => {
    const { connection, told } = connectionWith();
    expect(told).toEqual([false]);
    await connection.observe(async () => "an answer");
    expect(told).toEqual([false]);
    connection.failed();
    expect(told).toEqual([false, true]);
  });

  it("counts as back after the first answer, and sends no more probes", async () => {
    const { connection, told, probed } = connectionWith();
    connection.failed();
    await connection.observe(async () => "an answer");
    await vi.advanceTimersByTimeAsync(120_000);
    expect(told).toEqual([false, true, false]);
    expect(probed).toEqual([]);
  });

  it("does not count as back after the answer to a request that was sent before the loss", async () => {
    const { connection, told } = connectionWith();
    const answer = await connection.observe(async () => {
      connection.failed();
      return "an answer from before";
    });
    expect(answer).toBe("an answer from before");
    expect(told).toEqual([false, true]);
  });

  it("does not count as lost because a request was broken off", async () => {
    const { connection, told } = connectionWith();
    const brokenOff = new DOMException("The user has left the page.", "AbortError");
    await expect(connection.observe(() => Promise.reject(brokenOff))).rejects.toBe(brokenOff);
    expect(told).toEqual([false]);
  });
});

describe("a lost connection", () => {
  it("is probed with growing pauses while requests fail", async () => {
    const { connection, told, probed } = connectionWith(false, false, false, true);
    connection.failed();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(probed).toEqual([1_000, 3_000, 7_000, 15_000]);
    expect(told).toEqual([false, true, false]);
  });

  it("is probed at once when the browser says that its network came or went", async () => {
    const { told, probed, hint } = connectionWith(false, true);
    hint();
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([false, true]);
    hint();
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([false, true, false]);
    expect(probed).toEqual([0, 0]);
  });

  it("does not count as lost only because the browser says so", async () => {
    const { told, probed, hint } = connectionWith(true);
    hint();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual([false]);
    expect(probed).toHaveLength(1);
  });

  it("is not probed while nobody watches", async () => {
    const { connection, probed, stop } = connectionWith(false);
    connection.failed();
    stop();
    await vi.advanceTimersByTimeAsync(60_000);
    connection.failed();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(probed).toEqual([]);
  });
});
