import { setImmediate } from "node:timers/promises";
import type { Lease } from "@kubewarden-ts/api/core";
import { silentLogger } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import { KubeError } from "../errors.ts";
import type { CallOptions, ObjectClient } from "../objects/object-client.ts";
import { createFakeClock } from "../testing/index.ts";
import { microTime } from "./lease-record.ts";
import { type RunAsLeaderOptions, runAsLeader } from "./run-as-leader.ts";

const place = { namespace: "web", name: "lock" };
const others = {
  ...{ holderIdentity: "other", leaseDurationSeconds: 15, leaseTransitions: 3 },
  ...{ acquireTime: "2026-01-01T00:00:00.000000Z", renewTime: "2026-01-01T00:00:00.000000Z" },
};

/** One Lease in memory, with the versions of an API server that may be down or slow for one candidate. */
function leaseStore(spec?: Lease["spec"]) {
  let version = 1;
  const types = { apiVersion: "coordination.k8s.io/v1", kind: "Lease" };
  const metadata = { ...place, labels: { kept: "yes" }, resourceVersion: "1" };
  const store = {
    lease: (spec && { ...types, metadata, spec }) as Lease | undefined,
    writes: 0,
    trouble: new Map<string, "down" | "hangs">(),
    write(next: Lease): Lease {
      const resourceVersion = String(++version);
      store.writes++;
      store.lease = { ...next, metadata: { ...next.metadata, resourceVersion } };
      return store.lease;
    },
    as(identity: string): ObjectClient {
      const ready = async ({ signal }: CallOptions = {}): Promise<void> => {
        await setImmediate();
        if (store.trouble.get(identity) === "down") throw new KubeError("down", { code: "KUBE_UNAVAILABLE" });
        if (store.trouble.get(identity) !== "hangs") return;
        await new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
      };
      const conflict = () => new KubeError("newer", { code: "KUBE_CONFLICT", status: 409 });
      return {
        async get(_type: unknown, _name: unknown, options?: CallOptions) {
          await ready(options);
          return store.lease;
        },
        async create(_type: unknown, lease: Lease, options?: CallOptions) {
          await ready(options);
          if (store.lease !== undefined) throw conflict();
          return store.write(lease);
        },
        async replace(_type: unknown, lease: Lease, options?: CallOptions) {
          await ready(options);
          const { resourceVersion } = store.lease?.metadata ?? {};
          if (lease.metadata.resourceVersion !== resourceVersion) throw conflict();
          return store.write(lease);
        },
      } as unknown as ObjectClient;
    },
  };
  return store;
}

function setUp(spec?: Lease["spec"]) {
  const clock = createFakeClock();
  const store = leaseStore(spec);
  const leading = new Set<string>();
  let most = 0;

  function candidate(identity: string, options: Partial<RunAsLeaderOptions> = {}) {
    const stop = new AbortController();
    const outcome: { value?: unknown } = {};
    const done = runAsLeader({
      ...{ objects: store.as(identity), ...place, identity, log: silentLogger, clock, random: () => 0 },
      async lead(signal) {
        leading.add(identity);
        most = Math.max(most, leading.size);
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
        leading.delete(identity);
      },
      signal: stop.signal,
      ...options,
    });
    void done.then(
      (value) => {
        outcome.value = value;
      },
      () => {}, // the test looks at it
    );
    return { outcome, done, stop: () => stop.abort() };
  }

  /** Lets time pass in small steps, with all that happens meanwhile. */
  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 500) {
      for (let turn = 0; turn < 8; turn++) await setImmediate();
      await clock.advance(500);
    }
    for (let turn = 0; turn < 8; turn++) await setImmediate();
  }

  return { clock, store, leading, candidate, pass, most: () => most };
}

