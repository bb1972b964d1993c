import { type Clock, systemClock } from "@kubewarden-ts/base";
import { describe, expect, it, vi } from "vitest";
import { accepting } from "../evaluation/testing/fake-policy-server.ts";
import { cap, namespace, object } from "../scan/testing/scan-fixtures.ts";
import { logLines } from "../testing/scanned-cluster.ts";
import { type ScannerGround, scannerGround } from "../testing/scanner-in-process.ts";

const denying = JSON.stringify({ response: { uid: "", allowed: false, status: { message: "no" } } });

/** Short pauses pass at once, long ones never. */
const hurried: Clock = {
  now: () => systemClock.now(),
  sleep: (ms, options) => systemClock.sleep(ms < 5000 ? 1 : ms, options),
};

/** A Pod with a UID that can be the name of a report. */
function podNamed(name: string, space = "shop") {
  const { metadata, ...rest } = object("v1 Pod", `${space}/${name}`);
  return { ...rest, metadata: { ...metadata, uid: `uid-of-${name}` } };
}

/** Watches while `deed` runs, then asks it to stop. */
async function watching(
  ground: ScannerGround,
  argv: readonly string[],
  deed: (reports: () => readonly string[]) => Promise<void>,
) {
  const stop = new AbortController();
  const run = ground.run(["--watch", "-l=debug", ...argv], { shutdown: stop.signal, clock: hurried });
  const reports = () =>
    ground.api
      .stored({ apiVersion: "wgpolicyk8s.io/v1alpha2", kind: "PolicyReport" })
      .map(({ metadata, ["results"]: results }) => {
        const outcomes = (results as { result: string }[]).map(({ result }) => result);
        return `${metadata.namespace} ${metadata.name}: ${outcomes.join()}`;
      });
  try {
    await Promise.race([deed(reports), run.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
  } finally {
    stop.abort();
  }
  return await run;
}

/** The fake API server tells of requests when they come, not when they are done: looked at again and again. */
function until(reports: () => readonly string[], expected: readonly string[]): Promise<void> {
  return vi.waitFor(() => expect(reports()).toEqual(expected), { timeout: 15_000, interval: 10 });
}

describe("--watch", () => {
  it("scans, then keeps reports current when objects and policies come, and ends with 0", async () => {
    const objects = [
      namespace("shop"),
      namespace("other"),
      podNamed("web"),
      podNamed("far", "other"),
      cap("a"),
    ];
    await using ground = await scannerGround(objects, ({ path }) =>
      path.includes("b") ? denying : accepting,
    );
    const { exitCode, stdout, stderr } = await watching(ground, [], async (reports) => {
      await until(reports, ["other uid-of-far: pass", "shop uid-of-web: pass"]);
      ground.api.put(podNamed("new"));
      await until(reports, ["other uid-of-far: pass", "shop uid-of-new: pass", "shop uid-of-web: pass"]);
      ground.api.put(cap("b"));
      await until(reports, [
        "other uid-of-far: pass,fail",
        "shop uid-of-new: pass,fail",
        "shop uid-of-web: pass,fail",
      ]);
      ground.api.remove(cap("a"));
      await until(reports, ["other uid-of-far: fail", "shop uid-of-new: fail", "shop uid-of-web: fail"]);
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(logLines(stdout).at(-1)).toMatchObject({ message: "watch stopped" });
  });

  it("looks at no other namespace when only one changed", async () => {
    const objects = [
      namespace("shop"),
      namespace("other"),
      podNamed("web"),
      podNamed("far", "other"),
      cap("a"),
    ];
    await using ground = await scannerGround(objects);
    await watching(ground, [], async (reports) => {
      await until(reports, ["other uid-of-far: pass", "shop uid-of-web: pass"]);
      const lists = (space: string) => ground.api.count({ path: `/api/v1/namespaces/${space}/pods` });
      const before = lists("other");
      ground.api.put(podNamed("new"));
      await until(reports, ["other uid-of-far: pass", "shop uid-of-new: pass", "shop uid-of-web: pass"]);
      expect(lists("other")).toBe(before);
      expect(lists("shop")).toBeGreaterThan(0);
    });
  });

  it("with -n looks at that namespace only", async () => {
    const objects = [
      namespace("shop"),
      namespace("other"),
      podNamed("web"),
      podNamed("far", "other"),
      cap("a"),
    ];
    await using ground = await scannerGround(objects);
    await watching(ground, ["-n", "shop"], async (reports) => {
      await until(reports, ["shop uid-of-web: pass"]);
      ground.api.put(podNamed("more", "other"));
      ground.api.put(podNamed("new"));
      await until(reports, ["shop uid-of-new: pass", "shop uid-of-web: pass"]);
    });
  });
});
