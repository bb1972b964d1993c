import { describe, expect, it } from "vitest";
import { cachedCoreTypes, coreTypeSchema } from "./core-types.ts";
import { customResourceDefinitions } from "./custom-resource-definitions.ts";

const definitions = customResourceDefinitions();

describe("the CustomResourceDefinitions", () => {
  it("have the names, scopes and versions of controller.md 1.1", () => {
    const facts = definitions.map(({ metadata, spec: { names, scope, versions } }) => [
      metadata.name,
      names.kind,
      names.shortNames.join(),
      scope,
      versions.map(({ name, storage }) => (storage ? `${name} stored` : name)).join(),
    ]);
    const group = "policies.kubewarden.io";
    expect(facts).toEqual([
      [`policyservers.${group}`, "PolicyServer", "ps", "Cluster", "v1 stored,v1alpha2"],
      [`clusteradmissionpolicies.${group}`, "ClusterAdmissionPolicy", "cap", "Cluster", "v1 stored,v1alpha2"],
      [`admissionpolicies.${group}`, "AdmissionPolicy", "ap", "Namespaced", "v1 stored,v1alpha2"],
      [
        `clusteradmissionpolicygroups.${group}`,
        "ClusterAdmissionPolicyGroup",
        "capg",
        "Cluster",
        "v1 stored",
      ],
      [`admissionpolicygroups.${group}`, "AdmissionPolicyGroup", "apg", "Namespaced", "v1 stored"],
    ]);
  });

  it("stand in another API group when a test wants them to", () => {
    for (const { metadata, spec } of customResourceDefinitions({ group: "mine.test" })) {
      expect([metadata.name, spec.group]).toEqual([`${spec.names.plural}.mine.test`, "mine.test"]);
    }
  });

  it("say what every field of ours means", () => {
    expect(definitions.flatMap(({ metadata, spec }) => speechless(spec, metadata.name))).toEqual([]);
  });

  it("know every type of Kubernetes that core-types.json refers to", () => {
    for (const name of Object.keys(cachedCoreTypes))
      expect(JSON.stringify(coreTypeSchema(name))).not.toContain("$ref");
    expect(() => coreTypeSchema("Teapot")).toThrow(
      "core-types.json lacks Teapot: see packages/api/README.md",
    );
  });
});

type Tree = { [key: string]: unknown };
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null;

/** Paths of fields without a description; those of Kubernetes' own types have none, nor has `metadata`. */
function speechless(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((part, index) => speechless(part, `${path}[${index}]`));
  if (!isTree(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => {
    if (key !== "properties" || !isTree(part)) return speechless(part, `${path}.${key}`);
    return Object.entries(part).flatMap(([name, schema]) => {
      const below = `${path}.${name}`;
      if (/\.(?:affinity|env|tolerations|container|pod|metadata)$/.test(below)) return [];
      const described = isTree(schema) && typeof schema["description"] === "string";
      return [...(described ? [] : [below]), ...speechless(schema, below)];
    });
  });
}
