import { describe, expect, it } from "vitest";
import {
  cap,
  deploymentRule,
  namespace,
  namespaceRule,
  pod,
  podRule,
  unknownRule,
  wildcardRule,
} from "./scan/testing/scan-fixtures.ts";
import { logLines } from "./testing/scanned-cluster.ts";
import { runScanner, type ScannerGround, scannerGround } from "./testing/scanner-in-process.ts";

const reports = { apiVersion: "wgpolicyk8s.io/v1alpha2", kind: "PolicyReport" };
const clusterReports = { apiVersion: "wgpolicyk8s.io/v1alpha2", kind: "ClusterPolicyReport" };
const runUid = "kubewarden.io/audit-scanner-run-uid";
const psp = cap("psp", { rules: [podRule, namespaceRule] });
const shop = [
  namespace("shop"),
  { ...pod("shop/web"), metadata: { ...pod("shop/web").metadata, uid: "uid-of-web" } },
];

const stored = ({ api }: ScannerGround) => [...api.stored(reports), ...api.stored(clusterReports)];

describe("what a scan leaves in the cluster", () => {
  it("audit-and-reports 3: with no policy left, no report of ours remains", async () => {
    await using ground = await scannerGround([...shop, psp]);
    await ground.run([]);
    expect(stored(ground)).toHaveLength(2);
    ground.api.remove(psp);
    await ground.run([]);
    expect(stored(ground)).toEqual([]);
  });

  it("audit-and-reports 21: ignored Namespaces get reports of their own, what is in them does not", async () => {
    const objects = [
      ...shop,
      ...["a", "kubewarden"].flatMap((name) => [namespace(name), pod(`${name}/one`)]),
    ];
    await using ground = await scannerGround([...objects, psp]);
    await ground.run(["-i", "a"]);
    const namesOf = (kind: typeof reports) => ground.api.stored(kind).map(({ metadata }) => metadata.name);
    expect(namesOf(reports)).toEqual(["uid-of-web"]);
    expect(namesOf(clusterReports)).toEqual(["uid-of-a", "uid-of-kubewarden", "uid-of-shop"]);
  });

  it("audit-and-reports 27: all reports of a run carry its UID, and the next run has another", async () => {
    await using ground = await scannerGround([...shop, psp]);
    const uidsAfterRun = async () => {
      await ground.run([]);
      return new Set(stored(ground).map(({ metadata }) => metadata.labels?.[runUid]));
    };
    const [first, second] = [await uidsAfterRun(), await uidsAfterRun()];
    expect([...first, ...second]).toEqual(Array(2).fill(expect.stringMatching(/^[0-9a-f-]{36}$/)));
    expect(second).not.toEqual(first);
  });
});

describe("what a scan tells", () => {
  it("audit-and-reports 33: with --output-scan each line has the whole report, as it is stored", async () => {
    await using ground = await scannerGround([...shop, psp]);
    const { stdout } = await ground.run(["--output-scan"]);
    const told = logLines(stdout).flatMap(({ report }) =>
      report === undefined ? [] : JSON.parse(String(report)),
    );
    expect(told).toHaveLength(2);
    expect(stored(ground)).toMatchObject(told.toReversed());
    expect(told[0]).toMatchObject({ summary: { pass: 1 }, results: [{ result: "pass" }] });
  });

  it("audit-and-reports defect 20: names each policy that is not audited and why, once for a run of many namespaces", async () => {
    const leftOut = [
      cap("inactive", { status: "pending" }),
      cap("wildcard", { rules: [wildcardRule] }),
      cap("update", { rules: [{ ...podRule, operations: ["UPDATE"] }] }),
      cap("no-audit", { backgroundAudit: false }),
      cap("unknown", { rules: [unknownRule] }),
    ];
    await using ground = await scannerGround([...shop, namespace("b"), namespace("c"), psp, ...leftOut]);
    const lines = logLines((await ground.run([])).stdout);
    const reasons = lines
      .filter(({ policy }) => policy !== undefined)
      .map(({ policy, reason, error }) => [policy, reason ?? error] as const);
    expect(reasons.toSorted()).toEqual([
      ["clusterwide-inactive", expect.stringContaining("policyStatus is pending")],
      ["clusterwide-no-audit", expect.stringContaining("backgroundAudit is false")],
      ["clusterwide-unknown", expect.stringContaining("apps/v1 foo")],
      ["clusterwide-update", expect.stringContaining("operation CREATE")],
      ["clusterwide-wildcard", expect.stringContaining("--expand-wildcards")],
    ]);
  });
});

describe("exit codes", () => {
  it("audit-and-reports 14: a kind that may not be listed is a warning, the others are audited, exit code 0", async () => {
    await using ground = await scannerGround([...shop, cap("psp", { rules: [podRule, deploymentRule] })]);
    ground.api.answerAlways({ path: /deployments$/ }, { status: 403 });
    const { exitCode, stdout } = await ground.run([]);
    expect(exitCode).toBe(0);
    const warnings = logLines(stdout).filter(({ level }) => level === "warning");
    expect(warnings).toMatchObject([{ message: "Failed to list resources" }]);
    expect(ground.api.stored(reports)).toHaveLength(1);
  });

  it("audit-and-reports defect 10: Namespaces that cannot be listed are exit code 1 and one line", async () => {
    await using ground = await scannerGround([...shop, psp]);
    ground.api.answerAlways({ path: "/api/v1/namespaces" }, { status: 403 });
    const { exitCode, stderr } = await ground.run(["-l", "error"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^Error on cmd\.Execute\(\): error scanning all namespaces: failed to list namespaces: .*\n$/,
    );
  });

  it("audit-and-reports 38: a namespace that is none is named, exit code 1", async () => {
    await using ground = await scannerGround([...shop, psp]);
    const { exitCode, stderr } = await ground.run(["-n", "nowhere"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^Error on cmd\.Execute\(\): .*failed to get namespace nowhere: .*\n$/);
  });

  const limits = ["parallel-namespaces", "parallel-resources", "parallel-policies", "page-size"];
  it.each(limits.flatMap((name) => [`--${name}=0`, `--${name}=-1`]))(
    "audit-and-reports 37: %s is exit code 1",
    async (flag) => {
      const { exitCode, stderr } = await runScanner([flag]);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`for "${flag.split("=")[0]}" flag: expected 1 to `);
    },
  );

  it("audit-and-reports defect 5: help names the values that are accepted, and nothing as required", async () => {
    const { stdout } = await runScanner(["--help"]);
    expect(stdout).toMatch(/\bopenreports\b.*\bpolicyreport\b/);
    expect(stdout).not.toMatch(/\bopenreport\b|required/);
    for (const level of ["debug", "info", "warning", "error"]) expect(stdout).toContain(level);
  });
});
