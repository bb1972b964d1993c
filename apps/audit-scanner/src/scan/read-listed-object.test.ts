import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readListedObject } from "./read-listed-object.ts";

const pods = {
  ...{ apiVersion: "v1", group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true },
};
const read = (text: string, resource = pods) => {
  const bytes = Buffer.from(`[${text}]`);
  const object = readListedObject(resource, bytes, { start: 1, end: bytes.length - 1 });
  return object && { ...object, text: Buffer.from(object.bytes).toString() };
};
const metadata = '{"name":"web","namespace":"a","uid":"u","resourceVersion":"7"}';

describe("readListedObject", () => {
  it.each([
    ["fills both in", "{", '{"apiVersion":"v1","kind":"Pod",'],
    ["keeps both", '{"kind":"X","apiVersion":"y", ', '{"kind":"X","apiVersion":"y", '],
    ["fills the kind in", '{"apiVersion":"y",', '{"kind":"Pod","apiVersion":"y",'],
  ])("audit-and-reports 8: %s, and changes nothing else", (_row, before, after) => {
    const rest = `"metadata":${metadata} , "n":9007199254740993.10}`;
    expect(read(before + rest)?.text).toBe(after + rest);
  });

  it("reads what a scan goes by", () => {
    const labelled = metadata.replace("}", ',"labels":{"a":"\\u0031","b":""}}');
    expect(read(`{"metadata":${labelled}}`)).toMatchObject({
      ...{ name: "web", namespace: "a", uid: "u", resourceVersion: "7", labels: { a: "1", b: "" } },
    });
    expect(read(`{"metadata":${metadata.replace("}", ',"labels":null}')}}`)?.labels).toEqual({});
  });

  it("has no namespace for kinds that are in none", () => {
    const node = { ...pods, kind: "Node", plural: "nodes", namespaced: false };
    const object = read('{"metadata":{"name":"n","uid":"u","resourceVersion":"7"}}', node);
    expect(object).toBeDefined();
    expect(object).not.toHaveProperty("namespace");
  });

  it.each([
    ["no object", "7"],
    ["an empty object", "{}"],
    ["no name", '{"metadata":{"namespace":"a","uid":"u","resourceVersion":"7"}}'],
    ["no UID", '{"metadata":{"name":"web","namespace":"a","resourceVersion":"7"}}'],
    ["no resource version", '{"metadata":{"name":"web","namespace":"a","uid":"u"}}'],
    ["no namespace", '{"metadata":{"name":"web","uid":"u","resourceVersion":"7"}}'],
    ["labels that are none", `{"metadata":${metadata.replace("}", ',"labels":{"a":1}}')}}`],
    ["metadata that are none", '{"metadata":[]}'],
  ])("gives nothing for %s", (_row, text) => {
    expect(read(text)).toBeUndefined();
  });

  it("any JSON is an object with all of it, or nothing", () => {
    const odd = fc.oneof(fc.string(), fc.constant(null), fc.dictionary(fc.string(), fc.jsonValue()));
    const text = fc.oneof({ weight: 9, arbitrary: fc.string({ minLength: 1 }) }, odd);
    const labels = fc.oneof(fc.dictionary(fc.string(), fc.string()), odd);
    const meta = fc.record({ name: text, namespace: text, uid: text, resourceVersion: text, labels });
    const value = fc.oneof(fc.jsonValue(), fc.record({ metadata: meta, kind: odd, spec: fc.jsonValue() }));
    fc.assert(
      fc.property(value, (json) => {
        const sent = JSON.stringify(json);
        const object = read(sent);
        if (object === undefined) return;
        expect(JSON.parse(object.text)).toEqual({ apiVersion: "v1", ...JSON.parse(sent) });
        expect([object.name, object.uid, object.resourceVersion].every((text) => text !== "")).toBe(true);
      }),
    );
  });
});