describe("runAsLeader", () => {
  it("controller 34: makes the Lease as client-go does", async () => {
    const { store, candidate, pass } = setUp();
    const only = candidate("me");
    await pass(0);
    expect(store.lease).toMatchObject({
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: place,
      spec: {
        ...{ holderIdentity: "me", leaseDurationSeconds: 15, leaseTransitions: 0 },
        ...{ acquireTime: "1970-01-01T00:16:40.000000Z", renewTime: "1970-01-01T00:16:40.000000Z" },
      },
    });
    await pass(4000);
    expect(store.lease?.spec).toMatchObject({
      acquireTime: "1970-01-01T00:16:40.000000Z",
      renewTime: expect.stringMatching(/^1970-01-01T00:16:4[34]/),
    });
    only.stop();
    expect(await only.done).toBe("stopped");
  });

  it("controller 34: waits while another renews, however old its times look", async () => {
    const { store, candidate, pass, leading } = setUp(others);
    const me = candidate("me");
    for (let renewals = 1; renewals < 6; renewals++) {
      await pass(10_000);
      const renewTime = `2020-01-01T00:00:0${renewals}.000000Z`;
      store.write({ ...store.lease!, spec: { ...store.lease!.spec, renewTime } });
    }
    expect(leading.size).toBe(0);
    await pass(14_000);
    expect(leading.size).toBe(0);
    await pass(4000);
    expect([...leading]).toEqual(["me"]);
    expect(store.lease).toMatchObject({
      metadata: { labels: { kept: "yes" } },
      spec: { holderIdentity: "me", leaseTransitions: 4, leaseDurationSeconds: 15 },
    });
    me.stop();
    await me.done;
  });

  it("controller 34: gives the Lease back at its end, and the next takes it at once", async () => {
    const { store, candidate, pass, leading, most } = setUp();
    const first = candidate("first");
    await pass(0);
    const second = candidate("second");
    await pass(30_000);
    expect([...leading]).toEqual(["first"]);
    first.stop();
    await first.done;
    expect(store.lease?.spec).toMatchObject({
      ...{ holderIdentity: "", leaseDurationSeconds: 1, leaseTransitions: 0 },
    });
    await pass(2500);
    expect([[...leading], most(), store.lease?.spec?.leaseTransitions]).toEqual([["second"], 1, 1]);
    second.stop();
    await second.done;
  });

  it.each(["down", "hangs"] as const)(
    "controller 34: steps down in time when the API server %s for it, and before another leads",
    async (trouble) => {
      const { store, candidate, pass, leading, most } = setUp();
      const first = candidate("first");
      await pass(0);
      const second = candidate("second");
      await pass(5000);
      store.trouble.set("first", trouble);
      await pass(8000);
      expect([...leading]).toEqual(["first"]);
      await pass(4000);
      expect([[...leading], first.outcome.value]).toEqual([[], "lost"]);
      await pass(8000);
      expect([[...leading], most()]).toEqual([["second"], 1]);
      expect(store.lease?.spec?.holderIdentity).toBe("second"); // not given back by who lost it
      second.stop();
      await second.done;
    },
  );

  it("survives a short trouble", async () => {
    const { store, candidate, pass, leading } = setUp();
    const me = candidate("me");
    await pass(5000);
    store.trouble.set("me", "down");
    await pass(6000);
    store.trouble.clear();
    await pass(30_000);
    expect([[...leading], me.outcome.value]).toEqual([["me"], undefined]);
    me.stop();
    await me.done;
  });

  it("survives that somebody labels the Lease", async () => {
    const { store, candidate, pass, leading } = setUp();
    const me = candidate("me");
    await pass(5000);
    for (let turn = 0; turn < 10; turn++) {
      store.write({
        ...store.lease!,
        metadata: { ...store.lease!.metadata, labels: { turn: String(turn) } },
      });
      await pass(1500);
    }
    expect([...leading]).toEqual(["me"]);
    me.stop();
    await me.done;
  });

  it("steps down at once when somebody else took the Lease", async () => {
    const { store, candidate, pass } = setUp();
    const me = candidate("me");
    await pass(3000);
    const { writes } = store;
    store.write({ ...store.lease!, spec: others });
    await pass(2000);
    expect([me.outcome.value, store.writes, store.lease?.spec]).toEqual(["lost", writes + 1, others]);
  });

  it("a process that slept does not lead on", async () => {
    const { candidate, pass, clock, store } = setUp();
    const me = candidate("me");
    await pass(3000);
    const { writes } = store;
    await clock.advance(60_000);
    await pass(0);
    expect([me.outcome.value, store.writes]).toEqual(["lost", writes]);
  });

  it("its end does not wait for an API server that does not answer", async () => {
    const { candidate, pass, store, leading } = setUp();
    const me = candidate("me");
    await pass(1000);
    store.trouble.set("me", "hangs");
    me.stop();
    await pass(0);
    expect(leading.size).toBe(0);
    await pass(5000);
    expect(me.outcome.value).toBe("stopped");
  });

  it("who stops waiting never led", async () => {
    const { candidate, pass, store, most } = setUp(others);
    const me = candidate("me");
    await pass(3000);
    me.stop();
    expect([await me.done, most(), store.writes]).toEqual(["stopped", 0, 0]);
  });

  it("gives the Lease back when what it led fails, and hands the failure on", async () => {
    const { candidate, store } = setUp();
    const lead = async () => {
      throw new Error("no");
    };
    const failing = candidate("me", { lead });
    await expect(failing.done).rejects.toThrow("no");
    expect(store.lease?.spec?.holderIdentity).toBe("");
  });

  it("of two that ask at the same time, one leads", async () => {
    const { candidate, pass, leading, most } = setUp();
    const both = [candidate("a"), candidate("b")];
    await pass(20_000);
    expect([leading.size, most()]).toEqual([1, 1]);
    for (const { stop, done } of both) {
      stop();
      await done;
    }
  });

  it("refuses times that cannot work", async () => {
    const { candidate } = setUp();
    await expect(candidate("me", { renewDeadlineMs: 20_000 }).done).rejects.toThrow(RangeError);
    await expect(candidate("me", { retryPeriodMs: 10_000 }).done).rejects.toThrow(RangeError);
  });
});

describe("microTime", () => {
  it.each([
    [0, "1970-01-01T00:00:00.000000Z"],
    [1234.5678, "1970-01-01T00:00:01.234567Z"],
    [999.9999, "1970-01-01T00:00:00.999999Z"],
    [1_795_780_800_000.25, "2026-11-27T12:00:00.000250Z"],
  ])("writes %d ms as %s", (ms, text) => {
    expect(microTime(ms)).toBe(text);
  });
});
