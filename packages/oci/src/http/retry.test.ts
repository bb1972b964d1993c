import { describe, expect, it } from "vitest";
import type { Outcome } from "./exchange.ts";
import { retryAfterMs, retryDelayMs } from "./retry.ts";

const url = new URL("https://a.test/");
const failure = (code: string | undefined, timedOut = false): Outcome => ({
  ...{ kind: "failure", url, timedOut, answered: false },
  cause: Object.assign(new Error("failed"), code !== undefined && { code }),
});
const answer = (status: number): Outcome => ({
  ...{ kind: "answer", url, status, headers: new Map(), body: new Uint8Array() },
});

describe("retryDelayMs", () => {
  it.each<[string, Outcome, boolean]>([
    ["a connection that was refused", failure("ECONNREFUSED"), true],
    ["a connection that broke", failure("UND_ERR_SOCKET"), true],
    ["a connection that took too long", failure("UND_ERR_CONNECT_TIMEOUT"), true],
    ["a name server that does not answer", failure("EAI_AGAIN"), true],
    ["a failure without code", failure(undefined), true],
    ["a name that does not exist", failure("ENOTFOUND"), false],
    ["a certificate for another name", failure("ERR_TLS_CERT_ALTNAME_INVALID"), false],
    ["a certificate that has expired", failure("CERT_HAS_EXPIRED"), false],
    ["a certificate of nobody", failure("DEPTH_ZERO_SELF_SIGNED_CERT"), false],
    ["no TLS", failure("ERR_SSL_WRONG_VERSION_NUMBER"), false],
    ["a client that has ended", failure("UND_ERR_DESTROYED"), false],
    ["the time limit", failure("ECONNRESET", true), false],
    ["too many requests", answer(429), true],
    ["a server that fails", answer(500), true],
    ["a gateway that waited", answer(504), true],
    ["success", answer(200), false],
    ["a refusal", answer(403), false],
  ])("after %s", (_row, outcome, again) => {
    const delayMs = retryDelayMs(outcome, 1, { nowMs: 0, random: () => 0 });
    expect(delayMs).toBe(again ? 125 : undefined);
  });

  it("grows, spreads and ends", () => {
    const delayMs = (attempt: number, random: number) =>
      retryDelayMs(answer(503), attempt, { nowMs: 0, random: () => random });
    expect([delayMs(1, 0), delayMs(1, 1), delayMs(2, 0), delayMs(2, 1), delayMs(3, 0)]).toEqual([
      125,
      375,
      500,
      1500,
      undefined,
    ]);
  });
});

describe("retryAfterMs", () => {
  it.each<[string | undefined, number]>([
    [undefined, 0],
    ["", 0],
    ["5", 5000],
    [" 5 ", 5000],
    ["-5", 0],
    ["5.5", 0],
    ["Thu, 01 Jan 1970 00:00:30 GMT", 20_000],
    ["Thu, 01 Jan 1970 00:00:05 GMT", 0],
    ["9".repeat(400), Number.POSITIVE_INFINITY],
  ])("of %j", (header, ms) => {
    expect(retryAfterMs(header, 10_000)).toBe(ms);
  });
});
