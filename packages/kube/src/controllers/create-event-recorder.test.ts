import { events } from "@kubewarden-ts/api/core";
import { createLogger } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import { createObjectClient } from "../objects/create-object-client.ts";
import { eventually } from "../testing/eventually.ts";
import { controllerKinds, statusAnswer } from "../testing/index.ts";
import { setUpFake } from "../testing/set-up.ts";
import { createEventRecorder, type EventRecorderOptions } from "./create-event-recorder.ts";
import type { RecordedEvent } from "./event-recorder.ts";

const about = {
  apiVersion: "policies.kubewarden.io/v1",
  kind: "ClusterAdmissionPolicy",
  metadata: { name: "psp", uid: "u-1" },
};
const failed: RecordedEvent = { about, type: "Warning", reason: "Failed", message: "no" };
const pod = { apiVersion: "v1", kind: "Pod", metadata: { namespace: "web", name: "p", uid: "u-2" } };

async function setUp(options: Partial<EventRecorderOptions> = {}) {
  const fake = await setUpFake({ server: { kinds: controllerKinds } });
  const objects = createObjectClient(fake.client);
  const lines: string[] = [];
  const log = createLogger({
    ...{ level: "info", target: "test" },
    write: ({ message, fields }) => void lines.push(`${message}: ${fields["namespace"] ?? fields["reason"]}`),
  });
  const recorder = createEventRecorder(objects, { component: "test", log, clock: fake.clock, ...options });
  const idleSleeps = fake.clock.sleeps.length; // of what else the set-up has
  const sleeps = () => fake.clock.sleeps.length - idleSleeps;
  const stored = () => fake.server.stored(events) as unknown as Record<string, unknown>[];
  return { ...fake, lines, recorder, stored, sleeps };
}

