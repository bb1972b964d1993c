import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OciError } from "../errors.ts";
import { formatManifestAndConfig, parseManifest } from "./manifest.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const digest = `sha256:${"a".repeat(64)}`;
const config = { mediaType: "application/vnd.oci.image.config.v1+json", digest, size: 2 };

describe("any configuration of an image", () => {
  it("policy-runtime 39: is given as it came, or refused with our own error", () => {
    const manifest = parseManifest(bytes(JSON.stringify({ schemaVersion: 2, config, layers: [] })));
    if (manifest.kind !== "image") throw new Error("an index");
    const image = { manifest, digest };
    const member = fc.tuple(fc.constantFrom("a", "__proto__", "constructor", "config"), fc.json());
    const source = fc.oneof(
      fc.uint8Array(),
      fc.json().map(bytes),
      fc.constantFrom('{"n":1.0,"big":9007199254740993}', "{}", "null", '"x"', "1e400").map(bytes),
      fc
        .array(member, { maxLength: 3 })
        .map((members) => bytes(`{${members.map(([key, value]) => `"${key}":${value}`).join(",")}}`)),
    );
    fc.assert(
      fc.property(source, (config) => {
        let answer: string;
        try {
          answer = formatManifestAndConfig({ ...image, config });
        } catch (error) {
          expect(error).toBeInstanceOf(OciError);
          return;
        }
        expect(JSON.parse(answer).config).toEqual(JSON.parse(new TextDecoder().decode(config)));
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});
