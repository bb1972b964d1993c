import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { FakeObject } from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import { accepting } from "./evaluation/testing/fake-policy-server.ts";
import { ap, cap, namespace, namespaceRule, pod, podRule } from "./scan/testing/scan-fixtures.ts";
import { logLines } from "./testing/scanned-cluster.ts";
import { runScanner, scannerGround } from "./testing/scanner-in-process.ts";

const denying = JSON.stringify({ response: { uid: "", allowed: false, status: { message: "not here" } } });
const reports = { apiVersion: "wgpolicyk8s.io/v1alpha2", kind: "PolicyReport" };
const clusterReports = { apiVersion: "wgpolicyk8s.io/v1alpha2", kind: "ClusterPolicyReport" };
const openReports = { apiVersion: "openreports.io/v1alpha1", kind: "Report" };
const web = podOfShop("web");
const shop = [namespace("shop"), web, cap("psp")];

function podOfShop(name: string): FakeObject {
  const { metadata, ...rest } = pod(`shop/${name}`);
  return { ...rest, metadata: { ...metadata, uid: `uid-of-${name}` } };
}

describe("the command line", () => {
  it.each([
    [
      "audit-and-reports 30: a report kind that is none",
      ["--report-kind", "openreport"],
      "invalid report-kind 'openreport': supported values are 'openreports' and 'policyreport'",
    ],
    [
      "audit-and-reports 35: a certificate without its key",
      ["--client-cert", "tls.crt"],
      "if any flags in the group [client-cert client-key] are set they must all be set; missing [client-key]",
    ],
    [
      "audit-and-reports 36: a level that is none",
      ["--loglevel", "bogus"],
      "invalid loglevel 'bogus': supported values are 'debug', 'info', 'warning' and 'error'",
    ],
    ["a flag that is none", ["--x"], "unknown flag: --x"],
    [
      "audit-and-reports 37: a limit of 0",
      ["--parallel-namespaces", "0"],
      `invalid argument "0" for "--parallel-namespaces" flag: expected 1 to 2147483647`,
    ],
    [
      "audit-and-reports 37: a negative limit",
      ["--page-size", "-1"],
      `invalid argument "-1" for "--page-size" flag: expected 1 to 2147483647`,
    ],
    [
      "an address that is none",
      ["-u", "policy-server:3000"],
      "--policy-server-url: expected an http:// or https:// URL without a query, found 'policy-server:3000'",
    ],
    [
      "a watch that is to report its end",
      ["--watch", "--output-format=json"],
      "--watch and --output-format exclude each other: a watch has no end to report",
    ],
    [
      "a watch that stores nothing",
      ["--watch", "--disable-store"],
      "--watch and --disable-store exclude each other: a watch keeps the stored reports current",
    ],
  ])("%s is refused with exit code 1 and in one line", async (_row, argv, message) => {
    expect(await runScanner(argv)).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `Error on cmd.Execute(): ${message}\n`,
    });
  });

  it("audit-and-reports 34: no cluster is an error on standard error", async () => {
    const { exitCode, stdout, stderr } = await runScanner([], { env: { KUBECONFIG: "/does/not/exist" } });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/^Error on cmd\.Execute\(\): no kubeconfig .*\n$/);
  });

  it.each([["--help"], ["-h"], ["--version"]])("%s tells and ends with 0", async (flag) => {
    const { exitCode, stdout } = await runScanner(["--cluster", flag]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("audit-scanner");
  });

  it("audit-and-reports 35: a file of authorities that cannot be read is named, and nothing was changed", async () => {
    await using ground = await scannerGround(shop);
    const path = join(import.meta.dirname, "no-such-file.pem");
    const { exitCode, stderr } = await ground.run(["--extra-ca", path, "--report-kind=openreports"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`failed to create scanner: failed to read file "${path}" with CA cert: `);
    expect(ground.api.requests.filter(({ method }) => method !== "GET")).toEqual([]);
  });
});

