import { expect, it } from "vitest";
import type { Generation, LoadedPolicy } from "./generation.ts";
import { LiveGeneration } from "./live-generation.ts";
import type { PolicyEntry } from "./policies-file.ts";

const entry: PolicyEntry = {
  ...{ kind: "policy", module: "m", policyMode: "protect", allowedToMutate: false, namespaced: false },
  ...{ settings: {}, contextAwareResources: [], hostCapabilities: [] },
};

/** A generation of policies that run under the given keys. */
function generation(...keys: readonly number[]): Generation {
  const unused = { timeoutMs: undefined, digest: "", settingsDigest: "" };
  const entries = keys.map(
    (key): LoadedPolicy => ({
      ...{ kind: "policy", id: `p${key}`, revision: "", entry },
      state: { key, ...unused },
    }),
  );
  return new Map(entries.map((entry) => [entry.id, entry]));
}

function held(...keys: readonly number[]) {
  const released: number[] = [];
  return { live: new LiveGeneration(generation(...keys), (key) => void released.push(key)), released };
}

it("what no request uses is released at once, what goes on is not", () => {
  const { live, released } = held(1, 2);
  live.replace(generation(2, 3));
  expect(released).toEqual([1]);
});

it("what a request uses is released when the request has ended, however often it was replaced", async () => {
  const { live, released } = held(1, 2);
  const { promise, resolve } = Promise.withResolvers<void>();
  const used = live.use(async (seen) => {
    await promise;
    return [...seen.keys()];
  });
  live.replace(generation(2, 3));
  live.replace(generation(4));
  expect(released).toEqual([3]);
  resolve();
  expect(await used).toEqual(["p1", "p2"]);
  expect(released.sort()).toEqual([1, 2, 3]);
});

it("the last request of several releases, also one that fails", async () => {
  const { live, released } = held(1);
  const ends = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const uses = ends.map(({ promise }) => live.use(() => promise));
  live.replace(generation());
  ends[0]!.resolve();
  await uses[0];
  expect(released).toEqual([]);
  ends[1]!.reject(new Error("x"));
  await expect(uses[1]).rejects.toThrow("x");
  expect(released).toEqual([1]);
});

it("what two replaced generations share is released once, with the last of them", async () => {
  const { live, released } = held(1);
  const ends = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const first = live.use(() => ends[0]!.promise);
  live.replace(generation(1, 2));
  const second = live.use(() => ends[1]!.promise);
  live.replace(generation(3));
  ends[0]!.resolve();
  await first;
  expect(released).toEqual([]);
  ends[1]!.resolve();
  await second;
  expect(released).toEqual([1, 2]);
});
