import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createByteWriter } from "../json/byte-writer.ts";
import { readKey } from "../watch/object-key.ts";
import { parseFieldMask } from "./field-mask.ts";
import { storedForm, writeStoredObject } from "./stored-object.ts";

const reference = { apiVersion: "v1", kind: "ConfigMap" };

function stored(text: string, masks?: string[]): { json: string; key: string } {
  const bytes = new TextEncoder().encode(text);
  const out = createByteWriter();
  const places = writeStoredObject(out, bytes, 0, storedForm(reference, parseFieldMask(masks)));
  return { json: new TextDecoder().decode(out.take()), key: readKey(bytes, places) };
}

const types = '"apiVersion":"v1","kind":"ConfigMap"';
const applied = '"kubectl.kubernetes.io/last-applied-configuration"';

describe("writeStoredObject", () => {
  it.each([
    [
      "policy-runtime 42: empties managedFields",
      `{"metadata":{"name":"a","managedFields":[{"manager":"m"}],"annotations":{}},"data":{}}`,
      `{${types},"metadata":{"name":"a","managedFields":[],"annotations":{}},"data":{}}`,
    ],
    [
      "shows managedFields and annotations where there were none",
      `{"metadata":{"name":"a"}}`,
      `{${types},"metadata":{"name":"a","annotations":{},"managedFields":[]}}`,
    ],
    [
      "the same for null",
      `{"metadata":{"annotations":null,"managedFields":null,"name":"a"}}`,
      `{${types},"metadata":{"annotations":{},"managedFields":[],"name":"a"}}`,
    ],
    [
      "removes the last applied configuration, and no other annotation",
      `{"metadata":{"name":"a","annotations":{"b":"1",${applied}:"{}","c":"2"},"managedFields":[]}}`,
      `{${types},"metadata":{"name":"a","annotations":{"b":"1","c":"2"},"managedFields":[]}}`,
    ],
    [
      "also when its key is escaped, or stands twice",
      `{"metadata":{"name":"a","annotations":{"kubectl.kubernetes.io\\/last-applied-configuration":"x",${applied}:"y"},"managedFields":[]}}`,
      `{${types},"metadata":{"name":"a","annotations":{},"managedFields":[]}}`,
    ],
    [
      "removes no label of that name",
      `{"metadata":{"name":"a","labels":{${applied}:"x"},"annotations":{},"managedFields":[]}}`,
      `{${types},"metadata":{"name":"a","labels":{${applied}:"x"},"annotations":{},"managedFields":[]}}`,
    ],
    [
      "keeps the types an object has, first",
      `{"data":{},"kind":"Other","metadata":{"name":"a","annotations":{},"managedFields":[]},"apiVersion":"x/v1"}`,
      `{"apiVersion":"x/v1","kind":"Other","data":{},"metadata":{"name":"a","annotations":{},"managedFields":[]}}`,
    ],
    [
      "keeps numbers, strings and everything below byte for byte, without white space",
      `{ "metadata": {"name": "a", "generation": 1.0, "annotations":{}, "managedFields":[]},\n "data": {"n": 9007199254740993, "s": "\\u0041 b"} }`,
      `{${types},"metadata":{"name":"a","generation":1.0,"annotations":{},"managedFields":[]},"data":{"n":9007199254740993,"s":"\\u0041 b"}}`,
    ],
    [
      "keeps a managedFields that is not of the metadata",
      `{"metadata":{"name":"a","annotations":{},"managedFields":[]},"spec":{"metadata":{"managedFields":[1]}}}`,
      `{${types},"metadata":{"name":"a","annotations":{},"managedFields":[]},"spec":{"metadata":{"managedFields":[1]}}}`,
    ],
  ])("%s", (_row, text, expected) => {
    expect(stored(text).json).toBe(expected);
  });

  it("policy-runtime 36: prunes the body, never the metadata", () => {
    const { json } = stored('{"metadata":{"name":"a","uid":"u"},"spec":{"x":1,"y":2},"status":{}}', [
      "spec.x",
    ]);
    expect(JSON.parse(json)).toEqual({
      ...reference,
      metadata: { name: "a", uid: "u", annotations: {}, managedFields: [] },
      spec: { x: 1 },
    });
  });

  it.each([
    ['{"metadata":{"name":"n","namespace":"s"}}', "s\0n"],
    ['{"metadata":{"name":"n"}}', "\0n"],
    ['{"metadata":{"\\u006eame":"\\u006e"}}', "\0n"],
    ['{"metadata":{"name":"a","name":"b"}}', "\0b"],
    ['{"metadata":{"name":"a"},"metadata":{"name":"b","namespace":"é"}}', "é\0b"],
  ])("finds the names of %s", (text, key) => {
    expect(stored(text).key).toBe(key);
  });

  it.each([
    "{}",
    '{"metadata":null}',
    '{"metadata":[]}',
    '{"metadata":{}}',
    '{"metadata":{"name":1}}',
    '{"metadata":{"name":""}}',
    '{"metadata":{"name":"a\\u0000b"}}',
    '{"metadata":{"name":"\\ud800"}}',
    "1",
  ])("refuses %s, which has no name", (text) => {
    expect(() => stored(text)).toThrow(expect.objectContaining({ code: "KUBE_ANSWER_INVALID" }));
  });

  it("changes nothing else of any object", () => {
    const body = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(body, body, fc.constantFrom("", " "), (spec, labels, indent) => {
        const metadata = { name: "a", annotations: {}, managedFields: [], labels };
        const object = { ...reference, metadata, spec };
        expect(stored(JSON.stringify(object, null, indent)).json).toBe(JSON.stringify(object));
      }),
    );
  });
});
