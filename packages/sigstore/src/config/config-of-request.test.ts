import { describe, expect, it } from "vitest";
import { configOfRequest, type SignatureRequest } from "./config-of-request.ts";
import type { Constraint } from "./constraint.ts";

const certificate = Uint8Array.of(1);

describe("what a host call stands for", () => {
  it.each<[SignatureRequest, readonly Constraint[]]>([
    [
      { kind: "public-keys", keys: ["A", "B"], annotations: { env: "prod" } },
      [
        { kind: "pubKey", key: "A", annotations: { env: "prod" } },
        { kind: "pubKey", key: "B", annotations: { env: "prod" } },
      ],
    ],
    [
      { kind: "keyless", identities: [{ issuer: "i", subject: "s" }], annotations: {} },
      [{ kind: "genericIssuer", issuer: "i", subject: { equal: "s" } }],
    ],
    [
      { kind: "keyless-prefix", identities: [{ issuer: "i", urlPrefix: "https://a/" }], annotations: {} },
      [{ kind: "genericIssuer", issuer: "i", subject: { urlPrefix: "https://a/" } }],
    ],
    [
      { kind: "github", owner: "acme", repo: undefined, annotations: {} },
      [{ kind: "githubAction", owner: "acme" }],
    ],
    [
      { kind: "certificate", certificate, chain: [certificate], requireRekorBundle: true, annotations: {} },
      [{ kind: "certificate", certificate, chain: [certificate], requireRekorBundle: true }],
    ],
  ])("policy-runtime 38: %o", (request, allOf) => {
    expect(configOfRequest(request)).toEqual({ allOf });
  });
});
