import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reportKinds, reportTypes } from "../../apps/audit-scanner/src/reports/report-kinds.ts";
import { reportDefinitions } from "../../tools/cluster/report-definitions.ts";
import { requires } from "../support/requirements.ts";
import { type ControlPlane, controlPlane } from "./control-plane.ts";
import { installCustomResources, removeCustomResources } from "./install-custom-resources.ts";

const run = promisify(execFile);

const limits = { maxResults: 5, statusFilter: ["fail"] };
const scope = {
  apiVersion: "v1",
  kind: "Pod",
  namespace: "shop",
  name: "web",
  uid: "u",
  resourceVersion: "991",
};
const result = {
  ...{ source: "kubewarden", policy: "clusterwide-p", category: "PSP", severity: "critical", result: "fail" },
  ...{ scored: true, timestamp: { seconds: 1_767_225_600, nanos: 0 }, resourceSelector: {}, message: "no" },
  properties: { validating: "true" },
};
const report = {
  metadata: { name: "u" },
  scope,
  summary: { pass: 1, fail: 2, warn: 3, error: 4, skip: 5 },
  results: [result],
};
const { policy: _policy, ...nameless } = result;

describe.skipIf(requires("kubernetes").skip)("the definitions of reports and a real API server", () => {
  let plane: ControlPlane;
  let namespace: string;
  const typesOf = (kind: (typeof reportKinds)[number]) =>
    reportTypes(kind, {
      openreports: `${namespace}.openreports.test`,
      wgpolicy: `${namespace}.wgpolicy.test`,
    });
  const definitions = () => reportKinds.flatMap((kind) => reportDefinitions(kind, typesOf(kind)));
  beforeAll(async () => {
    plane = await controlPlane();
    namespace = await plane.createNamespace();
    await installCustomResources(plane.admin, definitions());
  }, 60_000);
  afterAll(() => plane && removeCustomResources(plane.admin, definitions()));

  /** The answer to a report that is not kept, unless told. */
  async function create(kind: (typeof reportKinds)[number], body: object, { dryRun = "?dryRun=All" } = {}) {
    const { apiVersion, plural, kind: name } = typesOf(kind).namespaced;
    const path = `/apis/${apiVersion}/namespaces/${namespace}/${plural}${dryRun}`;
    return await plane.admin.request(path, { method: "POST", body: { apiVersion, kind: name, ...body } });
  }

  /** The lines of the table, each with one space between its cells. */
  async function kubectl(...args: string[]): Promise<string[]> {
    const access = [`--kubeconfig=${plane.adminKubeconfigPath}`, `--namespace=${namespace}`];
    const { stdout } = await run(join(plane.programs, "kubectl"), [...access, ...args]);
    const lines = stdout.trimEnd().split("\n");
    return lines.map((line) => line.trim().replaceAll(/ {2,}/g, " "));
  }

  describe.each(reportKinds)("%s", (kind) => {
    it("audit-and-reports 25: takes every field that the scanner writes, and keeps it", async () => {
      const { status, body } = await create(kind, report);
      expect(status).toBe(201);
      expect(body).toMatchObject(report);
    });

    it.each([
      [
        "a severity outside the list",
        { ...result, severity: "urgent" },
        /severity: Unsupported value: "urgent"/,
      ],
      ["a result outside the list", { ...result, result: "maybe" }, /result: Unsupported value: "maybe"/],
      ["a result of no policy", nameless, /results\[0\]\.policy: Required value/],
      ["half a timestamp", { ...result, timestamp: { seconds: 1 } }, /timestamp\.nanos: Required value/],
      ["a property that is no text", { ...result, properties: { a: 1 } }, /properties\.a: Invalid value/],
    ])("audit-and-reports 29: refuses %s", async (_what, wrong, reason) => {
      const { status, body } = await create(kind, { ...report, results: [result, wrong].toReversed() });
      expect(status).toBe(422);
      expect(body["message"]).toMatch(reason);
    });

    it("audit-and-reports 25: drops what no report has", async () => {
      const { body } = await create(kind, { ...report, results: [{ ...result, colour: "red" }], status: {} });
      expect(body).not.toHaveProperty("status");
      expect(body["results"]).toEqual([result]);
    });

    it("audit-and-reports 25: kubectl shows the numbers of a report, and on demand its object", async () => {
      const [definition] = reportDefinitions(kind, typesOf(kind));
      const [shortName] = definition!.spec.names.shortNames;
      const stored = { ...report, metadata: { name: "stored" } };
      expect((await create(kind, stored, { dryRun: "" })).status).toBe(201);
      const resource = `${shortName}.${definition!.spec.group}`;
      const [header, row] = await kubectl("get", resource);
      expect(header).toBe("NAME PASS FAIL WARN ERROR SKIP AGE");
      expect(row).toMatch(/^stored 1 2 3 4 5 \d+s$/);
      const [wideHeader, wideRow] = await kubectl("get", resource, "-o", "wide");
      expect(wideHeader).toBe("NAME KIND NAME PASS FAIL WARN ERROR SKIP AGE");
      expect(wideRow).toMatch(/^stored Pod web 1 2 3 4 5 \d+s$/);
    });
  });

  it("audit-and-reports 25: configuration, which only one of the kinds has, names its limits", async () => {
    const configured = { ...report, source: "kubewarden", configuration: { limits } };
    expect((await create("openreports", configured)).body).toMatchObject(configured);
    const { body } = await create("openreports", { ...report, configuration: {} });
    expect(body["message"]).toMatch(/configuration\.limits: Required value/);
    expect((await create("policyreport", configured)).body).not.toHaveProperty("configuration");
  });
});
