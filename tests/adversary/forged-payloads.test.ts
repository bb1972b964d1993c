import { createLogger, type LogLine } from "@kubewarden-ts/base";
import { afterEach, describe, expect, it } from "vitest";
import { testPolicy } from "../../packages/host-capabilities/fixtures/host.ts";
import { samplePayloads, sampleResource } from "../../packages/host-capabilities/fixtures/sample-payloads.ts";
import { parseSession } from "../../packages/host-capabilities/src/session/session-file.ts";
import { capabilities } from "../../packages/host-capabilities/src/table.ts";
import { brokenDocuments, bytesOf, forgedValues, inheritedKeys } from "./forged/forgeries.ts";

afterEach(() => expect(inheritedKeys()).toEqual([]));

const served = capabilities.filter(({ kind }) => kind === "served").map(({ path }) => path);

/** What comes of a payload, byte for byte: the answer, or what the guest is told. */
async function outcome(path: string, payload: Uint8Array) {
  const lines: LogLine[] = [];
  const log = createLogger({ level: "trace", target: "test", write: (line) => lines.push(line) });
  const policy = testPolicy({ contextAwareResources: [sampleResource], log });
  const told = await policy.ask(path, payload);
  return { told, deeds: policy.deeds, lines };
}

const invalid = { error: expect.stringMatching(/^invalid payload: \S/) };

describe.each(served)("what a guest hands to %s", (path) => {
  const [sample] = samplePayloads[path];
  const text = JSON.stringify(sample);

  it.each(brokenDocuments.filter(([what]) => what !== "single quotes" || text.includes('"')))(
    "policy-runtime 32: is refused with %s",
    async (_what, forge) => {
      const { told, deeds } = await outcome(path, forge(text));
      expect({ told, deeds }).toEqual({ told: invalid, deeds: [] });
    },
  );

  it.each(forgedValues)(
    "policy-runtime 32: is refused when all of it is forged: $what",
    async ({ text: forged }) => {
      const { told, deeds } = await outcome(path, bytesOf(forged));
      const isText = typeof sample === "string" && forged.startsWith('"') && !forged.includes("\\ud");
      if (isText) expect(told).toEqual({ answer: expect.anything() });
      else expect({ told, deeds }).toEqual({ told: invalid, deeds: [] });
    },
  );

  const members = typeof sample === "object" && sample !== null ? Object.keys(sample) : [];
  it.each(members)(
    "policy-runtime 32: asks nobody but who the sample asks when %s is forged",
    async (member) => {
      const { deeds: honest } = await outcome(path, bytesOf(text));
      for (const { text: forged } of forgedValues) {
        const others = Object.fromEntries(Object.entries(sample as object).filter(([key]) => key !== member));
        const payload = `{${JSON.stringify(member)}:${forged},${JSON.stringify(others).slice(1)}`;
        const { told, deeds } = await outcome(path, bytesOf(payload.replace(/,\}$/, "}")));
        expect("error" in told ? told.error : "answered").toMatch(
          /^(?:answered|invalid payload: \S|Policy has not been granted)/,
        );
        for (const { name } of deeds) expect(name).toBe(honest[0]?.name);
      }
    },
  );

  it.each(members)("policy-runtime 32: is refused when %s stands twice", async (member) => {
    const value = JSON.stringify((sample as Record<string, unknown>)[member]);
    const twice = `{${JSON.stringify(member)}:${value},${text.slice(1)}`;
    const { told, deeds } = await outcome(path, bytesOf(twice));
    expect({ told, deeds }).toEqual({
      told: { error: `invalid payload: duplicate field \`${member}\`` },
      deeds: [],
    });
  });
});

describe("a payload that is wrong a hundred thousand times", () => {
  const wrong = JSON.stringify(Array.from({ length: 100_000 }, () => "x"));
  it.each([
    ["crypto/v1/is_certificate_trusted", `{"cert":{"encoding":"Pem","data":${wrong}}}`],
    [
      "oci/v2/verify",
      `{"type":"SigstoreCertificateVerify","image":"i","require_rekor_bundle":true,"certificate":${wrong}}`,
    ],
    [
      "kubernetes/list_resources_all",
      `{"api_version":"v1","kind":"Namespace","field_masks":${wrong.replaceAll('"x"', "1")}}`,
    ],
    ["oci/v1/verify", `{"SigstorePubKeyVerify":{"image":"i","pub_keys":${wrong.replaceAll('"x"', "1")}}}`],
  ])("policy-runtime 32: of %s is told once", async (path, payload) => {
    const { told, deeds } = await outcome(path, bytesOf(payload));
    expect(deeds).toEqual([]);
    expect(told).toEqual(invalid);
    expect(JSON.stringify(told).length).toBeLessThan(500);
  });
});

describe("what a signature must have", () => {
  const annotations = '{"__proto__":"p","constructor":"c","prototype":"t","k":"v"}';
  it.each([
    ["oci/v1/verify", `{"SigstorePubKeyVerify":{"image":"i","pub_keys":["k"],"annotations":${annotations}}}`],
    [
      "oci/v2/verify",
      `{"type":"SigstoreGithubActionsVerify","image":"i","owner":"o","annotations":${annotations}}`,
    ],
  ])("policy-runtime 38: is everything that %s says, keys of birth too", async (path, payload) => {
    const { deeds } = await outcome(path, bytesOf(payload));
    expect(
      deeds.map(({ with: [request] }) => JSON.stringify((request as { annotations: unknown }).annotations)),
    ).toEqual([annotations]);
  });

  it("policy-runtime 38: is not weakened by an annotation that is no text", async () => {
    const payload =
      '{"type":"SigstorePubKeyVerify","image":"i","pub_keys":["k"],"annotations":{"constructor":5}}';
    const { told, deeds } = await outcome("oci/v2/verify", bytesOf(payload));
    expect({ told, deeds }).toEqual({
      told: { error: "invalid payload: annotations.constructor: expected string, received 5" },
      deeds: [],
    });
  });
});

describe("what a guest logs", () => {
  it.each(forgedValues)("policy-runtime 45: is one line, whatever it holds: $what", async ({ text }) => {
    for (const payload of [text, `{"level":"info","message":"m","more":${text}}`, `{"level":${text}}`]) {
      const { told, lines } = await outcome("tracing/log", bytesOf(payload));
      expect([told, lines.length]).toEqual([{ answer: undefined }, 1]);
    }
  });
});

describe("a session file", () => {
  it.each(forgedValues)(
    "policy-runtime 56: is read or refused, whatever a request holds: $what",
    ({ text }) => {
      for (const request of [`!DNSLookupHost {host: ${text}}`, `!X ${text}`, text]) {
        const file = JSON.stringify([
          { type: "Exchange", request, response: { type: "Error", message: "m" } },
        ]);
        expect(outcomeOf(() => parseSession(file))).toMatch(/^(?:read|SessionError: \[0\]\.request: )/);
        expect(outcomeOf(() => parseSession(text))).toMatch(/^SessionError: /);
      }
    },
  );
});

function outcomeOf(read: () => unknown): string {
  try {
    read();
    return "read";
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}
