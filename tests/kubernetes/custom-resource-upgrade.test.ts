import { readFileSync } from "node:fs";
import { join } from "node:path";
import { customResourceDefinitions } from "@kubewarden-ts/api/crds";
import { policiesGroup } from "@kubewarden-ts/api/policies";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { requires, sharedDataFolder } from "../support/requirements.ts";
import { type ControlPlane, controlPlane } from "./control-plane.ts";
import {
  type InstalledDefinition,
  installCustomResources,
  removeCustomResources,
} from "./install-custom-resources.ts";

const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];
const policy = { module: "registry://m", mutating: false, rules, settings: { a: 1 }, message: "no" };
const group = { rules, expression: "a()", message: "no", policies: { a: { module: "registry://m" } } };
const server = { image: "i", replicas: 1, affinity: { podAffinity: {} }, limits: { cpu: "1" } };
const now = "2026-01-01T00:00:00Z";
const condition = {
  type: "X",
  status: "True",
  reason: "Y",
  message: "",
  lastTransitionTime: now,
};

const missing = [requires("kubernetes"), requires("shared-data")].find(({ skip }) => skip);

/** In an API group of their own, since the API server is shared. */
function upstreamDefinitions(apiGroup: string): InstalledDefinition[] {
  return customResourceDefinitions().map(({ metadata }) => {
    const path = join(sharedDataFolder, "crds", `${metadata.name}.yaml`);
    return parse(readFileSync(path, "utf8").replaceAll(policiesGroup, apiGroup));
  });
}

describe.skipIf(missing)("CustomResourceDefinitions over those that are there", () => {
  let plane: ControlPlane;
  let namespace: string;
  let apiGroup: string;
  let ours: ReturnType<typeof customResourceDefinitions>;
  beforeAll(async () => {
    plane = await controlPlane();
    namespace = await plane.createNamespace();
    apiGroup = `${namespace}.kubewarden.test`;
    ours = customResourceDefinitions({ group: apiGroup });
  });
  afterAll(() => plane && removeCustomResources(plane.admin, ours));

  const crdPath = (name: string) => `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
  function folderOf({ spec }: (typeof ours)[number]): string {
    const place = spec.scope === "Cluster" ? "" : `namespaces/${namespace}/`;
    return `/apis/${apiGroup}/v1/${place}${spec.names.plural}`;
  }

  it("controller 42: take upstream's place; every object stays as it was, and can be written", async () => {
    await installCustomResources(plane.admin, upstreamDefinitions(apiGroup));
    for (const definition of ours) {
      const { kind } = definition.spec.names;
      const spec = kind === "PolicyServer" ? server : kind.endsWith("Group") ? group : policy;
      await plane.admin.create(folderOf(definition), {
        apiVersion: `${apiGroup}/v1`,
        kind,
        metadata: { name: "mine", finalizers: ["kubewarden.test/finalizer"] },
        spec,
      });
      const status = kind === "PolicyServer" ? {} : { policyStatus: "active", mode: "protect" };
      const body = { status: { ...status, conditions: [condition] } };
      await plane.admin.patch(`${folderOf(definition)}/mine/status`, body);
    }
    const objects = () =>
      Promise.all(ours.map((definition) => plane.admin.get(`${folderOf(definition)}/mine`)));
    const before = await objects();

    await installCustomResources(plane.admin, ours);

    expect(await objects()).toEqual(before);
    for (const definition of ours) {
      const path = `${folderOf(definition)}/mine`;
      const changed = await plane.admin.patch(path, { metadata: { finalizers: [], labels: { a: "b" } } });
      expect(changed.metadata).toMatchObject({ labels: { a: "b" } });
    }
  });

  it("controller 44: are not written again when nothing changed", async () => {
    await installCustomResources(plane.admin, ours);
    const versions = () =>
      Promise.all(
        ours.map(
          async ({ metadata }) => (await plane.admin.get(crdPath(metadata.name))).metadata.resourceVersion,
        ),
      );
    const before = await versions();
    await installCustomResources(plane.admin, ours);
    expect(await versions()).toEqual(before);
  });

  it("keeps how the replicas see a policy, where upstream's definitions drop it", async () => {
    await installCustomResources(plane.admin, ours);
    const definition = ours.find(({ spec }) => spec.names.kind === "AdmissionPolicy")!;
    const { metadata } = await plane.admin.create(folderOf(definition), {
      apiVersion: `${apiGroup}/v1`,
      kind: "AdmissionPolicy",
      metadata: { generateName: "test-" },
      spec: policy,
    });
    const replicas = [{ pod: "policy-server-a", state: "failed", error: "no such module" }];
    const status = { policyStatus: "pending", replicas };
    const patched = await plane.admin.patch(`${folderOf(definition)}/${metadata.name}/status`, { status });
    expect(patched).toMatchObject({ status });
  });
});
