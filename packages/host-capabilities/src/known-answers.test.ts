import { createStampIssuer } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import { testPolicy } from "../fixtures/host.ts";
import type { CapabilityAnswer, Validity } from "./capability.ts";
import { createKnownAnswers } from "./known-answers.ts";
import { createRecorder } from "./session/recorder.ts";

const pods = { api_version: "v1", kind: "Pod" };
const pod = { apiVersion: "v1", kind: "Pod" };

function sharedBytes(text: string): Uint8Array {
  const encoded = new TextEncoder().encode(text);
  const shared = new Uint8Array(new SharedArrayBuffer(encoded.length));
  shared.set(encoded);
  return shared;
}

const validFor = (ms: number): Validity => ({ kind: "for", ms });
const answered = (bytes: Uint8Array, rest: Partial<CapabilityAnswer> = {}): CapabilityAnswer => ({
  bytes,
  ...rest,
});

describe("answers that a worker knows", () => {
  it("are valid for as long as they say", () => {
    let now = 0;
    const known = createKnownAnswers(() => now);
    known.take("a", answered(Uint8Array.of(1), { validity: validFor(5000) }));
    now = 4999;
    expect(known.valid("a")?.bytes).toEqual(Uint8Array.of(1));
    now = 5000;
    expect(known.valid("a")).toBeUndefined();
  });

  it("are valid until their stamp is taken back, and completed when they turn out to be right still", () => {
    const stamps = createStampIssuer();
    const stamped = (): Validity => ({ kind: "stamp", stamp: stamps.issue() });
    const known = createKnownAnswers(() => 0);
    known.take("a", answered(sharedBytes("[]"), { version: 7, validity: stamped() }));
    stamps.revoke();
    expect(known.valid("a")).toBeUndefined();
    expect(known.version("a")).toBe(7);
    known.take("a", { bytes: undefined, version: 7, validity: stamped() });
    expect(Buffer.from(known.valid("a")?.bytes ?? []).toString()).toBe("[]");
  });

  it.each<[string, CapabilityAnswer]>([
    ["without a validity", answered(Uint8Array.of(1))],
    ["that are long and shared with nobody", answered(new Uint8Array(20_000), { validity: validFor(1000) })],
  ])("are not kept %s", (_what, answer) => {
    const known = createKnownAnswers(() => 0);
    known.take("a", answer);
    expect(known.valid("a")).toBeUndefined();
    expect(known.version("a")).toBeUndefined();
  });

  it("are bounded in number and bytes; the newest is always kept", () => {
    const known = createKnownAnswers(() => 0);
    for (let i = 0; i < 100; i++) known.take(`${i}`, answered(Uint8Array.of(1), { validity: validFor(1) }));
    const keptOf = (names: readonly number[]) =>
      names.filter((i) => known.valid(`${i}`) !== undefined).length;
    expect(keptOf([...Array(100).keys()])).toBe(64);
    const long = new Uint8Array(new SharedArrayBuffer(9 * 1024 * 1024));
    known.take("long", answered(long, { validity: validFor(1) }));
    expect(keptOf([...Array(100).keys()])).toBe(0);
    expect(known.valid("long")).toBeDefined();
  });
});

describe("a policy that asks again", () => {
  const asking = { ...pods, name: "p", disable_cache: false };
  const get = (validity: Validity | undefined, times: { asked: number }) => ({
    cluster: {
      ...testCluster,
      get: async () => {
        times.asked++;
        return answered(new TextEncoder().encode(`${times.asked}`), { validity });
      },
    },
  });
  const testCluster = {
    list: unused,
    hasChangedSince: unused,
    pluralName: unused,
    canI: unused,
    get: unused,
  };
  function unused(): Promise<never> {
    return Promise.reject(new Error("not asked for"));
  }

  it("is answered at once while the answer is valid", async () => {
    const times = { asked: 0 };
    const { ask } = testPolicy({ contextAwareResources: [pod] }, get(validFor(60_000), times));
    expect([
      await ask("kubernetes/get_resource", asking),
      await ask("kubernetes/get_resource", asking),
    ]).toEqual([{ answer: 1 }, { answer: 1 }]);
    expect(await ask("kubernetes/get_resource", { ...asking, name: "q" })).toEqual({ answer: 2 });
    expect(await ask("kubernetes/get_resource", { ...asking, disable_cache: true })).toEqual({ answer: 3 });
  });

  it("is denied what it was not granted, whatever others know", async () => {
    const times = { asked: 0 };
    const overrides = get(validFor(60_000), times);
    await testPolicy({ contextAwareResources: [pod] }, overrides).ask("kubernetes/get_resource", asking);
    const other = testPolicy({ contextAwareResources: [] }, overrides);
    expect(await other.ask("kubernetes/get_resource", asking)).toMatchObject({
      error: expect.stringContaining("not been granted"),
    });
    expect(times.asked).toBe(1);
  });

  it("is heard each time where its calls are recorded", async () => {
    const recorder = createRecorder(async () =>
      answered(new TextEncoder().encode("1"), { validity: validFor(60_000) }),
    );
    const { ask } = testPolicy({ contextAwareResources: [pod], serve: recorder.serve });
    await ask("kubernetes/get_resource", asking);
    await ask("kubernetes/get_resource", asking);
    expect(recorder.exchanges()).toHaveLength(2);
  });
});
