import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createBodyIntake } from "./body-intake.ts";

const maxBytes = 1000;
const limits = { maxBytes, atOnce: 1, smallBytes: 10 };

function request(length: number | undefined) {
  const headers = { "content-length": length?.toString() };
  return Object.assign(new PassThrough(), { headers });
}
const { signal } = new AbortController();

describe("the intake of bodies", () => {
  it("reads a body", async () => {
    const intake = createBodyIntake(limits);
    const one = request(undefined);
    one.end("abc");
    expect(await intake.read(one, { signal })).toEqual({ kind: "read", body: Buffer.from("abc") });
  });

  it("reads no more large bodies at once than it may; the next has its turn then", async () => {
    const intake = createBodyIntake(limits);
    const [first, second] = [request(500), request(undefined)];
    const order: string[] = [];
    const done = [
      intake.read(first, { signal }).then(() => order.push("first")),
      intake.read(second, { signal }).then(() => order.push("second")),
    ];
    second.end("x".repeat(500));
    expect(await intake.read(request(1).end("x"), { signal })).toMatchObject({ kind: "read" });
    expect(order).toEqual([]);
    expect(second.readableFlowing).toBe(null);
    first.end("x".repeat(500));
    await Promise.all(done);
    expect(order).toEqual(["first", "second"]);
  });

  it("refuses what has no turn in time", async () => {
    const intake = createBodyIntake(limits);
    const ending = new AbortController();
    void intake.read(request(500), { signal });
    const second = intake.read(request(500), { signal: ending.signal });
    ending.abort();
    expect(await second).toEqual({ kind: "busy" });
  });

  it("breaks off a body that comes too slowly, and gives its place to another", async () => {
    const intake = createBodyIntake(limits);
    const ending = new AbortController();
    const slow = request(500);
    slow.write("x");
    const first = intake.read(slow, { signal: ending.signal });
    const second = intake.read(request(500).end("x"), { signal });
    ending.abort(new Error("too slow"));
    await expect(first).rejects.toThrow("too slow");
    expect(slow.destroyed).toBe(true);
    expect(await second).toMatchObject({ kind: "read" });
  });

  it.each([
    ["that says so", 1001],
    ["that does not say", undefined],
  ])("keeps nothing of a body that is too long, one %s", async (_row, length) => {
    const intake = createBodyIntake(limits);
    const long = request(length);
    long.end("x".repeat(1001));
    expect(await intake.read(long, { signal })).toEqual({ kind: "too-long" });
  });

  it("believes no length: what is longer than it said is large", async () => {
    const intake = createBodyIntake(limits);
    expect(await intake.read(request(1).end("x".repeat(11)), { signal })).toEqual({ kind: "too-long" });
  });
});
