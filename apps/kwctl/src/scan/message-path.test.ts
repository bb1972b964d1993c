import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldPathsIn } from "./message-path.ts";

describe("fieldPathsIn", () => {
  it.each<[string, (string | number)[][]]>([
    ["Privileged container is not allowed", []],
    ["spec.containers[0].image: expected a digest", [["spec", "containers", 0, "image"]]],
    ['metadata.labels["a.b/c"] is missing', [["metadata", "labels", "a.b/c"]]],
    ["metadata.labels['a.b/c'] is missing", [["metadata", "labels", "a.b/c"]]],
    ["metadata.labels[app.kubernetes.io/name] is", [["metadata", "labels", "app.kubernetes.io/name"]]],
    ["see /spec/template/spec/containers/1 and x", [["spec", "template", "spec", "containers", 1]]],
    ["/metadata/annotations/a~1c", [["metadata", "annotations", "a/c"]]],
    [
      "a.b then c.d",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ["nginx:1.2.3 of x", []],
  ])("%s", (message, paths) => {
    expect(fieldPathsIn(message)).toEqual(paths);
  });

  it("takes any text, in time", () => {
    const text = fc.string({ unit: fc.constantFrom(..."ab0.[]\"'/~ "), maxLength: 400 });
    fc.assert(
      fc.property(text, (text) => {
        for (const path of fieldPathsIn(text)) expect(path.length).toBeGreaterThan(1);
      }),
    );
    for (const unit of ["a.", "a[", "/a", "[0]", 'a["']) fieldPathsIn(unit.repeat(100_000));
  });
});
