import { customResourceDefinitions, type StructuralSchema } from "@kubewarden-ts/api/crds";
import { admissionPolicies } from "@kubewarden-ts/api/policies";
import { KubeError } from "@kubewarden-ts/kube";
import { describe, expect, it } from "vitest";
import { lostFieldWarnings, newerFields } from "./lost-fields.ts";
import { fakeLookUp } from "./testing/fake-look-up.ts";
import * as make from "./testing/objects.ts";

function change(stored: object, sent: object, { version = "v1alpha2" } = {}) {
  const request = {
    uid: "u",
    operation: "UPDATE" as const,
    requestKind: { version },
    object: make.policy(sent),
  };
  const lookUp = fakeLookUp({ stored: [make.policy(stored) as never] });
  return lostFieldWarnings(admissionPolicies, request, lookUp);
}

describe("changes through v1alpha2", () => {
  it("controller section 14: a warning names what it does not have", async () => {
    const warnings = await change({ message: "m", timeoutEvalSeconds: 5, backgroundAudit: false }, {});
    expect(warnings).toEqual([
      "v1alpha2 does not have spec.backgroundAudit, spec.message, spec.timeoutEvalSeconds: lost with this change; use policies.kubewarden.io/v1",
    ]);
  });

  it.each<[string, Parameters<typeof change>]>([
    ["nothing is lost", [{}, {}]],
    ["the default comes back", [{}, { backgroundAudit: undefined }]],
    ["v1 takes fields away", [{ message: "m" }, {}, { version: "v1" }]],
    ["a field goes that it has", [{ failurePolicy: "Fail" }, {}]],
  ])("there is no warning when %s", async (_what, parameters) => {
    expect(await change(...parameters)).toEqual([]);
  });

  it("a warning that cannot be given stops nothing", async () => {
    const failure = new KubeError("not now", { code: "KUBE_UNAVAILABLE" });
    const request = { uid: "u", operation: "UPDATE" as const, object: make.policy() };
    const old = { ...request, requestKind: { version: "v1alpha2" } };
    expect(await lostFieldWarnings(admissionPolicies, old, fakeLookUp({ failure }))).toEqual([]);
  });

  it("controller 36: knows all fields that v1alpha2 lacks", () => {
    const lacking = customResourceDefinitions().flatMap(({ spec: { names, versions } }) => {
      const [v1, v1alpha2] = ["v1", "v1alpha2"].map((name) => versions.find((each) => each.name === name));
      if (v1 === undefined || v1alpha2 === undefined) return [];
      const older = fieldsOf(v1alpha2.schema.openAPIV3Schema);
      return [[names.kind, fieldsOf(v1.schema.openAPIV3Schema).filter((field) => !older.includes(field))]];
    });
    expect(newerFields).toEqual(Object.fromEntries(lacking));
  });
});

function fieldsOf(schema: StructuralSchema): string[] {
  return Object.keys(schema.properties?.["spec"]?.properties ?? {}).toSorted();
}
