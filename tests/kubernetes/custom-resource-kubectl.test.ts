import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { customResourceDefinitions } from "@kubewarden-ts/api/crds";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requires } from "../support/requirements.ts";
import { type ControlPlane, controlPlane } from "./control-plane.ts";
import { installCustomResources, removeCustomResources } from "./install-custom-resources.ts";

const run = promisify(execFile);
const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];
const annotations = { "io.kubewarden.policy.severity": "high", "io.kubewarden.policy.category": "PSP" };
const policy = { module: "registry://m", mutating: true, rules };
const group = { rules, expression: "a()", message: "no", policies: { a: { module: "registry://m" } } };
const policyHeader =
  "NAME POLICY SERVER MUTATING BACKGROUNDAUDIT MODE OBSERVED MODE STATUS AGE SEVERITY CATEGORY";
const oldPolicyHeader = "NAME POLICY SERVER MUTATING MODE OBSERVED MODE STATUS";

describe.skipIf(requires("kubernetes").skip)("custom resources by kubectl", () => {
  let plane: ControlPlane;
  let namespace: string;
  let definitions: ReturnType<typeof customResourceDefinitions>;
  beforeAll(async () => {
    plane = await controlPlane();
    namespace = await plane.createNamespace();
    definitions = customResourceDefinitions({ group: `${namespace}.kubewarden.test` });
    await installCustomResources(plane.admin, definitions);
    for (const { spec } of definitions) {
      await create(
        spec.names.kind,
        spec.names.plural,
        spec.scope === "Cluster" ? "" : `namespaces/${namespace}/`,
      );
    }
  }, 60_000);
  afterAll(() => plane && removeCustomResources(plane.admin, definitions));

  async function create(kind: string, plural: string, folder: string): Promise<void> {
    const apiVersion = `${namespace}.kubewarden.test/v1`;
    const path = `/apis/${apiVersion}/${folder}${plural}`;
    const isServer = kind === "PolicyServer";
    const spec = isServer ? { image: "server:1", replicas: 2 } : kind.endsWith("Group") ? group : policy;
    await plane.admin.create(path, { apiVersion, kind, metadata: { name: "mine", annotations }, spec });
    const status = isServer ? { conditions: [] } : { policyStatus: "pending", mode: "protect" };
    await plane.admin.patch(`${path}/mine/status`, { status });
  }

  /** The lines of the table, each with one space between its cells. */
  async function kubectl(...args: string[]): Promise<string[]> {
    const access = [`--kubeconfig=${plane.adminKubeconfigPath}`, `--namespace=${namespace}`];
    const { stdout } = await run(join(plane.programs, "kubectl"), [...access, ...args]);
    const lines = stdout.trimEnd().split("\n");
    return lines.map((line) => line.trim().replaceAll(/ {2,}/g, " "));
  }

  it.each([
    ["ps", "NAME REPLICAS IMAGE", /^mine 2 server:1$/],
    ["cap", policyHeader, /^mine default true true protect protect pending \d+s high PSP$/],
    ["ap", policyHeader, /^mine default true true protect protect pending \d+s high PSP$/],
    ["capg", policyHeader, /^mine default true protect protect pending \d+s high PSP$/],
    ["apg", policyHeader, /^mine default true protect protect pending \d+s high PSP$/],
  ])("controller 37: %s has the columns %s", async (shortName, header, row) => {
    const [headerLine, line] = await kubectl(
      "get",
      `${shortName}.${namespace}.kubewarden.test`,
      "-o",
      "wide",
    );
    expect(headerLine).toBe(header);
    expect(line).toMatch(row);
  });

  it("controller 37: severity and category are told only when asked", async () => {
    const [header] = await kubectl("get", `cap.${namespace}.kubewarden.test`);
    expect(header).toBe(policyHeader.replace(" SEVERITY CATEGORY", ""));
  });

  it.each([
    ["policyservers", "NAME REPLICAS IMAGE"],
    ["clusteradmissionpolicies", oldPolicyHeader],
    ["admissionpolicies", oldPolicyHeader],
  ])("controller 37: v1alpha2 of %s has the columns that it had", async (plural, header) => {
    const resource = `${plural}.v1alpha2.${namespace}.kubewarden.test`;
    expect((await kubectl("get", resource, "-o", "wide"))[0]).toBe(header);
  });

  it.each([["apply"], ["apply", "--server-side"]])(
    "architecture 3: takes the generated files with %s",
    async (...command) => {
      const folder = join(import.meta.dirname, "../../packages/api/crds");
      const lines = await kubectl(...command, "--dry-run=server", "-f", folder);
      const resource = "customresourcedefinition.apiextensions.k8s.io";
      for (const [index, { spec }] of definitions.toSorted(byName).entries()) {
        expect(lines[index]).toContain(`${resource}/${spec.names.plural}.policies.kubewarden.io `);
        expect(lines[index]).toContain("(server dry run)");
      }
      expect(lines).toHaveLength(definitions.length);
    },
  );

  it("explains a field in our words", async () => {
    const group = `--api-version=${namespace}.kubewarden.test/v1`;
    const text = (await kubectl("explain", "cap.spec.backgroundAudit", group)).join("\n");
    expect(text).toContain("Whether the audit scanner checks what the cluster holds already.");
  });
});

function byName(a: { metadata: { name: string } }, b: { metadata: { name: string } }): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
