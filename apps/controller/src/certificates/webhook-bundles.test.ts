import type { Secret, Webhook, WebhookConfiguration } from "@kubewarden-ts/api/core";
import type { ObjectClient } from "@kubewarden-ts/kube";
import { describe, expect, it } from "vitest";
import { memoryView } from "../policy/testing/memory-view.ts";
import { caBundle } from "./ca-bundle.ts";
import type { CertificateDeps } from "./certificate-deps.ts";
import { createAuthority } from "./issue.ts";
import { encodeSecretValues } from "./secret-value.ts";
import { bundleWrites, trusts } from "./webhook-bundles.ts";

const url = "https://webhook.example.com/";
const outside: Webhook = { name: "outside.example.com", clientConfig: { url, caBundle: "YQ==" } };
const service = { namespace: "kubewarden", name: "webhooks" };
const inside: Webhook = { name: "inside.example.com", clientConfig: { service } };

function configuration(webhooks: Webhook[]): WebhookConfiguration {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "labelled", labels: { "app.kubernetes.io/part-of": "kubewarden" } },
    webhooks,
  };
}

/** The patches that are written, when these are the webhooks of a configuration with our label. */
async function patches(authority: Secret, webhooks: Webhook[]): Promise<unknown[]> {
  const written: unknown[] = [];
  const view = memoryView();
  view.validatingWebhooks.put(configuration(webhooks));
  const mergePatch = async (_type: unknown, _name: unknown, patch: unknown) => written.push(patch);
  const objects = { mergePatch } as unknown as ObjectClient;
  const deps = { objects, view } as unknown as CertificateDeps;
  for (const write of bundleWrites(deps, authority, new AbortController().signal)) await write();
  return written;
}

describe("the trust of a configuration with our label", () => {
  it("controller 28: stays what it is where a webhook leads out of the cluster", async () => {
    const { certificate, key } = await createAuthority(new Date());
    const metadata = { name: "kubewarden-ca", namespace: "kubewarden" };
    const data = encodeSecretValues({ "ca.crt": certificate, "ca.key": key });
    const authority: Secret = { apiVersion: "v1", kind: "Secret", metadata, data };
    const trusted = { ...inside, clientConfig: { service, caBundle: caBundle(authority) } };
    expect(await patches(authority, [outside, inside])).toMatchObject([{ webhooks: [outside, trusted] }]);
    expect(await patches(authority, [outside, trusted])).toEqual([]);
    expect(trusts(configuration([outside]), caBundle(authority))).toBe(true);
  });
});
