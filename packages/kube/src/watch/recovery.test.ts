import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { type FakeApiServer, type FakeWatch, statusAnswer } from "../testing/index.ts";
import { setUpFake } from "../testing/set-up.ts";

type Fake = Awaited<ReturnType<typeof setUpFake>>;

const namespaces = { apiVersion: "v1", kind: "Namespace" };
const path = "/api/v1/namespaces";
const namespace = (name: string) => ({ ...namespaces, metadata: { name } });
const list = { path, watch: false };
const watch = { path, watch: true };

async function namesOf(fake: Fake): Promise<string> {
  const { document } = await fake.reflectors.list(namespaces);
  const { items } = JSON.parse(Buffer.from(document).toString());
  return items.map(({ metadata }: { metadata: { name: string } }) => metadata.name).join();
}

const codeOf = (fake: Fake) =>
  fake.reflectors.list(namespaces).then(
    () => "current",
    ({ code }) => String(code),
  );

/** A reflector that watches and knows `a`. */
async function watching() {
  const fake = await setUpFake();
  fake.server.put(namespace("a"));
  await fake.reflectors.list(namespaces);
  await fake.clock.advance(10_000); // the first list is no longer young
  return fake;
}

function openWatch(server: FakeApiServer): FakeWatch {
  const [open] = server.watches;
  if (open === undefined) throw new Error("no watch is open");
  return open;
}

/** Waits until somebody sleeps for so long, and lets the time pass. */
async function afterPause(fake: Fake, pauseMs: number): Promise<void> {
  await eventually(() => fake.clock.sleeps.includes(fake.clock.now() + pauseMs));
  await fake.clock.advance(pauseMs);
}

