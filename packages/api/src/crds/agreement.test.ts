import { Ajv, type ValidateFunction } from "ajv";
import ajvFormats from "ajv-formats";
import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { shallowCoreTypes, structuralValues } from "../../fixtures/structural-values.ts";
import { customKinds } from "./kinds.ts";
import { type StructuralSchema, structuralSchema } from "./structural-schema.ts";

/** What an API server makes of the schema; `timeoutSeconds` as v1alpha2 has it, which stores what v1 then serves. */
function readable(schema: v.GenericSchema): StructuralSchema {
  const { properties = {}, ...whole } = structuralSchema(schema, shallowCoreTypes);
  const { spec, status, ...others } = properties;
  const { timeoutSeconds, ...fields } = spec?.properties ?? {};
  if (spec === undefined || status === undefined || timeoutSeconds === undefined)
    return { ...whole, properties };
  const free = { timeoutSeconds: { type: "integer" } };
  return {
    ...whole,
    properties: { ...others, status, spec: { ...spec, properties: { ...fields, ...free } } },
  };
}

function compile(schema: StructuralSchema): ValidateFunction {
  const ajv = new Ajv({ strict: false });
  ajvFormats.default(ajv);
  ajv.addFormat("int32", true); // the API server does not look either
  return ajv.compile(schema);
}

describe.each(customKinds)("the schema of $kind", ({ kind, schema }) => {
  const reference = readable(schema);
  const validate = compile(reference);
  const { spec = {}, status = {} } = reference.properties ?? {};
  const objectOf = (fields: object) => ({ apiVersion: "x/v1", kind, metadata: { name: "n" }, ...fields });
  const objects = (spoil: number) =>
    fc
      .record(
        { spec: structuralValues(spec, spoil), status: structuralValues(status, spoil) },
        { requiredKeys: ["spec"] },
      )
      .map(objectOf);

  it("architecture 3: takes what the CustomResourceDefinition takes, and refuses what that refuses", () => {
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(objects(1), (object) => {
        const taken = validate(object);
        expect(v.is(schema, object)).toBe(taken);
        seen[taken ? "taken" : "refused"] += 1;
      }),
      { numRuns: 300 },
    );
    expect(seen).toEqual({ taken: expect.toSatisfy(isSome), refused: expect.toSatisfy(isSome) });
  });

  it("loses nothing of an object, whatever its keys are", () => {
    fc.assert(
      fc.property(objects(0), (object) => {
        const parsed = v.parse(schema, object);
        expect(parsed).toMatchObject(object);
      }),
      { numRuns: 100 },
    );
  });
});

function isSome(count: number): boolean {
  return count > 10;
}
