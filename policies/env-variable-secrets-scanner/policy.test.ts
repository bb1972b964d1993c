import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { decodeBase64 } from "./base64.ts";
import { detectors } from "./detectors.ts";
import { policy } from "./policy.ts";
import { findSecrets } from "./secrets.ts";

const awsKey = "AKIAQWERTYUIOP234567";
const withKey = (name: string, value: unknown = awsKey) => ({ name, env: [{ name: "KEY", value }] });
const finding = (container: string, key = "KEY", reason = "Amazon AWS Access Key ID") =>
  `container: ${container}, key: ${key}, reason: ${reason}. `;
const refused = (...findings: string[]) => ({
  accepted: false,
  message: `The following secrets were found in environment variables -> ${findings.join("")}`,
});
const unreadable = { accepted: false, message: "Cannot parse validation request" };
const lists = ["containers", "initContainers", "ephemeralContainers"] as const;
const letters = (count: number) => "a1B2c3D4".repeat(8).slice(0, count);
const hex = (count: number) => "0123456789abcdef".repeat(4).slice(0, count);

/** One made-up value for each form. */
const samples: Readonly<Record<string, string>> = {
  "RSA private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAKj34GkxFhD90vcN",
  "SSH (DSA) private key": "-----BEGIN DSA PRIVATE KEY-----",
  "SSH (EC) private key": "-----BEGIN EC PRIVATE KEY-----",
  "SSH (OPENSSH) private key": "-----BEGIN OPENSSH PRIVATE KEY-----",
  "Private key": "-----BEGIN PRIVATE KEY-----",
  "PGP private key block": "-----BEGIN PGP PRIVATE KEY BLOCK-----",
  "Amazon AWS Access Key ID": `line one\n${awsKey}\nline three`,
  "Amazon MWS Auth Token": "amzn.mws.12345678-1234-1234-1234-123456789012",
  "Slack Token": "xoxb-123456789012-123456789012-AbCdEfGhIjKlMnOpQrStUvWx",
  "Slack Webhook": `https://hooks.slack.com/services/T12345678/B12345678/${letters(24)}`,
  "GitHub Token": `ghp_${letters(36)}`,
  "GitLab Token": `glpat-${letters(20)}`,
  "npm Token": `npm_${letters(36)}`,
  "Google OAuth Access Token": `ya29.${letters(30)}`,
  "Google (GCP) Service-account": '{"type": "service_account"}',
  "Stripe API Key": `sk_live_${letters(24)}`,
  "Stripe Restricted API Key": `rk_live_${letters(24)}`,
  "Square Access Token": `sq0atp-${letters(22)}`,
  "Square OAuth Secret": `sq0csp-${letters(43)}`,
  "PayPal Braintree Access Token": `access_token$production$${hex(16)}$${hex(32)}`,
  "Twilio API Key": `SK${hex(32)}`,
  "SendGrid API Key": `SG.${letters(22)}.${letters(43)}`,
  "MailChimp API Key": `${hex(32)}-us12`,
  "MailGun API Key": `key-${letters(32)}`,
  "Facebook Access Token": "EAACEdEose0cBA1234567890",
  "Telegram Bot API Key": `123456789:AA${letters(33)}`,
  "Credentials in absolute URL": "https://user:p4ssw0rd@db.test/x",
};
const googleKey = `AIza${letters(35)}`;
const googleReasons = [
  "Google API Key",
  "Google Cloud Platform API Key",
  "Google Drive API Key",
  "Google Gmail API Key",
  "Google YouTube API Key",
];

describe("findSecrets", () => {
  it.each(Object.entries(samples))("finds a %s, in base64, too", (reason, value) => {
    expect(findSecrets(value)).toEqual([reason]);
    expect(findSecrets(Buffer.from(value).toString("base64"))).toEqual([reason]);
    expect(findSecrets(Buffer.from(value).toString("base64url"))).toEqual([reason]);
  });

  it("policies-and-sdk 22: gives each name of a key of Google, sorted", () => {
    expect(findSecrets(googleKey)).toEqual(googleReasons);
  });

  it("has a sample of each form", () => {
    const known = [...Object.keys(samples), ...googleReasons].sort();
    expect(detectors.map(({ reason }) => reason).sort()).toEqual(known);
  });

  it.each([
    "",
    "hello world",
    "größe 🚀",
    "aGVsbG8=",
    "password=hunter2secret",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "12345678-1234-1234-1234-123456789012",
    "https://db.test:5432/x",
    "https://user@db.test/x",
    "-----BEGIN PUBLIC KEY-----",
    "-----BEGIN CERTIFICATE-----",
  ])("finds nothing in %j", (value) => {
    expect(findSecrets(value)).toEqual([]);
  });

  it("takes linear time for what begins like a secret again and again", () => {
    for (const piece of ["a", "AKIA", "xoxb-", "a://b:c", "SG.a", "0:AA", "0123456789abcdef", "a:// "]) {
      const text = piece.repeat(200_000 / piece.length);
      const started = performance.now();
      findSecrets(text);
      expect(performance.now() - started, piece).toBeLessThan(5_000);
    }
  });
});

