import type { GuestHost, GuestProtocol } from "@kubewarden-ts/policy-runtime/core";
import * as v from "valibot";
import { beforeAll, describe, expect, it } from "vitest";
import { type BuiltGuest, requires } from "../support/requirements.ts";
import { type CallGuest, loadGuest } from "./load-guest.ts";

/** Answers each call with what `answers` holds for its path, and fails the others. */
const answers = new Map<string, string>([
  ["net/v1/dns_lookup_host", '{"ips":["192.0.2.1"]}'],
  ["oci/v1/manifest_digest", '{"digest":"sha256:00"}'],
  [
    "oci/v1/oci_manifest",
    '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}',
  ],
  [
    "oci/v1/oci_manifest_config",
    '{"digest":"sha256:00","manifest":{"schemaVersion":2},"config":{"os":"linux"}}',
  ],
  ["oci/v1/verify", '{"is_trusted":true,"digest":"sha256:01"}'],
  ["oci/v2/verify", '{"is_trusted":true,"digest":"sha256:02"}'],
  ["crypto/v1/is_certificate_trusted", '{"trusted":false,"reason":"expired"}'],
  ["kubernetes/list_resources_all", '{"items": [ ]}'],
  ["kubernetes/list_resources_by_namespace", '{"items":[]}'],
  ["kubernetes/get_resource", '{"kind":"Pod"}'],
  ["kubernetes/can_i", '{"allowed":true}'],
  ["tracing/log", ""],
]);

const host: GuestHost = {
  async call({ namespace, operation }) {
    const answer = answers.get(`${namespace}/${operation}`);
    if (answer === undefined) throw new Error(`unknown operation: ${operation}`);
    return new TextEncoder().encode(answer);
  },
  print: () => {},
  suspended: () => {},
  resumed: () => {},
};

const Rejection = v.strictObject({ accepted: v.literal(false), message: v.string() });

const verifyInput = { image: "app:1", pub_keys: ["key"], owner: "acme", certificate: "-" };

describe.skipIf(requires("go").skip).each<[BuiltGuest, GuestProtocol, string]>([
  ["go-host-calls", "wasi", "validate-settings"],
  ["go-host-calls-wapc", "wapc", "validate_settings"],
])("host calls of the Go SDK, in %s", (name, protocol, validateSettings) => {
  let call: CallGuest;
  beforeAll(async () => {
    call = await loadGuest(name, protocol, host);
  });

  async function conversation(settings: object): Promise<unknown> {
    const answer = await call("validate", { request: { uid: "u1" }, settings });
    return JSON.parse(v.parse(Rejection, answer).message);
  }

  it.each([
    ["lookup-host", "a.example", "net/v1/dns_lookup_host", '"a.example"', ["192.0.2.1"]],
    ["manifest-digest", "app:1", "oci/v1/manifest_digest", '"app:1"', "sha256:00"],
    ["manifest", "app:1", "oci/v1/oci_manifest", '"app:1"', { index: { schemaVersion: 2 } }],
    [
      "manifest-config",
      "app:1",
      "oci/v1/oci_manifest_config",
      '"app:1"',
      { digest: "sha256:00", config: { os: "linux" } },
    ],
    [
      "verify-pub-keys-v1",
      verifyInput,
      "oci/v1/verify",
      '{"SigstorePubKeyVerify":{"image":"app:1","pub_keys":["key"],"annotations":null}}',
      { is_trusted: true, digest: "sha256:01" },
    ],
    [
      "verify-github-actions",
      verifyInput,
      "oci/v2/verify",
      '{"type":"SigstoreGithubActionsVerify","image":"app:1","owner":"acme","annotations":null}',
      { is_trusted: true, digest: "sha256:02" },
    ],
    [
      "verify-certificate",
      verifyInput,
      "oci/v2/verify",
      '{"type":"SigstoreCertificateVerify","image":"app:1","certificate":[45],"certificate_chain":null,"require_rekor_bundle":false,"annotations":null}',
      { is_trusted: true, digest: "sha256:02" },
    ],
    [
      "is-certificate-trusted",
      { certificate: "-" },
      "crypto/v1/is_certificate_trusted",
      '{"cert":{"encoding":"Pem","data":[45]},"cert_chain":null,"not_after":""}',
      { trusted: false, reason: "expired" },
    ],
    [
      "list-resources",
      { api_version: "v1", kind: "Pod", label_selector: "a=b" },
      "kubernetes/list_resources_all",
      '{"api_version":"v1","kind":"Pod","label_selector":"a=b"}',
      '{"items": [ ]}',
    ],
    [
      "can-i",
      { subject_access_review: { user: "alice", resourceAttributes: { verb: "get", resource: "pods" } } },
      "kubernetes/can_i",
      '{"subject_access_review":{"groups":null,"resourceAttributes":{"namespace":"","verb":"get","group":"","resource":"pods"},"user":"alice"},"disable_cache":false}',
      { allowed: true },
    ],
    ["log", { level: "warn", message: "m" }, "tracing/log", '{"level":"warn","message":"m"}', ""],
  ])(
    "policy-runtime 5, %s: sends what the SDK sends, and shows the answer",
    async (call_, input, path, payload, result) => {
      const [namespace, ...operation] = path.split("/");
      expect(await conversation({ call: call_, input })).toMatchObject({
        ...{ binding: "kubewarden", namespace, operation: operation.join("/"), payload },
        ...{ answer: answers.get(path), result },
      });
    },
  );

  it("shows the error of its host", async () => {
    const input = { binding: "other", namespace: "nowhere", operation: "do", payload: "x" };
    const heard = await conversation({ call: "raw", input });
    expect(heard).toEqual({ ...input, error: "unknown operation: do" });
  });

  it.each([
    ["can-i", { valid: true }],
    ["cannot", { valid: false, message: "unknown call cannot" }],
  ])("checks that its settings name a call: %s", async (name_, answer) => {
    expect(await call(validateSettings, { call: name_ })).toEqual(answer);
  });
});
