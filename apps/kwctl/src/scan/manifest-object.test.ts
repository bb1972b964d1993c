import { stringifyLossless } from "@kubewarden-ts/protocol";
import { describe, expect, it } from "vitest";
import { objectName, readManifestObjects } from "./manifest-object.ts";

function read(text: string, skipUntyped = false) {
  const { objects, problems, skipped } = readManifestObjects(text, { file: "a.yaml", skipUntyped });
  return {
    objects: objects.map((object) => `${object.place.line} ${object.apiVersion} ${objectName(object)}`),
    problems: problems.map(({ place, message }) => `${place.line} ${message}`),
    skipped,
  };
}

const noProblem = { problems: [], skipped: 0 };

describe("readManifestObjects", () => {
  it.each<[string, string, string[]]>([
    ["objects", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}", ["1 v1 Pod a"]],
    [
      "a name that is made up",
      "apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}",
      ["1 v1 Pod (unnamed)"],
    ],
    ["no metadata", "apiVersion: v1\nkind: Pod", ["1 v1 Pod (unnamed)"]],
    ["namespaces", "{apiVersion: a/v1, kind: B, metadata: {name: c, namespace: d}}", ["1 a/v1 B d/c"]],
    [
      "lists, and lists in them",
      `apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: a}}
- apiVersion: v1
  kind: List
  items:
  - {apiVersion: v1, kind: Pod, metadata: {name: b}}
`,
      ["4 v1 Pod a", "8 v1 Pod b"],
    ],
    [
      "items that do not say what they are, wholly or in part",
      "{apiVersion: apps/v1, kind: DeploymentList, items: [{metadata: {name: a}}, {kind: X, metadata: {name: b}}]}",
      ["1 apps/v1 Deployment a", "1 apps/v1 Deployment b"],
    ],
    [
      "a list without items, which is an object",
      "{apiVersion: x/v1, kind: AllowList}",
      ["1 x/v1 AllowList (unnamed)"],
    ],
  ])("reads %s", (_row, text, objects) => {
    expect(read(text)).toEqual({ ...noProblem, objects });
  });

  it.each([
    ["a document without a kind", "a: 1", "1 expected a Kubernetes object"],
    ["a text", "--- a", "1 expected a Kubernetes object"],
    ["an item of a list", "{apiVersion: v1, kind: List, items: [1]}", "1 expected a Kubernetes object"],
    ["a kind that is no text", "{apiVersion: v1, kind: 1}", "1 expected a Kubernetes object"],
    [
      "a name that is no text",
      "{apiVersion: v1, kind: A, metadata: {name: 1}}",
      "1 metadata.name of A: expected a string",
    ],
    ["labels that are a list", "{apiVersion: v1, kind: A, metadata: {labels: []}}", "metadata.labels of A"],
    [
      "an apiVersion of three parts",
      "{apiVersion: a/b/c, kind: A}",
      "1 apiVersion of A: expected GROUP/VERSION",
    ],
  ])("refuses %s", (_row, text, problem) => {
    const { objects, problems } = read(text);
    expect(objects).toEqual([]);
    expect(problems.join("\n")).toContain(problem);
  });

  it("leaves out what is no object, when it is told to, and nothing else", () => {
    const text = "a: 1\n---\n{apiVersion: v1, kind: Pod}\n---\nb: [\n";
    const { objects, problems, skipped } = read(text, true);
    expect({ objects, skipped, problems: problems.length }).toEqual({
      ...{ objects: ["3 v1 Pod (unnamed)"], skipped: 1, problems: 1 },
    });
  });

  it("keeps the numbers of the file", () => {
    const [object] = readManifestObjects("{apiVersion: v1, kind: A, spec: {a: 1.0, b: 9007199254740993}}", {
      ...{ file: "a.yaml", skipUntyped: false },
    }).objects;
    expect(object && stringifyLossless(object.value)).toContain('{"a":1.0,"b":9007199254740993}');
  });
});