describe("decodeBase64", () => {
  it("undoes what Node.js encodes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const encoded = Buffer.from(bytes).toString("base64");
        expect(decodeBase64(encoded)).toBe(Buffer.from(bytes).toString("latin1"));
      }),
    );
  });

  it.each(["", "a", "hello world!", "äöü", "ab=c"])("does not decode %j", (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });
});

describe.each(bothWays("env-variable-secrets-scanner", policy))(
  "env-variable-secrets-scanner %s",
  (_way, makeRunner) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await makeRunner();
    });

    it.each(workloadKinds)("policies-and-sdk 18, 19: each container of a %s", async (kind) => {
      const spec = Object.fromEntries(lists.map((name) => [name, [{ name: "none" }, withKey(name)]]));
      const object = workload(kind, spec);
      expect(await runner.run({ object })).toEqual(refused(...lists.map((name) => finding(name))));
      expect(await runner.run({ object: workload(kind) })).toEqual({ accepted: true });
    });

    it("names each variable and each reason once", async () => {
      const env = [
        { name: "A", value: `${awsKey} ${awsKey}` },
        { name: "B", value: "plain" },
        { name: "C", value: `${samples["Slack Token"]} ${samples["MailChimp API Key"]}` },
        { name: "D", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
      ];
      expect(await runner.run({ object: pod({ containers: [{ name: "app", env }] }) })).toEqual(
        refused(
          finding("app", "A"),
          finding("app", "C", "MailChimp API Key"),
          finding("app", "C", "Slack Token"),
        ),
      );
    });

    it.each([
      ["arguments", { args: ["--key", awsKey] }],
      ["no variables", { env: null }],
      ["a value that is null", { env: [{ name: "A", value: null }] }],
    ])("takes %s", async (_row, fields) => {
      expect(await runner.run({ object: pod({ containers: [{ name: "app", ...fields }] }) })).toEqual({
        accepted: true,
      });
    });

    it("policies-and-sdk 19: a request for pods/ephemeralcontainers is checked", async () => {
      const oldObject = pod({ containers: [{ name: "app" }] });
      const object = pod({ containers: [{ name: "app" }], ephemeralContainers: [withKey("debug")] });
      const outcome = await runner.run({ object, oldObject, subResource: "ephemeralcontainers" });
      expect(outcome).toEqual(refused(finding("debug")));
    });

    it("policies-and-sdk 21: refuses an UPDATE that only removes a finalizer", async () => {
      const object = pod({ containers: [withKey("app")] });
      const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
      expect(await runner.run({ object, oldObject })).toEqual(refused(finding("app")));
    });

    it.each<[string, object]>([
      ["another kind", { object: { apiVersion: "v1", kind: "ConfigMap", data: { a: awsKey } } }],
      ["policies-and-sdk 20: a DELETE", { object: null, oldObject: pod({}) }],
      ["variables that are no list", { object: pod({ containers: [{ name: "a", env: { KEY: awsKey } }] }) }],
      ["a variable that is null", { object: pod({ containers: [{ name: "a", env: [null] }] }) }],
      ["a value that is a list", { object: pod({ containers: [withKey("a", [awsKey])] }) }],
      ["containers that are no list", { object: { ...pod({}), spec: { containers: "x" } } }],
    ])("cannot read %s", async (_row, options) => {
      expect(await runner.run(options)).toEqual(unreadable);
    });

    it.each([null, {}, { x: 1 }])("takes the settings %j", async (settings) => {
      expect(await runner.validateSettings(settings)).toEqual({ valid: true });
    });
  },
);

it("nothing that decides is passed over", () => {
  expectNothingPassedOver(policy, {
    object: pod({ containers: [withKey("app")], initContainers: [{ name: "i" }] }),
    violations: [
      {
        path: ["spec", "containers", 0, "env", 0, "value"],
        isHarmless: (value) => typeof value === "string" && value !== awsKey,
      },
    ],
  });
});
