import * as v from "valibot";
import { defineResource, type ObjectOf } from "../resource-type.ts";

const Webhook = v.looseObject({
  name: v.string(),
  clientConfig: v.looseObject({
    /** PEM in base64 */
    caBundle: v.exactOptional(v.string()),
    service: v.exactOptional(
      v.looseObject({
        namespace: v.string(),
        name: v.string(),
        path: v.exactOptional(v.string()),
        port: v.exactOptional(v.number()),
      }),
    ),
    url: v.exactOptional(v.string()),
  }),
});
export type Webhook = v.InferOutput<typeof Webhook>;

const apiVersion = "admissionregistration.k8s.io/v1";
const entries = { webhooks: v.optional(v.nullable(v.array(Webhook)), []) };

export const validatingWebhookConfigurations = defineResource(
  {
    apiVersion,
    kind: "ValidatingWebhookConfiguration",
    plural: "validatingwebhookconfigurations",
    namespaced: false,
  },
  entries,
);

export const mutatingWebhookConfigurations = defineResource(
  {
    apiVersion,
    kind: "MutatingWebhookConfiguration",
    plural: "mutatingwebhookconfigurations",
    namespaced: false,
  },
  entries,
);

/** Of either kind: they have the same fields. */
export type WebhookConfiguration = ObjectOf<typeof validatingWebhookConfigurations>;
