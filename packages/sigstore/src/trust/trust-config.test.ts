import { beforeAll, describe, expect, it } from "vitest";
import { changeAt, type JsonPath } from "../../fixtures/change-json.ts";
import { createPrivateSigstore, type PrivateSigstore } from "../testing/index.ts";
import { parseTrustedRoot } from "./trust-material.ts";
import { createTrustRoot } from "./trust-root.ts";

let sigstore: PrivateSigstore;
beforeAll(async () => {
  sigstore = await createPrivateSigstore();
});

const file = "trust.json";
const config = (text: string, fileIs?: string) => () =>
  createTrustRoot({ kind: "trust-config", text, file, fileIs });

describe("a trust configuration", () => {
  it("kwctl-and-oci 23: gives its trusted root, whatever else it holds", async () => {
    const text = JSON.stringify({ ...JSON.parse(sigstore.trustConfig), signingConfig: "none" });
    const { certificateAuthorities, tlogs, ctlogs } = await config(text)().load(new AbortController().signal);
    expect([certificateAuthorities, tlogs, ctlogs].map(({ length }) => length)).toEqual([1, 1, 1]);
  });

  it.each([
    ["no trusted root", "{}", "Sigstore PKI file trust.json missing trusted_root field"],
    ["null", '{"trustedRoot":null}', "Sigstore PKI file trust.json missing trusted_root field"],
    ["a list", "[]", "Sigstore PKI file trust.json missing trusted_root field"],
    ["no JSON", "{", /^could not parse Sigstore trust config file trust\.json: /],
    [
      "a trusted root that is none",
      '{"trustedRoot":[]}',
      /^could not parse Sigstore trust config file trust\.json: .*it is not a JSON object$/,
    ],
  ])("kwctl-and-oci 23: with %s is refused at once", (_what, text, message) => {
    expect(config(text)).toThrow(message);
  });

  it("policy-server 27: is called by another name there", () => {
    expect(config("{}", "Sigstore trust config file")).toThrow(
      "Sigstore trust config file trust.json missing trusted_root field",
    );
  });
});

describe("a trusted root", () => {
  const changed = (path: JsonPath, value: unknown): string =>
    JSON.stringify(changeAt(JSON.parse(sigstore.trustedRoot), path, value));
  const log = ["tlogs", 0] as const;
  const authority = ["certificateAuthorities", 0] as const;

  it.each<[string, JsonPath, unknown]>([
    ["no media type", ["mediaType"], undefined],
    ["the media type of version 0.2", ["mediaType"], "application/vnd.dev.sigstore.trustedroot.v0.2+json"],
    ["no logs of certificates", ["ctlogs"], undefined],
    ["an authority without certificates", ["timestampAuthorities", 0, "certChain"], { certificates: [] }],
    ["a log with an end", [...log, "publicKey", "validFor", "end"], "2100-01-01T00:00:00Z"],
  ])("may have %s", (_what, path, value) => {
    expect(parseTrustedRoot(changed(path, value)).tlogs).toHaveLength(1);
  });

  it.each<[string, JsonPath, unknown, RegExp]>([
    ["of another kind", ["mediaType"], "application/json", /media type "application\/json" is not known/],
    [
      "of another version",
      ["mediaType"],
      "application/vnd.dev.sigstore.trustedroot.v1.0+json",
      /media type .* is not known/,
    ],
    [
      "with a log that was always there",
      [...log, "publicKey", "validFor", "start"],
      undefined,
      /tlogs\[0\] \(https:\/\/rekor\.test\): publicKey\.validFor\.start is missing/,
    ],
    [
      "with a log without a key",
      [...log, "publicKey"],
      undefined,
      /tlogs\[0\] .*publicKey\.validFor\.start is missing/,
    ],
    ["with a key that is none", [...log, "publicKey", "rawBytes"], "AAAA", /cannot be used/],
    ["with a log without a name", [...log, "logId"], undefined, /cannot be used/],
    [
      "with a certificate that is none",
      [...authority, "certChain", "certificates", 0, "rawBytes"],
      "AAAA",
      /cannot be used/,
    ],
    ["with an authority without a chain", [...authority, "certChain"], undefined, /cannot be used/],
  ])("%s is refused", (_what, path, value, message) => {
    expect(() => parseTrustedRoot(changed(path, value))).toThrow(message);
  });

  it("without authorities and logs is refused", () => {
    expect(() => parseTrustedRoot("{}")).toThrow(/it names no authorities and no logs/);
  });
});
