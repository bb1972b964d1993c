import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, type Runner } from "../both-ways.ts";
import { policy } from "./policy.ts";

const key = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
const certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const byKey = (image: string) => ({ image, pubKeys: [key] });
const settings = { signatures: [byKey("r.test/*")] };

describe.each(bothWays("verify-image-signatures", policy))(
  "settings of verify-image-signatures %s",
  (_way, makeRunner) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await makeRunner();
    });

    it.each([
      [{ image: "", pubKeys: [key] }, "Pub key", "image", 'String("")'],
      [{ image: "a", pubKeys: [] }, "Pub key", "pub_keys", "Array []"],
      [{ image: "", keyless: [] }, "Keyless", "image", 'String("")'],
      [{ image: "a", keylessPrefix: [] }, "Keyless", "keyless_prefix", "Array []"],
      [{ image: "", githubActions: { owner: "a" } }, "GitHub action", "image", 'String("")'],
      [
        { image: "", certificates: [certificate], requireRekorBundle: true },
        "Certificate",
        "image",
        'String("")',
      ],
    ])("policies-and-sdk 30: the empty field of %j is refused", async (signature, way, field, value) => {
      const text = `${field}: Validation error: length [{"min": Number(1), "value": ${value}}]`;
      expect(await runner.validateSettings({ signatures: [signature] })).toEqual({
        valid: false,
        message: `${way} signature for image ${signature.image}: ${JSON.stringify(text)}`,
      });
    });

    const certificates = { image: "a", requireRekorBundle: true };
    it.each<[unknown, string]>([
      [null, "Signatures must not be empty"],
      [{ signatures: [] }, "Signatures must not be empty"],
      [
        {
          signatures: [
            { image: "a", pubKeys: [key, "x"] },
            { ...certificates, certificates: [] },
          ],
        },
        `Pub key signature for image a: ${JSON.stringify(
          `pub_keys: Validation error: non-PEM data found [{"value": Array [String(${JSON.stringify(key)}), String("x")]}]`,
        )}; Certificate signature for image a: "no certificate provided"`,
      ],
      [
        { signatures: [{ ...certificates, certificates: ["x"] }] },
        'Certificate signature for image a: "non-PEM data found"',
      ],
      [
        { signatures: [{ ...certificates, certificates: [certificate], certificateChain: ["x"] }] },
        'Certificate signature for image a: "non-PEM data found"',
      ],
      [
        { signatures: [{ image: "a", certificates: [certificate] }] },
        "signatures.0.requireRekorBundle: expected a value, got nothing",
      ],
      [
        { signatures: [byKey("a"), { image: "a", pubKeys: null }] },
        "signatures.1: expected pubKeys, keyless, keylessPrefix, githubActions or certificates, got none of them",
      ],
      [{ signatures: null }, "signatures: expected array, got null"],
      [{ signatures: [{ pubKeys: [key] }] }, "signatures.0.image: expected a value, got nothing"],
      [
        { signatures: [{ image: "a", keyless: [{ issuer: "x" }] }] },
        "signatures.0.keyless.0.subject: expected a value, got nothing",
      ],
      [{ signatures: [{ ...byKey("a"), annotations: [] }] }, "annotations: expected object, got array"],
      [
        { signatures: [{ ...byKey("a"), annotations: { a: 1 } }] },
        "signatures.0.annotations.a: expected string, got number",
      ],
      [{ ...settings, modifyImagesWithDigest: "x" }, "modifyImagesWithDigest: expected boolean, got string"],
      [{ ...settings, rejectUnmatched: 1 }, "rejectUnmatched: expected boolean, got number"],
    ])("policies-and-sdk 30: settings %j are refused", async (bad, message) => {
      expect(await runner.validateSettings(bad)).toEqual({ valid: false, message });
    });

    it.each([
      { ...settings, extra: 1 },
      { signatures: [{ ...byKey("a"), extra: 1 }] },
      { signatures: [{ image: "a", keyless: [] }] },
      { signatures: [{ image: "a", githubActions: { owner: "" } }] },
      { signatures: [{ ...certificates, certificates: [certificate] }] },
    ])("settings %j are taken", async (taken) => {
      expect(await runner.validateSettings(taken)).toEqual({ valid: true });
    });
  },
);