describe("a reflector recovers", () => {
  it.each<[string, (fake: Fake) => void]>([
    ["the API server ends the watch", ({ server }) => openWatch(server).end()],
    ["the connection is lost", ({ server }) => openWatch(server).drop()],
    [
      "a line is cut off",
      ({ server }) => {
        openWatch(server).send('{"type":"ADDED","obj');
        openWatch(server).end();
      },
    ],
    [
      "a line is cut off and the connection lost",
      ({ server }) => {
        openWatch(server).send('{"type":');
        openWatch(server).drop();
      },
    ],
    ["garbage comes", ({ server }) => openWatch(server).send("garbage\n")],
    ["bytes come that are no text", ({ server }) => openWatch(server).send(Uint8Array.of(0xff, 0xfe, 10))],
    ["an event has no object", ({ server }) => openWatch(server).send('{"type":"ADDED"}\n')],
    [
      "an object has no name",
      ({ server }) =>
        openWatch(server).send('{"type":"ADDED","object":{"metadata":{"resourceVersion":"1"}}}\n'),
    ],
    [
      "an event is an error",
      ({ server }) =>
        openWatch(server).send(
          `${JSON.stringify({ type: "ERROR", object: statusAnswer(500, "InternalError", "x").body })}\n`,
        ),
    ],
    [
      "the resource version is too old, as an event",
      ({ server }) =>
        openWatch(server).send(
          `${JSON.stringify({ type: "ERROR", object: statusAnswer(410, "Expired", "x").body })}\n`,
        ),
    ],
    [
      "the resource version is too old, as an answer",
      ({ server }) => {
        server.answer(watch, statusAnswer(410, "Gone", "too old"));
        openWatch(server).drop();
      },
    ],
    [
      "the history is gone after the connection was lost",
      ({ server }) => {
        openWatch(server).drop();
        server.put(namespace("zz"));
        server.remove(namespace("zz"));
        server.compact();
      },
    ],
    [
      "the next watch cannot be opened at once",
      ({ server }) => {
        server.answer(watch, statusAnswer(500, "InternalError", "x"), "drop");
        openWatch(server).drop();
      },
    ],
  ])("policy-runtime 42: %s", async (_row, disturb) => {
    await using fake = await watching();
    fake.server.put(namespace("b"));
    await eventually(async () => (await namesOf(fake)) === "a,b");
    disturb(fake);
    fake.server.put(namespace("c"));
    fake.server.remove(namespace("a"));
    await eventually(async () => {
      await fake.clock.advance(100);
      return (await namesOf(fake)) === "b,c";
    });
  });

  it("serves old data while it lists anew, and no longer than half a minute", async () => {
    await using fake = await watching();
    const relist = fake.server.answerAlways(list, "hang");
    openWatch(fake.server).send(
      `${JSON.stringify({ type: "ERROR", object: statusAnswer(410, "Expired", "x").body })}\n`,
    );
    await fake.server.until(() => fake.server.count(list) === 2);
    expect(await namesOf(fake)).toBe("a");
    await fake.clock.advance(30_000);
    expect(await namesOf(fake)).toBe("a");
    await fake.clock.advance(1);
    const late = codeOf(fake);
    await afterPause(fake, 10_000);
    expect(await late).toBe("KUBE_TIMED_OUT");
    relist();
  });

  it("keeps version and document when a list anew says the same", async () => {
    await using fake = await watching();
    const { stamp: _, ...before } = await fake.reflectors.list(namespaces);
    fake.server.compact();
    openWatch(fake.server).send(
      `${JSON.stringify({ type: "ERROR", object: statusAnswer(410, "Expired", "x").body })}\n`,
    );
    await fake.server.until(() => fake.server.count(watch) === 2);
    expect(await fake.reflectors.list(namespaces)).toMatchObject(before);
  });

  it("goes on from the last bookmark", async () => {
    await using fake = await watching();
    const other = { apiVersion: "v1", kind: "Node", metadata: { name: "n" } };
    fake.server.put(other);
    openWatch(fake.server).bookmark();
    openWatch(fake.server).end();
    await fake.clock.advance(2000);
    await fake.server.until(() => fake.server.count(watch) === 2);
    const versions = fake.server.requests.flatMap(({ query }) => query.get("resourceVersion") ?? []);
    expect(versions).toEqual(["101", "102"]);
    expect(fake.server.requests.at(-1)?.query.get("allowWatchBookmarks")).toBe("true");
    expect(fake.server.requests.at(-1)?.query.get("timeoutSeconds")).toBe("125");
  });

  it("takes a connection for dead that says nothing for longer than a watch lasts", async () => {
    await using fake = await watching();
    const [first] = fake.server.watches;
    await fake.clock.advance(129_999);
    expect(fake.server.watches).toEqual([first]);
    await fake.clock.advance(1);
    await fake.server.until(() => fake.server.count(watch) === 2);
    await fake.server.until(() => fake.server.watches[0] !== first && fake.server.watches.length === 1);
    expect(await namesOf(fake)).toBe("a");
  });

  it("does not take one for dead that sends bookmarks", async () => {
    await using fake = await watching();
    for (let minute = 0; minute < 5; minute++) {
      const { length } = fake.clock.sleeps;
      await fake.clock.advance(60_000);
      fake.server.put(namespace(`n${minute}`));
      await eventually(async () => (await namesOf(fake)).includes(`n${minute}`));
      expect(fake.clock.sleeps.length).toBe(length);
    }
    expect(fake.server.count(watch)).toBe(1);
  });

  it("policy-runtime 9: pauses 0.8 s, then twice as long each time, up to 30 s", async () => {
    await using fake = await watching();
    fake.server.answerAlways({ path }, statusAnswer(500, "InternalError", "away"));
    openWatch(fake.server).drop();
    const pauses = [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000];
    for (const pauseMs of pauses) await afterPause(fake, pauseMs);
    await fake.server.until(() => fake.server.count({ path }) === 2 + pauses.length);
  });

  it("policy-runtime 9: begins with short pauses again after two minutes of health", async () => {
    await using fake = await watching();
    fake.server.answer(
      watch,
      statusAnswer(500, "InternalError", "x"),
      statusAnswer(500, "InternalError", "x"),
    );
    openWatch(fake.server).drop();
    for (const pauseMs of [800, 1600, 3200]) await afterPause(fake, pauseMs);
    await eventually(() => fake.server.watches.length === 1);
    await fake.clock.advance(60_000);
    openWatch(fake.server).drop();
    await afterPause(fake, 6400);
    await eventually(() => fake.server.watches.length === 1);
    await fake.clock.advance(100_000);
    fake.server.put(namespace("b"));
    await eventually(async () => (await namesOf(fake)) === "a,b");
    await fake.clock.advance(20_000);
    openWatch(fake.server).drop();
    await afterPause(fake, 800);
  });

  it("waits as long as the API server asks", async () => {
    await using fake = await watching();
    fake.server.answer(watch, {
      ...statusAnswer(429, "TooManyRequests", "x"),
      headers: { "retry-after": "20" },
    });
    openWatch(fake.server).drop();
    await afterPause(fake, 800);
    await afterPause(fake, 20_000);
    await eventually(() => fake.server.watches.length === 1);
  });

  it("does not turn in a circle when watches end at once", async () => {
    await using fake = await watching();
    fake.server.answerAlways(watch, { status: 200, body: "" });
    openWatch(fake.server).end();
    await fake.clock.advance(2000);
    for (const pauseMs of [800, 1600, 3200]) await afterPause(fake, pauseMs);
    expect(fake.server.count(watch)).toBeLessThanOrEqual(6);
  });

  it("does not turn in a circle when every resource version is too old", async () => {
    await using fake = await watching();
    fake.server.answerAlways(watch, statusAnswer(410, "Expired", "x"));
    openWatch(fake.server).drop();
    for (const pauseMs of [800, 1600, 3200]) await afterPause(fake, pauseMs);
    expect(fake.server.count(list)).toBeLessThanOrEqual(6);
  });

  it("survives any bytes in a watch, and ends with what the cluster holds", async () => {
    const pieces = [
      '{"type":"ADDED","object":',
      '{"metadata":{"name":"x","resourceVersion":"1"}}',
      "}",
      "\n",
      "{",
      '"',
      "\\",
      "\u0000",
    ];
    const text = fc
      .array(fc.constantFrom(...pieces), { maxLength: 8 })
      .map((parts) => Buffer.from(parts.join("")));
    const anything = fc.array(fc.oneof(fc.uint8Array(), text), { maxLength: 4 });
    await using fake = await watching();
    await fc.assert(
      fc.asyncProperty(anything, async (chunks) => {
        await eventually(async () => {
          await fake.clock.advance(1000);
          return fake.server.watches.length === 1;
        });
        for (const chunk of chunks) openWatch(fake.server).send(chunk);
        openWatch(fake.server).send(
          `\n${JSON.stringify({ type: "ERROR", object: statusAnswer(410, "Expired", "x").body })}\n`,
        );
        await eventually(async () => {
          await fake.clock.advance(1000);
          return (await namesOf(fake).catch(() => "")) === "a" && fake.server.watches.length === 1;
        });
      }),
      { numRuns: 30 },
    );
  });
});

