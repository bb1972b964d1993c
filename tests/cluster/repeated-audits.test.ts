import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requires } from "../support/requirements.ts";
import { type AuditedCluster, startAuditedCluster } from "./audited-cluster.ts";
import { type CountingRelay, startCountingRelay } from "./counting-relay.ts";
import { createJudged, type JudgedObject } from "./judged-objects.ts";
import { policyServerAt } from "./policy-server-at.ts";
import { type Edit, makeEdit, randomEdits, relabel } from "./random-edits.ts";
import { deleteReports, storedReports } from "./stored-reports.ts";

const soak = process.env["KUBEWARDEN_TS_SOAK"] === "1";
const pairs = soak ? 10_000 : 150;
const edits = soak ? 400 : 24;
const editsPerScan = 6;
const kills = soak ? 20 : 4;
const seed = soak ? Date.now() : 41;

describe.skipIf(requires("kubernetes-controllers").skip)("the audit scanner, run again and again", () => {
  let audited: AuditedCluster;
  let relay: CountingRelay;
  let objects: readonly JudgedObject[];

  beforeAll(async () => {
    audited = await startAuditedCluster();
    objects = await createJudged(audited.cluster, { pairs, shared: 30, seed });
    await audited.createPolicies();
    const ca = await readFile(audited.caPath, "utf8");
    relay = await startCountingRelay({ ...(await policyServerAt(audited.cluster.objects)), ca });
  }, 600_000);
  afterAll(async () => {
    await relay?.[Symbol.asyncDispose]();
    await audited?.[Symbol.asyncDispose]();
  });

  /** Scans, and expects that nothing is amiss. */
  async function scan(...args: string[]): Promise<void> {
    const { exitCode, stdout, stderr } = await audited.scan(...args);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  }

  const reports = () => storedReports(audited.cluster.objects);

  it("asks about one changed object exactly the policies that are about it", {
    timeout: 240_000,
  }, async () => {
    const args = ["--incremental", "-u", relay.url];
    await scan(...args);
    relay.taken();
    const changed = objects.findLast(({ judges }) => judges.length > 5)!;
    const uid = await relabel(audited.cluster.client, changed, { changed: "yes" });
    await scan(...args);
    const asked = relay.taken();
    const aboutChanged = asked.filter((pair) => pair.uid === uid).map(({ policy }) => policy);
    expect(aboutChanged.sort()).toEqual(changed.judges);
    // one other object at most tells which revision of a policy judges now
    const others = new Set(
      asked.filter((pair) => pair.uid !== uid).map((pair) => `${pair.policy} ${pair.uid}`),
    );
    const policies = Array.from(others, (pair) => pair.split(" ")[0]).sort();
    expect(policies).toEqual([...new Set(policies)]);
  });

  it("leaves the same when it is killed at any point and run again", {
    timeout: soak ? 2_400_000 : 600_000,
  }, async () => {
    await deleteReports(audited.cluster.objects);
    const startMs = performance.now();
    await scan();
    const tookMs = performance.now() - startMs;
    const undisturbed = await reports();
    let partial = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      await deleteReports(audited.cluster.objects);
      const scanner = audited.startScan();
      const ended = once(scanner, "exit");
      await delay(Math.random() * tookMs);
      scanner.kill("SIGKILL");
      await ended;
      const left = await reports();
      // what is there is right; the rest is missing
      expect(undisturbed).toMatchObject(left);
      if (Object.keys(left).length < Object.keys(undisturbed).length) partial += 1;
      await scan(...(kill % 2 === 0 ? [] : ["--incremental"]));
      expect(await reports()).toEqual(undisturbed);
    }
    expect(partial).toBeGreaterThan(0);
  });

  it("leaves after many edits what a full scan leaves", { timeout: soak ? 2_400_000 : 300_000 }, async () => {
    await scan("--incremental");
    const before = await reports();
    // objects that nobody touched are judged by a policy that was changed
    const last: Edit = { kind: "settings", place: 0, on: false };
    for (const [step, edit] of [...randomEdits({ count: edits, seed }), last].entries()) {
      await makeEdit(audited, objects, edit);
      if (step % editsPerScan === editsPerScan - 1) await scan("--incremental");
    }
    await scan("--incremental");
    const incremental = await reports();
    await deleteReports(audited.cluster.objects);
    await scan();
    expect(incremental).toEqual(await reports());
    expect(incremental).not.toEqual(before);
  });
});
