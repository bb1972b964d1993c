import type { Secret, WebhookConfiguration } from "@kubewarden-ts/api/core";
import { describe, expect, it } from "vitest";
import { memoryView } from "../policy/testing/memory-view.ts";
import { caBundle } from "./ca-bundle.ts";
import { certificateTriggers } from "./certificate-triggers.ts";
import { createAuthority } from "./issue.ts";
import { encodeSecretValues } from "./secret-value.ts";

const namespace = "kubewarden";
const labels = { "app.kubernetes.io/part-of": "kubewarden" };

function secret(name: string, values: Record<string, string>, labels: Record<string, string> = {}): Secret {
  const data = encodeSecretValues(values);
  return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace, labels }, data };
}

function configuration(
  name: string,
  bundle: string,
  given: Record<string, string> = labels,
): WebhookConfiguration {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name, labels: given },
    webhooks: [{ name: "a.example.com", clientConfig: { caBundle: bundle } }],
  };
}

async function watched() {
  const pair = await createAuthority(new Date());
  const authority = secret("kubewarden-ca", { "ca.crt": pair.certificate, "ca.key": pair.key });
  const view = memoryView();
  view.secrets.put(authority);
  view.validatingWebhooks.put(configuration("good", caBundle(authority)));
  let asked = 0;
  const end = certificateTriggers(view, namespace, () => asked++);
  asked = 0;
  return { view, authority, end, asked: () => asked };
}

describe("a pass over the certificates is asked for", () => {
  it("when a Secret of ours changes, is made or goes, and not for others or the same again", async () => {
    const { view, authority, asked } = await watched();
    view.secrets.put(secret("of-others", { a: "b" }));
    view.secrets.put({ ...authority, metadata: { ...authority.metadata, annotations: { seen: "yes" } } });
    expect(asked()).toBe(0);
    view.secrets.put(secret("kubewarden-webhook-server-cert", { "tls.crt": "x" }));
    view.secrets.put(secret("kubewarden-audit-scanner-client-cert", { "tls.crt": "x" }));
    const ofServer = { ...labels, "app.kubernetes.io/component": "policy-server" };
    view.secrets.put(secret("policy-server-a", { "tls.crt": "x" }, ofServer));
    view.secrets.put(secret("policy-server-a", { "tls.crt": "y" }, ofServer));
    expect(asked()).toBe(4);
    view.secrets.remove(authority);
    expect(asked()).toBe(5);
  });

  it("when a configuration of ours trusts something else", async () => {
    const { view, authority, asked } = await watched();
    view.validatingWebhooks.put(configuration("new", caBundle(authority)));
    view.validatingWebhooks.put(configuration("of-others", "eA==", {}));
    view.validatingWebhooks.remove(configuration("new", ""));
    expect(asked()).toBe(0);
    view.mutatingWebhooks.put(configuration("wrong", "eA=="));
    view.validatingWebhooks.put(configuration("good", ""));
    expect(asked()).toBe(2);
  });

  it("no more when it was ended", async () => {
    const { view, end, asked } = await watched();
    end();
    view.mutatingWebhooks.put(configuration("wrong", "eA=="));
    expect(asked()).toBe(0);
  });
});
