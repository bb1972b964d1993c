import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestOf } from "../digest.ts";
import { canonicalManifest } from "./canonical-manifest.ts";
import { parseManifest } from "./manifest.ts";

const config = {
  mediaType: "application/vnd.wasm.config.v1+json",
  digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
  size: 2,
};
const layer = {
  mediaType: "application/vnd.wasm.content.layer.v1+wasm",
  digest: `sha256:${"ab".repeat(32)}`,
  size: 123,
};
const textOf = (annotations?: Record<string, string>): string =>
  Buffer.from(canonicalManifest({ config, layers: [layer], annotations })).toString();
const annotationsOf = (annotations: Record<string, string>): string =>
  /^\{"annotations":(.*),"config":/s.exec(textOf(annotations))?.[1] ?? "";

describe("kwctl-and-oci 13: canonicalManifest", () => {
  it("has the bytes of the contract", () => {
    expect(digestOf("sha256", Buffer.from("{}"))).toBe(config.digest);
    const rest = `"config":{"digest":"${config.digest}","mediaType":"application/vnd.wasm.config.v1+json","size":2},"layers":[{"digest":"${layer.digest}","mediaType":"application/vnd.wasm.content.layer.v1+wasm","size":123}],"schemaVersion":2}`;
    expect(textOf({ "io.kubewarden.policy.title": "x" })).toBe(
      `{"annotations":{"io.kubewarden.policy.title":"x"},${rest}`,
    );
    expect(textOf()).toBe(`{${rest}`);
  });

  it.each<[string, Record<string, string>, string]>([
    ["sorts keys", { b: "1", a: "2", B: "3", "a.b": "4" }, '{"B":"3","a":"2","a.b":"4","b":"1"}'],
    [
      "sorts keys by their bytes, not as UTF-16",
      { "\u{1f600}": "1", "\uff5e": "2" },
      '{"\uff5e":"2","\u{1f600}":"1"}',
    ],
    ["sorts no key as a number", { 10: "1", 9: "2" }, '{"10":"1","9":"2"}'],
    ["composes texts and keys", { "e\u0301": "u\u0308" }, '{"\u00e9":"\u00fc"}'],
    ["escapes quotes and backslashes", { a: 'say "\\"' }, '{"a":"say \\"\\\\\\""}'],
    ["leaves slashes, HTML and other letters alone", { a: "</a>&é中\u2028" }, '{"a":"</a>&é中\u2028"}'],
    [
      "escapes control characters, which upstream leaves raw",
      { a: "\t\u0001\u007f" },
      '{"a":"\\t\\u0001\u007f"}',
    ],
    ["keeps a key named as a member of all objects", JSON.parse('{"__proto__":"x"}'), '{"__proto__":"x"}'],
    ["keeps an empty object", {}, "{}"],
    ["has no key twice", { "\u00e9": "1", "e\u0301": "2" }, '{"\u00e9":"2"}'],
  ])("%s", (_row, annotations, expected) => {
    expect(annotationsOf(annotations)).toBe(expected);
  });

  it("gives equal images equal bytes, and what our reader reads", () => {
    const text = fc.string({ unit: "grapheme" });
    const key = text.map((each) => each.normalize("NFC"));
    fc.assert(
      fc.property(fc.dictionary(key, text), (annotations) => {
        const bytes = canonicalManifest({ config, layers: [layer], annotations });
        const shuffled = Object.fromEntries(Object.entries(annotations).reverse());
        expect(canonicalManifest({ config, layers: [layer], annotations: shuffled })).toEqual(bytes);
        const read = parseManifest(bytes);
        const expected = Object.entries(annotations).map(([name, value]) => [name, value.normalize("NFC")]);
        expect(Object.fromEntries(read.annotations)).toEqual(Object.fromEntries(expected));
      }),
    );
  });
});
