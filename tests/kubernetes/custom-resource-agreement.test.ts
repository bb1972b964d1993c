import { customResourceDefinitions } from "@kubewarden-ts/api/crds";
import { policyKinds, policyServers } from "@kubewarden-ts/api/policies";
import fc from "fast-check";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shallowCoreTypes, structuralValues } from "../../packages/api/fixtures/structural-values.ts";
import cached from "../../packages/api/src/crds/core-types.json" with { type: "json" };
import { structuralSchema } from "../../packages/api/src/crds/structural-schema.ts";
import { fetchCoreTypes } from "../../tools/reference/core-types.ts";
import { requires } from "../support/requirements.ts";
import { type ControlPlane, controlPlane } from "./control-plane.ts";
import { installCustomResources, removeCustomResources } from "./install-custom-resources.ts";

const Timeout = v.looseObject({
  spec: v.looseObject({ timeoutSeconds: v.optional(v.pipe(v.number(), v.minValue(2), v.maxValue(30))) }),
});

describe.skipIf(requires("kubernetes").skip)("our schemas and a real API server", () => {
  let plane: ControlPlane;
  let namespace: string;
  let definitions: ReturnType<typeof customResourceDefinitions>;
  beforeAll(async () => {
    plane = await controlPlane();
    namespace = await plane.createNamespace();
    definitions = customResourceDefinitions({ group: `${namespace}.kubewarden.test` });
    await installCustomResources(plane.admin, definitions);
  }, 60_000);
  afterAll(() => plane && removeCustomResources(plane.admin, definitions));

  /** The message of the refusal, if it is one. */
  async function refusal(type: { kind: string; plural: string; namespaced: boolean }, spec: unknown) {
    const apiVersion = `${namespace}.kubewarden.test/v1`;
    const folder = type.namespaced ? `namespaces/${namespace}/` : "";
    const { status, body } = await plane.admin.request(
      `/apis/${apiVersion}/${folder}${type.plural}?dryRun=All`,
      {
        method: "POST",
        body: { apiVersion, kind: type.kind, metadata: { generateName: "test-" }, spec },
      },
    );
    if (status === 201) return undefined;
    expect([400, 422]).toContain(status);
    return body["message"];
  }

  it.each([policyServers, ...policyKinds])(
    "architecture 3: agree about specs of $kind",
    async (type) => {
      const { spec = {} } = structuralSchema(type.schema, shallowCoreTypes).properties ?? {};
      const values = fc.oneof(structuralValues(spec, 0), structuralValues(spec, 1));
      await fc.assert(
        fc.asyncProperty(values, async (value) => {
          const object = { apiVersion: "x/v1", kind: type.kind, metadata: { name: "n" }, spec: value };
          // v1alpha2 stores any timeout, so the schema reads any
          const taken = v.is(type.schema, object) && v.is(Timeout, object);
          const message = await refusal(type, value);
          expect({ taken: message === undefined, message }).toEqual({ taken, message });
        }),
        { numRuns: 60 },
      );
    },
    30_000,
  );

  it("architecture 3: core-types.json is what the release that it names says", async ({ skip }) => {
    const fetched = await fetchCoreTypes(plane.admin);
    if (fetched.kubernetes !== cached.kubernetes) skip("another release of Kubernetes");
    expect(fetched).toEqual(cached);
  });
});
