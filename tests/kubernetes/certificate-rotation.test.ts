import { X509Certificate } from "node:crypto";
import {
  type Secret,
  secrets,
  validatingWebhookConfigurations,
  type WebhookConfiguration,
} from "@kubewarden-ts/api/core";
import { type Clock, silentLogger, systemClock } from "@kubewarden-ts/base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificateProblem } from "../../apps/controller/src/certificates/check.ts";
import { leafPair } from "../../apps/controller/src/certificates/leaf-secrets.ts";
import { reconcileCertificates } from "../../apps/controller/src/certificates/reconcile-certificates.ts";
import { decodeSecretValue } from "../../apps/controller/src/certificates/secret-value.ts";
import type { ClusterView } from "../../apps/controller/src/cluster-view.ts";
import { createClusterView, whenViewSynced } from "../../apps/controller/src/process/create-cluster-view.ts";
import { requires } from "../support/requirements.ts";
import {
  type ControllerCluster,
  controllerCluster,
  eventually,
  resourceVersions,
} from "./controller-cluster.ts";

const dayMs = 86_400_000;
const signal = new AbortController().signal;
const namespace = "certificates";
const hooks = "clusterwide-example";

/** As a policy's, without its bundle; nothing is created in the namespace that it is for. */
const configuration: WebhookConfiguration = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: hooks, labels: { "app.kubernetes.io/part-of": "kubewarden" } },
  webhooks: [
    {
      name: "clusterwide-example.kubewarden.admission",
      clientConfig: { service: { namespace, name: "policy-server-default", path: "/validate/x", port: 443 } },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "nowhere" } },
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
    },
  ],
};

describe.skipIf(requires("kubernetes").skip)("certificates in a real cluster", () => {
  let cluster: ControllerCluster;
  let view: ClusterView;
  beforeAll(async () => {
    cluster = await controllerCluster();
    await cluster.createNamespace(namespace);
    view = createClusterView(cluster.client, { namespace, log: silentLogger, clock: systemClock });
    await whenViewSynced(view, signal);
  }, 60_000);
  afterAll(async () => {
    await view?.[Symbol.asyncDispose]();
    await cluster?.[Symbol.asyncDispose]();
  });

  const read = async (name: string): Promise<Secret | undefined> =>
    await cluster.objects.get(secrets, { namespace, name });
  const certificateOf = async (key: string) => decodeSecretValue(await read("kubewarden-ca"), key);
  const bundle = async (): Promise<string[]> => {
    const stored = await cluster.objects.get(validatingWebhookConfigurations, { name: hooks });
    const text = Buffer.from(stored?.webhooks?.[0]?.clientConfig.caBundle ?? "", "base64").toString();
    return text.split(/(?<=-----END CERTIFICATE-----\n)/).filter((part) => part !== "");
  };

  /** Passes, that many days from now, until one has nothing to write. */
  async function settleIn(days: number): Promise<void> {
    const clock: Clock = { now: () => Date.now() + days * dayMs, sleep: systemClock.sleep };
    const config = { deploymentsNamespace: namespace, webhookServiceName: "webhooks" };
    const { objects } = cluster;
    for (let before = ""; ; ) {
      await reconcileCertificates({ objects, view, clock, log: silentLogger, config }, signal).catch(
        () => {},
      );
      const now = JSON.stringify(await resourceVersions(cluster));
      if (now === before) return;
      before = now;
      // the view hears of it a little later
      await eventually(async () => {
        const stored = await cluster.objects.list(secrets, { namespace });
        return stored.every(
          ({ metadata: { name, resourceVersion } }) =>
            view.secrets.get({ name, namespace })?.metadata.resourceVersion === resourceVersion,
        );
      });
    }
  }

  it("controller 27, 28, 29: are made, kept, replaced in time, and trusted together as long as both are valid", async () => {
    await cluster.objects.create(validatingWebhookConfigurations, configuration);
    await eventually(() => view.validatingWebhooks.get({ name: hooks }) !== undefined);
    await settleIn(0);
    const first = await certificateOf("ca.crt");
    expect(await bundle()).toEqual([first]);
    const made = await resourceVersions(cluster);
    await settleIn(304);
    expect(await resourceVersions(cluster)).toEqual(made);

    await settleIn(306);
    expect(await certificateOf("ca.crt")).toBe(first);
    const leaf = leafPair(await read("kubewarden-webhook-server-cert"));
    expect(new X509Certificate(leaf.certificate).validToDate.getTime()).toBeGreaterThan(
      Date.now() + 600 * dayMs,
    );

    await settleIn(3595);
    const second = await certificateOf("ca.crt");
    expect(second).not.toBe(first);
    expect(await certificateOf("old-ca.crt")).toBe(first);
    expect(await bundle()).toEqual([second, first]);
    const check = {
      authority: { certificate: second ?? "" },
      dnsName: `webhooks.${namespace}.svc`,
      at: new Date(Date.now() + 3700 * dayMs),
    };
    expect(certificateProblem(leafPair(await read("kubewarden-webhook-server-cert")), check)).toBeUndefined();

    await settleIn(3651);
    expect(await certificateOf("ca.crt")).toBe(second);
    expect(await certificateOf("old-ca.crt")).toBeUndefined();
    expect(await bundle()).toEqual([second]);
  }, 60_000);
});
