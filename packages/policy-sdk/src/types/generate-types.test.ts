import { describe, expect, it } from "vitest";
import { crd, databaseText, kindOf, schemas, treeText } from "../../fixtures/described-kinds.ts";
import { generateTypes } from "./generate-types.ts";
import { compareApiVersions } from "./version-priority.ts";

const nothingDescribed =
  "the documents describe no kind: expected OpenAPI of version 2 or 3, or CustomResourceDefinitions";

describe("generateTypes", () => {
  it("makes a type of a CustomResourceDefinition's newest stable version that is served", () => {
    expect(generateTypes([crd])).toEqual({ text: databaseText, kinds: ["Database"] });
  });

  it.each([
    ["2", { swagger: "2.0", definitions: schemas("#/definitions/") }],
    ["3", { openapi: "3.0.0", components: { schemas: schemas("#/components/schemas/") } }],
  ])(
    "makes types of an OpenAPI document of version %s, but of lists and of kinds that the SDK has",
    (_version, document) => {
      const { text, kinds } = generateTypes([document]);
      expect(kinds).toEqual(["Tree"]);
      expect(text).toContain(treeText);
    },
  );

  it("makes types of several documents, and only of the kinds that are wanted", () => {
    const document = { definitions: schemas("#/definitions/") };
    expect(generateTypes([crd, { kind: "List", items: [document] }]).kinds).toEqual(["Database", "Tree"]);
    expect(generateTypes([crd, document]).kinds).toEqual(["Database", "Tree"]);
    expect(generateTypes([crd, document], ["Tree"]).kinds).toEqual(["Tree"]);
  });

  it.each([
    [nothingDescribed, [null, 1, [], { definitions: [] }, { definitions: { a: 1 } }], []],
    ["no document describes Tree", [crd], ["Tree", "Database"]],
    ["the SDK has a type for Pod", [crd], ["Pod"]],
    [
      nothingDescribed,
      [{ definitions: { a: { ...schemas("")["Pod"], ...kindOf("", "v1", "A { } //") } } }],
      [],
    ],
  ])("throws: %s", (message, documents, wanted) => {
    expect(() => generateTypes(documents, wanted)).toThrow(
      expect.objectContaining({ code: "SDK_TYPES", message }),
    );
  });
});

it("versions are ordered as Kubernetes does", () => {
  const ordered = [
    "beta",
    "alpha",
    "v1alpha1",
    "v1alpha2",
    "v3alpha1",
    "v1beta1",
    "v2beta1",
    "v1",
    "v2",
    "v10",
  ];
  expect(ordered.toSorted().toSorted(compareApiVersions)).toEqual(ordered);
});
