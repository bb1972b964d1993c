import {
  type AdmissionRequest,
  accept,
  definePolicy,
  HostCallError,
  hasPodSpec,
  host,
  type KubernetesObject,
  mutate,
  partIn,
  partOf,
  reject,
  requirePodSpec,
  requirePodTemplate,
  stringIn,
  UnreadableObjectError,
  type Verdict,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";
import { copyLabels, type Labels } from "./copy-labels.ts";

const prefix = "Provided settings are not valid: ";
const kinds = "Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job, CronJob, Pod";

export const policy = definePolicy({
  settings: v.object({ propagatedLabels: v.nullish(v.array(v.string()), []) }),
  check({ propagatedLabels }) {
    if (propagatedLabels.length === 0) return `${prefix}some label must be provided`;
    return propagatedLabels.includes("") ? `${prefix}empty labels are not allowed` : undefined;
  },
  validate(request, { propagatedLabels }) {
    if (!request.namespace) return reject("admission request is missing namespace", { code: 400 });
    try {
      return propagate(request, namespaceLabels(request.namespace, propagatedLabels));
    } catch (error) {
      if (error instanceof HostCallError) {
        return reject(`cannot get namespace data: Host error: ${error.message}`, { code: 400 });
      }
      throw error instanceof UnreadableObjectError ? new Error(error.message, { cause: error }) : error;
    }
  },
});

/** Names and values of the labels wanted, as far as the namespace has them. */
function namespaceLabels(name: string, wanted: readonly string[]): Labels {
  const found = host.kubernetes.get({ apiVersion: "v1", kind: "Namespace", name });
  const labels = partIn(partIn(partOf(found), "metadata"), "labels");
  const present = wanted.filter((label) => Object.hasOwn(labels?.fields ?? {}, label));
  return present.flatMap((label): [string, string][] => {
    const value = stringIn(labels, label);
    return value === undefined ? [] : [[label, value]];
  });
}

function propagate(request: AdmissionRequest, labels: Labels): Verdict {
  const { object } = request;
  if (!hasPodSpec(request)) {
    throw new UnreadableObjectError(
      `object should be one of these kinds: ${kinds}. Found ${request.kind.kind}`,
    );
  }
  requirePodSpec(request);
  const template = requirePodTemplate(request);
  // Of a pod, the template is the pod itself.
  const targets = [object, template === object ? undefined : template].filter((target) => target != null);
  const changed = targets.map((target: KubernetesObject | object) => copyLabels(labels, target));
  return object != null && changed.includes(true) ? mutate(object) : accept();
}