describe("createEventRecorder", () => {
  it("writes who, what, when, how often", async () => {
    await using fake = await setUp({ instance: "pod-1" });
    fake.recorder.record({ ...failed, about: pod });
    await fake.recorder[Symbol.asyncDispose]();
    expect(fake.stored()).toMatchObject([
      {
        metadata: { namespace: "web", name: expect.stringMatching(/^p\.[0-9a-f]{16}$/) },
        involvedObject: { apiVersion: "v1", kind: "Pod", namespace: "web", name: "p", uid: "u-2" },
        ...{ type: "Warning", reason: "Failed", message: "no", count: 1 },
        ...{ firstTimestamp: "1970-01-01T00:16:40Z", lastTimestamp: "1970-01-01T00:16:40Z" },
        ...{ source: { component: "test", host: "pod-1" } },
        ...{ reportingComponent: "test", reportingInstance: "pod-1" },
      },
    ]);
  });

  it("counts what repeats, also over a restart's Event of the same name", async () => {
    await using fake = await setUp();
    fake.recorder.record(failed);
    await eventually(() => fake.stored()[0]?.["count"] === 1);
    await fake.clock.advance(60_000);
    fake.recorder.record(failed);
    await eventually(() => fake.stored()[0]?.["count"] === 2);
    expect(fake.stored()).toMatchObject([
      { firstTimestamp: "1970-01-01T00:16:40Z", lastTimestamp: "1970-01-01T00:17:40Z" },
    ]);
    await fake.recorder[Symbol.asyncDispose]();
  });

  it.each([
    ["about another object", { about: pod }],
    ["of another type", { type: "Normal" as const }],
    ["for another reason", { reason: "Other" }],
    ["with another message", { message: "still no" }],
  ])("has one object more for an event %s", async (_row, more) => {
    await using fake = await setUp();
    fake.recorder.record(failed);
    fake.recorder.record({ ...failed, ...more });
    await fake.recorder[Symbol.asyncDispose]();
    expect(fake.stored().map(({ count }) => count)).toEqual([1, 1]);
  });

  it("puts many different messages for one reason together", async () => {
    await using fake = await setUp();
    for (let index = 0; index < 14; index++) fake.recorder.record({ ...failed, message: `no ${index}` });
    await fake.recorder[Symbol.asyncDispose]();
    expect(fake.stored()).toHaveLength(11);
    expect(fake.stored()).toContainEqual(
      expect.objectContaining({ count: 4, message: "(combined from similar events): no 13" }),
    );
  });

  it("leaves some out when one object has too many, and none of the others", async () => {
    await using fake = await setUp();
    for (let index = 0; index < 40; index++) fake.recorder.record(failed);
    fake.recorder.record({ ...failed, about: pod });
    await eventually(() => fake.stored().length === 2);
    expect(fake.stored().map(({ count }) => count)).toEqual([25, 1]);
    await fake.clock.advance(5 * 60 * 1000);
    fake.recorder.record(failed);
    fake.recorder.record(failed);
    await eventually(() => fake.stored()[0]?.["count"] === 26);
    await fake.recorder[Symbol.asyncDispose]();
    expect(fake.stored()[0]?.["count"]).toBe(26);
  });

  it("begins to count anew after an hour", async () => {
    await using fake = await setUp();
    fake.recorder.record(failed);
    await eventually(() => fake.stored().length === 1);
    await fake.clock.advance(3_600_000);
    fake.recorder.record(failed);
    await eventually(() => fake.stored()[0]?.["firstTimestamp"] === "1970-01-01T01:16:40Z");
    expect(fake.stored()).toMatchObject([{ count: 1 }]);
    await fake.recorder[Symbol.asyncDispose]();
  });

  it("puts those about cluster-wide objects where it is told", async () => {
    await using fake = await setUp({ namespaceForClusterWide: "kube-system" });
    fake.recorder.record(failed);
    await fake.recorder[Symbol.asyncDispose]();
    expect(fake.stored()).toMatchObject([{ metadata: { namespace: "kube-system" } }]);
  });

  it("writes names and messages that the API server takes", async () => {
    await using fake = await setUp();
    const name = `${"a".repeat(199)}.${"b".repeat(53)}`;
    fake.recorder.record({ ...failed, about: { ...about, metadata: { name } }, message: "x".repeat(2000) });
    await fake.recorder[Symbol.asyncDispose]();
    const [event] = fake.stored();
    expect(event?.["metadata"]).toMatchObject({ name: expect.stringMatching(/^a{199}\.[0-9a-f]{16}$/) });
    expect(event?.["message"]).toHaveLength(1024);
  });

  it("tells of a missing right once for each namespace, and goes on", async () => {
    await using fake = await setUp();
    const forbidden = statusAnswer(403, "Forbidden", "no");
    fake.server.answer({ method: "PATCH", path: /default/ }, forbidden, forbidden);
    fake.recorder.record(failed);
    fake.recorder.record({ ...failed, reason: "Other" });
    fake.recorder.record({ ...failed, about: pod });
    await fake.recorder[Symbol.asyncDispose]();
    expect(fake.lines).toEqual(["cannot write an event: default"]);
    expect(fake.stored()).toHaveLength(1);
  });

  it("tries again while the API server is away, not for ever", async () => {
    await using fake = await setUp();
    const away = { status: 500 };
    fake.server.answer({ method: "PATCH" }, away, away, away, away);
    fake.recorder.record(failed);
    fake.recorder.record({ ...failed, about: pod });
    for (const pauseMs of [1000, 2000, 4000]) {
      await eventually(() => fake.sleeps() === 1);
      await fake.clock.advance(pauseMs);
    }
    await eventually(() => fake.stored().length === 1);
    expect(fake.lines).toEqual(["cannot write an event: default"]);
    await fake.recorder[Symbol.asyncDispose]();
  });

  it("does not keep its end waiting for an API server that does not answer", async () => {
    await using fake = await setUp();
    fake.server.answerAlways({ method: "PATCH" }, "hang");
    fake.recorder.record(failed);
    await fake.server.until(() => fake.server.count({ method: "PATCH" }) === 1);
    const ended = fake.recorder[Symbol.asyncDispose]();
    await fake.clock.advance(2000);
    await ended;
    fake.recorder.record(failed);
    expect([fake.server.count({ method: "PATCH" }), fake.lines, fake.sleeps()]).toEqual([1, [], 0]);
  });

  it("does not grow without bounds", async () => {
    await using fake = await setUp();
    const free = fake.server.answerAlways({ method: "PATCH" }, "hang");
    for (let index = 0; index < 1010; index++) {
      fake.recorder.record({ ...failed, about: { ...about, metadata: { name: `p-${index}` } } });
    }
    expect(fake.lines.length).toBeGreaterThan(5);
    expect(new Set(fake.lines)).toEqual(new Set(["too many events wait, one is left out: Failed"]));
    free();
    const ended = fake.recorder[Symbol.asyncDispose]();
    await fake.clock.advance(2000);
    await ended;
  });
});
