import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type FakeAnswer, statusAnswer } from "../testing/index.ts";
import { clientGround, errorOf } from "./testing/client-ground.ts";

const path = "/api/v1/namespaces/web";
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const ground = clientGround();

describe("stream", () => {
  const watched = "/api/v1/namespaces";
  const query = { watch: true, resourceVersion: "100000" };
  const { signal: never } = new AbortController();

  it("gives what comes, until the server ends it", async () => {
    const chunks = await ground.client.stream(watched, { query, signal: never });
    const [watch] = ground.server.watches;
    watch?.send("a\n");
    const seen: string[] = [];
    for await (const chunk of chunks) {
      seen.push(text(chunk));
      watch?.end();
    }
    expect(seen.join("")).toBe("a\n");
  });

  it("takes no place among the requests", async () => {
    await using narrow = ground.clientWith({ maxConcurrent: 1 });
    const stop = new AbortController();
    await narrow.stream(watched, { query, signal: stop.signal });
    await narrow.stream(watched, { query, signal: stop.signal });
    expect((await narrow.get(path)).status).toBe(200);
    stop.abort();
  });

  it("lasts longer than the time for its opening", async () => {
    const chunks = await ground.client.stream(watched, { query, signal: never, timeoutMs: 20 });
    await setTimeout(20); // timers of one length fire in the order in which they were set
    const [watch] = ground.server.watches;
    watch?.send("late");
    watch?.end();
    expect(text((await Array.fromAsync(chunks))[0] ?? new Uint8Array())).toBe("late");
  });

  it.each([
    ["is lost", () => ground.server.watches[0]?.drop(), "KUBE_UNAVAILABLE"],
    ["is stopped", (stop: AbortController) => stop.abort(), "KUBE_ABORTED"],
    ["belongs to a client that is closed", () => void ground.client[Symbol.asyncDispose](), "KUBE_CLOSED"],
  ])("fails when it %s", async (_row, end, code) => {
    const stop = new AbortController();
    const chunks = await ground.client.stream(watched, { query, signal: stop.signal });
    end(stop);
    expect(await errorOf(Array.fromAsync(chunks))).toMatchObject({ code });
  });

  it.each<[FakeAnswer, string]>([
    [statusAnswer(403, "Forbidden", "no"), "KUBE_FORBIDDEN"],
    ["hang", "KUBE_TIMED_OUT"],
    ["drop", "KUBE_UNAVAILABLE"],
  ])("fails to open with %j", async (answer, code) => {
    ground.server.answer({ path: watched, watch: true }, answer);
    expect(
      await errorOf(ground.client.stream(watched, { query, signal: never, timeoutMs: 50 })),
    ).toMatchObject({
      code,
    });
  });

  it("ends on the server's side when the loop is left", async () => {
    const chunks = await ground.client.stream(watched, { query, signal: never });
    ground.server.watches[0]?.send("a");
    for await (const _chunk of chunks) break;
    await ground.server.until(() => ground.server.watches.length === 0);
  });
});
