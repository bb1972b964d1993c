import {
  accept,
  definePolicy,
  HostCallError,
  integerIn,
  partIn,
  partOf,
  partsIn,
  reject,
  stringIn,
  UnreadableObjectError,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";
import { type ExposedServices, exposedServices, type ServicePort } from "./exposed-services.ts";

const kinds = ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"];
/** The port of a webhook that names none. */
const defaultPort = 443;

export const policy = definePolicy({
  settings: v.object({}),
  validate({ kind, object }) {
    if (!kinds.includes(kind.kind)) return accept();
    try {
      const exposed = exposedIn(webhookServices(object));
      if (exposed.length === 0) return accept();
      return reject(
        `Webhook service(s) exposed by Ingress, NodePort, or LoadBalancer: ${exposed.join(", ")}`,
      );
    } catch (error) {
      throw failure(error);
    }
  },
});

function webhookServices(object: unknown): ServicePort[] {
  const configuration = partOf(object);
  if (configuration === undefined) throw new UnreadableObjectError("the request has no object");
  return partsIn(configuration, "webhooks").flatMap((webhook) => {
    const service = partIn(partIn(webhook, "clientConfig"), "service");
    if (service === undefined) return [];
    return {
      namespace: stringIn(service, "namespace") ?? "",
      name: stringIn(service, "name") ?? "",
      port: integerIn(service, "port") ?? defaultPort,
    };
  });
}

/** Names of the services that are exposed, with their namespaces, sorted, each once. */
function exposedIn(services: readonly ServicePort[]): string[] {
  const byNamespace = new Map<string, ExposedServices>();
  const exposed = services.filter((service) => {
    const { namespace } = service;
    const found = byNamespace.get(namespace) ?? exposedServices(namespace);
    byNamespace.set(namespace, found);
    return found.has(service);
  });
  return [...new Set(exposed.map(({ namespace, name }) => `${namespace}/${name}`))].sort();
}

/** What is thrown then: the text alone. */
function failure(error: unknown): unknown {
  if (error instanceof UnreadableObjectError) return new Error(error.message, { cause: error });
  if (!(error instanceof HostCallError)) return error;
  const capability = error.capability.replace("/", ".");
  const text = `error invoking host capability ${capability}: Host error: ${error.message}`;
  return new Error(text, { cause: error });
}
