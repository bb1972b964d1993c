import {
  accept,
  definePolicy,
  HostCallError,
  host,
  type KubernetesObject,
  mutate,
  type Part,
  partIn,
  partOf,
  reject,
  stringIn,
  UnreadableObjectError,
  type Verdict,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const label = "admission.kubewarden.io/policy-server";

export const policy = definePolicy({
  settings: v.object({}),
  validate({ namespace: requested, object }) {
    const namespace = requested || object?.metadata?.namespace || "";
    const server = policyServerOf(namespace);
    if (server === undefined) {
      return reject(
        `Namespace '${namespace}' has no '${label}' label; cannot determine the PolicyServer for the policy`,
      );
    }
    return assign(server, object);
  },
});

/** The PolicyServer for the policies of a namespace. */
function policyServerOf(namespace: string): string | undefined {
  try {
    const found = host.kubernetes.get({ apiVersion: "v1", kind: "Namespace", name: namespace });
    return stringIn(partIn(partIn(partOf(found), "metadata"), "labels"), label);
  } catch (error) {
    if (error instanceof HostCallError) {
      const what = "error invoking host capability kubernetes.get_resource";
      throw new Error(`${what}: Host error: ${error.message}`, { cause: error });
    }
    // Without the name of its class, which says nothing to who reads the answer.
    throw error instanceof UnreadableObjectError ? new Error(error.message, { cause: error }) : error;
  }
}

function assign(server: string, object: KubernetesObject | null | undefined): Verdict {
  const spec = specOf(object);
  if (object == null || spec === undefined) throw new Error("object has no 'spec' field or it is not a map");
  if (spec.fields["policyServer"] === server) return accept();
  spec.fields["policyServer"] = server;
  return mutate(object);
}

function specOf(object: KubernetesObject | null | undefined): Part | undefined {
  try {
    return partIn(partOf(object), "spec");
  } catch (error) {
    if (error instanceof UnreadableObjectError) return undefined;
    throw error;
  }
}
