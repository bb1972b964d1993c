import { describe, expect, it } from "vitest";
import { payloadFor } from "../testing/index.ts";
import { layerAnnotations as names, readLayer } from "./layer.ts";

const digest = `sha256:${"0".repeat(64)}`;
const promise = {
  SignedEntryTimestamp: "AAAA",
  Payload: {
    body: Buffer.from('{"kind":"hashedrekord","apiVersion":"0.0.1"}').toString("base64"),
    ...{ integratedTime: 1_700_000_000, logIndex: 5, logID: "00".repeat(32) },
  },
};

function read(annotations: Readonly<Record<string, string>>) {
  const descriptor = { mediaType: "", digest, size: 0, urls: [] };
  return readLayer(
    { ...descriptor, annotations: new Map(Object.entries(annotations)) },
    Buffer.from(payloadFor(digest)),
  );
}

const withPromise = (change: object) =>
  read({
    [names.signature]: "AAAA",
    [names.bundle]: JSON.stringify({ ...promise, Payload: { ...promise.Payload, ...change } }),
  });

describe("the annotations of a layer", () => {
  it("kwctl-and-oci 15.1: are read", () => {
    const layer = withPromise({});
    expect(layer.signature).toEqual(Buffer.alloc(3));
    expect(layer.promise).toMatchObject({
      ...{ kind: "hashedrekord", apiVersion: "0.0.1", integratedTime: "1700000000", logIndex: "5" },
    });
  });

  it.each<[string, () => unknown, RegExp]>([
    ["no signature", () => read({}), /the layer has no signature/],
    ["a signature that is no base64", () => read({ [names.signature]: "A" }), /the signature is not base64/],
    ["an empty signature", () => read({ [names.signature]: "" }), /the signature is not base64/],
    ["a bundle that is no JSON", () => read({ [names.signature]: "AAAA", [names.bundle]: "" }), /not JSON/],
    [
      "a bundle without anything",
      () => read({ [names.signature]: "AAAA", [names.bundle]: "{}" }),
      /Payload\.body/,
    ],
    ["a body that is no JSON", () => withPromise({ body: "AAAA" }), /not JSON/],
    [
      "a body without a kind",
      () => withPromise({ body: Buffer.from("{}").toString("base64") }),
      /kind of the entry/,
    ],
    ["a negative index", () => withPromise({ logIndex: -1 }), /Payload\.logIndex/],
    ["a time with a fraction", () => withPromise({ integratedTime: 1.5 }), /Payload\.integratedTime/],
    ["a time as text", () => withPromise({ integratedTime: "1700000000" }), /Payload\.integratedTime/],
    ["a time beyond all numbers", () => withPromise({ integratedTime: 2 ** 60 }), /Payload\.integratedTime/],
    ["a log that is no hexadecimal number", () => withPromise({ logID: "xx" }), /Payload\.logID/],
  ])("kwctl-and-oci 15.2: with %s are refused", (_what, attempt, message) => {
    expect(attempt).toThrow(message);
  });
});