describe("a scan", () => {
  it("audit-and-reports 1, 34, 36: writes a report, logs JSON lines at info, and sums up", async () => {
    await using ground = await scannerGround(shop, () => denying);
    const { exitCode, stdout, stderr } = await ground.run([]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(ground.api.stored(reports)).toMatchObject([
      {
        metadata: { name: "uid-of-web", namespace: "shop" },
        results: [{ policy: "clusterwide-psp", result: "fail", message: "not here" }],
        summary: { pass: 0, fail: 1, error: 0 },
      },
    ]);
    const lines = logLines(stdout);
    for (const line of lines) {
      expect(line).toMatchObject({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        message: expect.any(String),
        component: expect.any(String),
      });
      expect(["info", "warning", "error"]).toContain(line["level"]);
    }
    expect(lines.at(-1)).toMatchObject({ message: "audit finished", objects: 1, fail: 1, error: 0 });
  });

  it("audit-and-reports 22: of both -c and -n the cluster counts, and standard error says so", async () => {
    const objects = [...shop, cap("spaces", { rules: [namespaceRule] })];
    await using ground = await scannerGround(objects);
    const { exitCode, stderr } = await ground.run(["-c", "-n", "shop"]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: "Cannot scan cluster wide and only a namespace at the same time\n",
    });
    expect(ground.api.stored(reports)).toEqual([]);
    expect(ground.api.stored(clusterReports)).toHaveLength(1);
  });

  it("audit-and-reports 21, 22: ignored namespaces are left out, unless one is named", async () => {
    const objects = [...shop, namespace("a"), pod("a/one"), namespace("b"), pod("b/two")];
    await using ground = await scannerGround(objects);
    await ground.run(["-i", "a,x", "-i", "b"]);
    const namesOf = () => ground.api.stored(reports).map(({ metadata }) => metadata.namespace);
    expect(namesOf()).toEqual(["shop"]);
    await ground.run(["-i=a", "-na"]);
    expect(namesOf()).toEqual(["a", "shop"]);
  });

  it("audit-and-reports defect 22: a namespace that is ignored from now on keeps its reports, and the log says so", async () => {
    const objects = [...shop, namespace("a"), pod("a/one")];
    await using ground = await scannerGround(objects);
    const warnings = async (...argv: string[]) =>
      logLines((await ground.run(argv)).stdout).filter(({ level }) => level === "warning");
    expect(await warnings()).toEqual([]);
    expect(await warnings("-i", "a,b")).toMatchObject([{ reports: 1, namespaces: ["a"] }]);
    expect(await warnings("-i", "a", "-n", "shop")).toEqual([]);
    expect(ground.api.stored(reports).map(({ metadata }) => metadata.namespace)).toEqual(["a", "shop"]);
  });

  it("audit-and-reports 6, 33: with --disable-store --output-scan reports are only logged", async () => {
    const objects = [...shop, cap("spaces", { rules: [namespaceRule] })];
    await using ground = await scannerGround(objects);
    const { exitCode, stdout } = await ground.run([
      ...["--disable-store", "-o", "--report-kind", "openreports"],
    ]);
    expect(exitCode).toBe(0);
    const told = logLines(stdout).filter(({ message }) => String(message).endsWith("summary"));
    expect(told.map(({ message, report }) => [message, JSON.parse(String(report)).kind])).toEqual([
      ["ClusterPolicyReport summary", "ClusterReport"],
      ["PolicyReport summary", "Report"],
    ]);
    const written = ground.api.requests.filter(({ method }) => !["GET", "HEAD"].includes(method));
    expect(written.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  it("audit-and-reports 40: two scans of an unchanged cluster store equal results in equal order, in no namespace too", async () => {
    const rules = [podRule, namespaceRule];
    const policies = ["z", "b", "a"].map((name) => cap(name, { rules }));
    let slow = "a";
    await using ground = await scannerGround([namespace("shop"), web, ...policies], async ({ path }) => {
      if (path.endsWith(`-${slow}`)) for (let turn = 0; turn < 200; turn++) await setImmediate();
      return accepting;
    });
    const results = () => [reports, clusterReports].map((kind) => ground.api.stored(kind)[0]?.["results"]);
    await ground.run([]);
    const first = results();
    slow = "z";
    await ground.run([]);
    expect(results()).toEqual(first);
    const order = ["a", "b", "z"].map((name) => ({ policy: `clusterwide-${name}` }));
    expect(first).toMatchObject([order, order]);
  });

  it("audit-and-reports 31: with openreports our reports of the other kind go", async () => {
    await using ground = await scannerGround(shop);
    await ground.run([]);
    expect(ground.api.stored(reports)).toHaveLength(1);
    await ground.run(["--report-kind=openreports"]);
    expect(ground.api.stored(reports)).toEqual([]);
    expect(ground.api.stored(openReports)).toHaveLength(1);
  });

  it("audit-and-reports 10: a policy server that is down gives error results and exit code 0", async () => {
    await using ground = await scannerGround(shop, () => "reset");
    const { exitCode } = await ground.run([]);
    expect(exitCode).toBe(0);
    expect(ground.api.stored(reports)).toMatchObject([{ results: [{ result: "error" }] }]);
  });

  it("policies that cannot be listed are exit code 1", async () => {
    await using ground = await scannerGround(shop);
    ground.api.answerAlways({ path: /clusteradmissionpolicies$/ }, { status: 403 });
    const { exitCode, stderr } = await ground.run([]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^Error on cmd\.Execute\(\): failed to obtain cluster auditable policies: /);
  });

  it("audit-and-reports 41: who is asked to stop deletes nothing and ends with 1", async () => {
    const stop = new AbortController();
    let isSecond = false;
    await using ground = await scannerGround(shop, () => {
      if (isSecond) stop.abort();
      return accepting;
    });
    await ground.run([]);
    isSecond = true;
    ground.api.remove(web);
    ground.api.put(podOfShop("other"));
    const { exitCode, stderr } = await ground.run([], { shutdown: stop.signal });
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      "Error on cmd.Execute(): stopped before the scan was over: no old report was deleted: This operation was aborted\n",
    );
    // the evaluation that was under way was finished, and its report written
    expect(ground.api.stored(reports).map(({ metadata }) => metadata.name)).toEqual([
      "uid-of-other",
      "uid-of-web",
    ]);
  });
});

describe("--fail-on and --output-format", () => {
  const found = [
    ["", accepting, 0],
    ["--fail-on=fail", accepting, 0],
    ["", denying, 0],
    ["--fail-on=error", denying, 0],
    ["--fail-on=fail", denying, 3],
    ["--fail-on=error", "no JSON", 3],
    ["--fail-on=fail", "no JSON", 3],
  ] as const;
  it.each(found)("%s and an answer %s end with %i", async (flag, answer, exitCode) => {
    await using ground = await scannerGround(shop, () => answer);
    expect((await ground.run(flag === "" ? [] : [flag])).exitCode).toBe(exitCode);
  });

  it("results go to standard output, the log to standard error", async () => {
    const objects = [...shop, ap("shop/labels", { mode: "monitor" })];
    await using ground = await scannerGround(objects, ({ path }) =>
      path.includes("namespaced") ? denying : accepting,
    );
    const { stdout, stderr } = await ground.run(["--output-format", "text"]);
    expect(stdout).toBe(
      "fail: Pod shop/web: not here [namespaced-shop-labels, info, monitor mode]\n1 objects: 1 pass, 1 fail, 0 error\n",
    );
    expect(logLines(stderr).at(-1)).toMatchObject({ message: "audit finished" });
  });
});
