import {
  accept,
  definePolicy,
  HostCallError,
  host,
  type KubernetesObject,
  log,
  mutate,
  partIn,
  partOf,
  reject,
  stringIn,
  UnreadableObjectError,
  type Verdict,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";
import { copyLabels, type Labels, labelsToPropagate } from "./propagated-labels.ts";

const Settings = v.object({
  downstream_cluster_failure_mode: v.nullish(v.picklist(["Ignore", "Fail"]), "Ignore"),
});
type FailureMode = v.InferOutput<typeof Settings>["downstream_cluster_failure_mode"];

const upstreamText =
  "Namespace belongs to project defined inside of an upstream cluster. This is not supported yet, accepting the request";

export const policy = definePolicy({
  settings: Settings,
  validate({ kind, object }, { downstream_cluster_failure_mode: mode }) {
    try {
      if (kind.kind !== "Namespace") throw new Error(`expected a Namespace, got ${kind.kind}`);
      if (object == null) throw new Error("the request has no object");
      return judge(object, mode);
    } catch (error) {
      // Without the name of its class, which says nothing to who reads the answer.
      throw error instanceof UnreadableObjectError ? new Error(error.message, { cause: error }) : error;
    }
  },
});

function judge(namespace: KubernetesObject, mode: FailureMode): Verdict {
  const annotations = partIn(partIn(partOf(namespace), "metadata"), "annotations");
  const id = stringIn(annotations, "field.cattle.io/projectId");
  if (id === undefined) return accept();
  const [cluster, project, ...rest] = id.split(":");
  if (cluster === undefined || project === undefined || rest.length > 0) {
    throw new Error("malformed value of field.cattle.io/projectId annotation");
  }
  if (cluster === "local")
    return copyLabels(projectLabels(project), namespace) ? mutate(namespace) : accept();
  if (mode === "Fail") return reject(upstreamText);
  log.warn(upstreamText);
  return accept();
}

function projectLabels(name: string): Labels {
  const query = { apiVersion: "management.cattle.io/v3", kind: "Project", name, namespace: "local" };
  try {
    return labelsToPropagate(host.kubernetes.get({ ...query, disableCache: true }));
  } catch (error) {
    if (!(error instanceof HostCallError)) throw error;
    const what = "error invoking host capability kubernetes.get_resource";
    throw new Error(`${what}: Host error: ${error.message}`, { cause: error });
  }
}
