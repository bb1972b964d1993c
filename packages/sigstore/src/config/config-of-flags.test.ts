import { describe, expect, it } from "vitest";
import { SigstoreError } from "../errors.ts";
import { type VerificationFlags, verificationConfigOf } from "./config-of-flags.ts";
import type { VerificationConfig } from "./constraint.ts";

const annotations = { env: "prod", sum: "1=1" };

describe("the flags of a verification", () => {
  it.each<[string, VerificationFlags, VerificationConfig | undefined]>([
    ["none", {}, undefined],
    ["empty lists", { keys: [], annotations: [] }, undefined],
    [
      "keys",
      { keys: ["A", "B"] },
      {
        allOf: [
          { kind: "pubKey", key: "A" },
          { kind: "pubKey", key: "B" },
        ],
      },
    ],
    [
      "all of them, in upstream's order",
      {
        ...{ keys: ["A"], annotations: ["env=prod", "sum=1=1"] },
        ...{ certEmail: "a@b.c", certOidcIssuer: "https://i", githubOwner: "acme", githubRepo: "app" },
      },
      {
        allOf: [
          { kind: "genericIssuer", issuer: "https://i", subject: { equal: "a@b.c" }, annotations },
          { kind: "githubAction", owner: "acme", repo: "app", annotations },
          { kind: "pubKey", key: "A", annotations },
        ],
      },
    ],
    ["an owner", { githubOwner: "acme" }, { allOf: [{ kind: "githubAction", owner: "acme" }] }],
  ])("kwctl-and-oci 26: %s", (_what, flags, config) => {
    expect(verificationConfigOf(flags)).toEqual(config);
  });

  const noIssuer =
    "Intending to verify OIDC issuer, but no email or issuer were provided. " +
    "You must pass the email and OIDC issuer to be validated together ";
  it.each<[string, VerificationFlags, string]>([
    [
      "annotations alone",
      { annotations: ["env=prod"] },
      "Intending to verify annotations, but no verification keys, OIDC issuer or GitHub owner were passed",
    ],
    [
      "an annotation without a value",
      { keys: ["A"], annotations: ["env=prod", "env"] },
      'the annotation "env" is not of the form key=value',
    ],
    [
      "an annotation without a key",
      { keys: ["A"], annotations: ["=prod"] },
      'the annotation "=prod" is not of the form key=value',
    ],
    [
      "an annotation that is given twice",
      { keys: ["A"], annotations: ["env=prod", "env=test"] },
      'the annotation "env" is given twice',
    ],
    [
      "a repository alone",
      { githubRepo: "app" },
      "Intending to verify GitHub actions signature, but the repository owner is missing.",
    ],
    ["an e-mail address alone", { certEmail: "a@b.c" }, noIssuer],
    ["an issuer alone", { certOidcIssuer: "https://i", keys: ["A"] }, noIssuer],
  ])("kwctl-and-oci 26: refuse %s", (_what, flags, message) => {
    expect(() => verificationConfigOf(flags)).toThrow(
      new SigstoreError(message, { code: "SIGSTORE_FLAGS_INVALID" }),
    );
  });
});
