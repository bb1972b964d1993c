import { configMaps } from "@kubewarden-ts/api/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KubeError } from "../errors.ts";
import { readItem } from "./read-item.ts";

const read = (text: string) => readItem(configMaps, new TextEncoder().encode(text));

describe("readItem", () => {
  it("reads an object as lists have it", () => {
    expect(read('{"metadata":{"namespace":"web","name":"a","managedFields":[{}]},"data":{"a":"b"}}')).toEqual(
      {
        key: "web/a",
        object: {
          ...{ apiVersion: "v1", kind: "ConfigMap", data: { a: "b" } },
          metadata: { namespace: "web", name: "a" },
        },
      },
    );
  });

  it("knows a cluster-wide object by its name", () => {
    expect(read('{"metadata":{"name":"a"}}').key).toBe("/a");
  });

  it.each([
    ["a field of another type", '{"metadata":{"name":"a"},"data":{"x":1}}', "data.x"],
    ["another kind", '{"kind":"Secret","metadata":{"name":"a"}}', "it is a v1 Secret"],
    ["labels that are none", '{"metadata":{"name":"a","labels":[]}}', "metadata.labels"],
  ])("tells the name of what it cannot use: %s", (_row, text, problem) => {
    expect(read(text)).toEqual({
      key: "/a",
      object: undefined,
      problem: expect.stringContaining(problem),
    });
  });

  it.each([
    ["that is read", `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`],
    ["with a number that is kept as text", `${"[".repeat(9000)}1.0${"]".repeat(9000)}`],
  ])("knows an object nested far deeper than others, %s or not, by its name", (_row, value) => {
    expect(read(`{"metadata":{"name":"a"},"extra":${value}}`).key).toBe("/a");
  });

  it("answers any bytes with an item that has a name, or its own error", () => {
    const pieces = [
      '{"metadata":{"name":"a"',
      '"namespace":"b"',
      '"data":{',
      '"x":"y"',
      '"x":1',
      "}",
      ",",
      "null",
    ];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join(""));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      text.map((any) => new TextEncoder().encode(any)),
    );
    fc.assert(
      fc.property(bytes, (any) => {
        try {
          expect(readItem(configMaps, any).key).toMatch(/^b?\/a$/);
        } catch (error) {
          expect(error).toBeInstanceOf(KubeError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