describe("a reflector that cannot recover", () => {
  it.each([
    ["forbidden", statusAnswer(403, "Forbidden", "no longer"), "KUBE_FORBIDDEN"],
    ["unknown credentials", statusAnswer(401, "Unauthorized", "Unauthorized"), "KUBE_UNAUTHORIZED"],
  ])("policy-runtime 43: serves nothing once its watch is refused: %s", async (_row, answer, code) => {
    await using fake = await watching();
    const stop = fake.server.answerAlways(watch, answer);
    openWatch(fake.server).drop();
    await afterPause(fake, 800);
    await eventually(async () => (await codeOf(fake)) === code);
    expect(fake.reflectors.stats.bytes).toBeLessThan(100);
    stop();
    await fake.clock.advance(5000);
    expect(await namesOf(fake)).toBe("a");
  });

  it("says that its data are old, and serves them no more, after half a minute without a connection", async () => {
    await using fake = await watching();
    const stop = fake.server.answerAlways({ path }, "drop");
    openWatch(fake.server).drop();
    for (const pauseMs of [800, 1600, 3200, 6400, 12_800]) {
      expect(await codeOf(fake)).toBe("current");
      await afterPause(fake, pauseMs);
    }
    await afterPause(fake, 25_600);
    await eventually(() => fake.clock.sleeps.includes(fake.clock.now() + 30_000));
    await expect(fake.reflectors.list(namespaces)).rejects.toMatchObject({
      code: "KUBE_STALE",
      message: expect.stringMatching(
        /^v1\/Namespace was last seen 50400 ms ago, and cannot be watched: cannot reach the API server/,
      ),
    });
    expect(fake.reflectors.changedSince(namespaces, fake.clock.now())).toBe(true);
    stop();
    fake.server.put(namespace("b"));
    await fake.clock.advance(30_000);
    await eventually(async () => (await codeOf(fake)) === "current");
    await eventually(async () => (await namesOf(fake)) === "a,b");
  });

  it("lists anew after a long absence, and serves nothing before that is complete", async () => {
    await using fake = await watching();
    const away = fake.server.answerAlways({ path }, "drop");
    openWatch(fake.server).drop();
    await eventually(async () => {
      await fake.clock.advance(1000);
      return (await codeOf(fake)) === "KUBE_STALE";
    });
    const slow = fake.server.answerAlways(list, "hang");
    away();
    const before = fake.server.count({ path });
    await eventually(async () => {
      await fake.clock.advance(1000);
      return fake.server.count({ path }) > before;
    });
    expect(fake.server.requests.at(-1)?.query.has("watch")).toBe(false);
    const waiting = codeOf(fake);
    await afterPause(fake, 10_000);
    expect(await waiting).toBe("KUBE_TIMED_OUT");
    slow();
  });

  it("does not take a watch that is refused in its first event for a sign of life", async () => {
    await using fake = await watching();
    const tooOld = statusAnswer(410, "Expired", "too old resource version");
    const refused = `${JSON.stringify({ type: "ERROR", object: tooOld.body })}\n`;
    const away = fake.server.answerAlways({ path }, "drop");
    openWatch(fake.server).drop();
    for (const pauseMs of [800, 1600, 3200, 6400]) await afterPause(fake, pauseMs);
    await eventually(() => fake.clock.sleeps.includes(fake.clock.now() + 12_800));
    away();
    const slow = fake.server.answerAlways(list, "hang");
    fake.server.answer(watch, { status: 200, body: refused });
    await fake.clock.advance(12_800);
    await fake.server.until(() => fake.server.count(list) === 2);
    expect(await namesOf(fake)).toBe("a");
    await fake.clock.advance(6000);
    const waiting = codeOf(fake);
    await afterPause(fake, 10_000);
    expect(await waiting).toBe("KUBE_TIMED_OUT");
    slow();
  });

  it("lets callers wait for an attempt that is under way, and tells them when it failed", async () => {
    await using fake = await watching();
    const stop = fake.server.answerAlways(watch, "hang");
    openWatch(fake.server).drop();
    await afterPause(fake, 800);
    await fake.server.until(() => fake.server.count(watch) === 2);
    await fake.clock.advance(40_000);
    let answered = "";
    const waiting = codeOf(fake).then((code) => {
      answered = code;
    });
    await fake.clock.advance(1000);
    expect(answered).toBe("");
    stop();
    await fake.clock.advance(10_000);
    await waiting;
    expect(answered).toBe("KUBE_TIMED_OUT");
  });
});
