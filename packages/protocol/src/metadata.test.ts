import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProtocolError } from "./errors.ts";
import { formatMetadata, parseMetadata, parseMetadataSection, toMetadata } from "./metadata.ts";

const minimal = { rules: [], mutating: false };
const rule = { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE", "*"] };
const read = (members: object) => parseMetadata(JSON.stringify({ ...minimal, ...members }));

describe("parseMetadata", () => {
  it("policy-runtime 27: applies every default", () => {
    expect(read({})).toEqual({
      rules: [],
      mutating: false,
      backgroundAudit: true,
      executionMode: "kubewarden-wapc",
      policyType: "kubernetes",
      contextAwareResources: [],
    });
  });

  it("policy-runtime 27: tolerates unknown fields, and null where nothing is required", () => {
    const nulls = {
      protocolVersion: null,
      annotations: null,
      hostCapabilities: null,
      minimumKubewardenVersion: null,
    };
    expect(read({ contextAware: true, rules: [{ ...rule, scope: "*" }], ...nulls })).toEqual(
      read({ rules: [rule] }),
    );
  });

  it("merges and sorts context-aware resources and host capabilities", () => {
    const resources = [
      { apiVersion: "v1", kind: "Pod" },
      { apiVersion: "apps/v1", kind: "Deployment", extra: 1 },
      { apiVersion: "v1", kind: "Namespace" },
      { kind: "Pod", apiVersion: "v1" },
    ];
    const { contextAwareResources, hostCapabilities } = read({
      contextAwareResources: resources,
      hostCapabilities: ["oci/v1/verify", "crypto/v1/is_certificate_trusted", "oci/v1/verify"],
    });
    expect(contextAwareResources).toEqual([
      { apiVersion: "apps/v1", kind: "Deployment" },
      { apiVersion: "v1", kind: "Namespace" },
      { apiVersion: "v1", kind: "Pod" },
    ]);
    expect(hostCapabilities).toEqual(["crypto/v1/is_certificate_trusted", "oci/v1/verify"]);
  });

  it.each([
    ["no rules", { mutating: true }, "rules: expected a value, received nothing"],
    [
      "an unknown protocol",
      { ...minimal, protocolVersion: "v2" },
      'protocolVersion: expected "v1" | "Unknown", received "v2"',
    ],
    [
      "an unknown mode",
      { ...minimal, executionMode: "ferricel" },
      'executionMode: expected "kubewarden-wapc" | "opa" | "gatekeeper" | "wasi", received "ferricel"',
    ],
    [
      "an incomplete version",
      { ...minimal, minimumKubewardenVersion: "1.20" },
      'minimumKubewardenVersion: expected a semantic version (X.Y.Z), received "1.20"',
    ],
    [
      "a bad operation",
      { ...minimal, rules: [{ ...rule, operations: ["create"] }] },
      'rules[0].operations[0]: expected "CREATE" | "UPDATE" | "DELETE" | "CONNECT" | "*", received "create"',
    ],
    [
      "null for a field with a default",
      { ...minimal, backgroundAudit: null },
      "backgroundAudit: expected boolean, received null",
    ],
    ["a list", [], "expected Object, received Array"],
    [
      "a list of annotations",
      { ...minimal, annotations: ["a"] },
      "annotations: expected Object, received Array",
    ],
  ])("refuses %s", (_row, value, message) => {
    expect(() => parseMetadata(JSON.stringify(value))).toThrow(
      expect.objectContaining({ code: "METADATA_INVALID", message }),
    );
  });

  it("lists every finding on a line of its own", () => {
    const message = 'rules: expected Array, received 1\nmutating: expected boolean, received "no"';
    expect(() => toMetadata({ rules: 1, mutating: "no" })).toThrow(expect.objectContaining({ message }));
  });

  it("answers any text with nothing but its own error", () => {
    const member = fc.tuple(
      fc.constantFrom("rules", "mutating", "annotations", "executionMode"),
      fc.jsonValue(),
    );
    const value = fc.oneof(fc.jsonValue(), fc.array(member).map(Object.fromEntries));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          value.map((json) => JSON.stringify(json)),
        ),
        (text) => {
          try {
            parseMetadata(text);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        },
      ),
    );
  });
});

describe("parseMetadataSection", () => {
  it.each([
    ["no JSON", [0x7b], ": "],
    ["no UTF-8", [0xff], ": invalid UTF-8"],
    ["another shape", [0x31], ": expected Object, received 1"],
  ])("policy-runtime 27: gives the exact prefix for %s", (_row, bytes, detail) => {
    const prefix = "cannot deserialize custom section `io.kubewarden.metadata` of wasm module";
    expect(() => parseMetadataSection(Uint8Array.from(bytes))).toThrow(`${prefix}${detail}`);
  });

  it("reads UTF-8", () => {
    const content = new TextEncoder().encode('{"rules":[],"mutating":true,"annotations":{"a":"grüße"}}');
    expect(parseMetadataSection(content)).toMatchObject({ mutating: true, annotations: { a: "grüße" } });
  });
});

describe("formatMetadata", () => {
  it("policy-runtime 27: writes the canonical form of default metadata", () => {
    expect(formatMetadata(read({ protocolVersion: "v1" }))).toBe(
      '{"protocolVersion":"v1","rules":[],"mutating":false,"backgroundAudit":true,"executionMode":"kubewarden-wapc","policyType":"kubernetes","contextAwareResources":[]}',
    );
  });

  it("writes every key in its order, whatever the order it came in", () => {
    const text = formatMetadata(
      toMetadata({
        minimumKubewardenVersion: "1.20.0-rc.1+b",
        hostCapabilities: ["oci/*"],
        contextAwareResources: [{ kind: "Pod", apiVersion: "v1" }],
        policyType: "raw",
        executionMode: "wasi",
        backgroundAudit: false,
        mutating: true,
        annotations: { b: "2", a: "1" },
        rules: [{ operations: ["*"], resources: ["pods"], apiVersions: ["v1"], apiGroups: [""] }],
        protocolVersion: "Unknown",
      }),
    );
    expect(text).toBe(
      '{"protocolVersion":"Unknown","rules":[{"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"],"operations":["*"]}],' +
        '"annotations":{"a":"1","b":"2"},"mutating":true,"backgroundAudit":false,"executionMode":"wasi","policyType":"raw",' +
        '"contextAwareResources":[{"apiVersion":"v1","kind":"Pod"}],"hostCapabilities":["oci/*"],"minimumKubewardenVersion":"1.20.0-rc.1+b"}',
    );
    expect(formatMetadata(parseMetadata(text))).toBe(text);
  });
});
