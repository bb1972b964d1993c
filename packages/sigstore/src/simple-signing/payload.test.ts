import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SigstoreError } from "../errors.ts";
import { payloadFor } from "../testing/index.ts";
import { readPayload } from "./payload.ts";

const digest = `sha256:${"0".repeat(64)}`;
const read = (text: string) => readPayload(Buffer.from(text));

describe("a payload", () => {
  it("kwctl-and-oci 15.3: gives texts, numbers as they are written, and truth values", () => {
    const text = payloadFor(digest, { optional: { env: "prod" } }).replace(
      '"env":"prod"',
      '"env":"prod","build":7,"ratio":1.0,"big":12345678901234567890,"final":true,"none":null,"list":[],"map":{}' +
        ',"creator":"cosign","timestamp":7,"__proto__":"x"',
    );
    const { manifestDigest, annotations } = read(text);
    expect(manifestDigest).toBe(digest);
    expect(Object.entries(Object.fromEntries(annotations))).toEqual([
      ["env", "prod"],
      ["build", "7"],
      ["ratio", "1.0"],
      ["big", "12345678901234567890"],
      ["final", "true"],
      ["__proto__", "x"],
    ]);
  });

  it.each([
    ["null", payloadFor(digest)],
    ["nothing", JSON.stringify({ critical: { image: { "docker-manifest-digest": digest } } })],
  ])("kwctl-and-oci 15.3: has no annotations with %s", (_what, text) => {
    expect(read(text)).toEqual({ manifestDigest: digest, annotations: new Map() });
  });

  it.each([
    ["no JSON", "{", /^the payload is not JSON: /],
    ["a list", "[]", /does not say which image/],
    ["no digest", '{"critical":{"image":{}}}', /does not say which image/],
    ["a digest that is no text", '{"critical":{"image":{"docker-manifest-digest":1}}}', /which image/],
    ["annotations that are no object", payloadFor(digest).replace("null", "[]"), /`optional` is no object/],
    [
      "a key twice",
      payloadFor(digest).replace('"optional":null', '"optional":null,"optional":null'),
      /the key "optional" stands twice/,
    ],
    [
      "a key twice, written in two ways",
      payloadFor(digest).replace('"critical":', '"critic\\u0061l":null,"critical":'),
      /the key "critical" stands twice/,
    ],
  ])("kwctl-and-oci 2: with %s is none", (_what, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it("kwctl-and-oci 2: is read as JSON.parse reads it, or not at all", () => {
    const member = fc.constantFrom("critical", "image", "docker-manifest-digest", "optional", "env");
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom<unknown>(digest, 1, true, null, "prod"),
        fc.array(tie("any"), { maxLength: 2 }),
        fc.dictionary(member, tie("any"), { maxKeys: 3 }),
      ),
    })).any;
    const valid = fc
      .tuple(fc.dictionary(member, value), value)
      .map(([optional, image]) =>
        payloadFor(digest, { optional }).replace('"type"', `"x":${JSON.stringify(image)},"type"`),
      );
    const text = fc.oneof(
      value.map((each) => JSON.stringify(each)),
      valid,
      fc.string(),
    );
    const cut = fc
      .tuple(text, fc.nat(), fc.constantFrom("", ",", '"', "{", "\\", " "))
      .map(([json, at, insert]) => {
        const position = at % (json.length + 1);
        return json.slice(0, position) + insert + json.slice(position);
      });
    let accepted = 0;
    fc.assert(
      fc.property(cut, (json) => {
        try {
          const { manifestDigest } = read(json);
          accepted++;
          expect(JSON.parse(json).critical.image["docker-manifest-digest"]).toBe(manifestDigest);
        } catch (error) {
          expect(error).toBeInstanceOf(SigstoreError);
        }
      }),
      { numRuns: 1500 },
    );
    expect(accepted).toBeGreaterThan(50);
  });
});
