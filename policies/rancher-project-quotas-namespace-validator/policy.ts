import {
  accept,
  definePolicy,
  HostCallError,
  host,
  type KubernetesObject,
  type Part,
  partIn,
  partOf,
  reject,
  stringIn,
  UnreadableObjectError,
  type Verdict,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";
import { findExcess } from "./excess.ts";
import { type Limits, readLimits } from "./namespace-quota.ts";

const apiVersion = "management.cattle.io/v3";

interface ProjectId {
  readonly namespace: string;
  readonly name: string;
}

export const policy = definePolicy({
  settings: v.object({}),
  validate({ object }) {
    try {
      if (object == null) throw new UnreadableObjectError("the request has no object");
      const annotations = partIn(partIn(partOf(object), "metadata"), "annotations");
      const project = stringIn(annotations, "field.cattle.io/projectId");
      const quota = stringIn(annotations, "field.cattle.io/resourceQuota");
      return project ? judge(project, quota) : accept();
    } catch (error) {
      return refusal("Cannot decode Namespace object: ", error, 400);
    }
  },
});

function judge(project: string, quota: string | undefined): Verdict {
  const id = readProjectId(project);
  if (typeof id === "string") return reject(id, { code: 400 });
  let limits: Limits;
  try {
    limits = quota ? readLimits(quota) : [];
  } catch (error) {
    return refusal("Cannot decode NamespaceResourceQuota object: ", error, 400);
  }
  return limits.length === 0 ? accept() : compare(id, limits);
}

/** What names a project: the namespace of the cluster it is in, and its name. A text is what is wrong. */
function readProjectId(text: string): ProjectId | string {
  const [namespace, name, ...rest] = text.split(":");
  if (namespace === undefined || name === undefined || rest.length > 0) {
    return "cannot parse projectID annotation: wrong format";
  }
  if (namespace === "") return "Project Namespace is empty";
  return name === "" ? "Project ID is empty" : { namespace, name };
}

function compare(id: ProjectId, limits: Limits): Verdict {
  try {
    const quota = projectQuota(
      host.kubernetes.get({ apiVersion, kind: "Project", ...id, disableCache: true }),
    );
    if (quota === undefined) return accept();
    const problems = findExcess(limits, partIn(quota, "limit"), partIn(quota, "usedLimit"));
    return problems.length === 0 ? accept() : reject(problems.join("; "));
  } catch (error) {
    if (error instanceof HostCallError) return hostFailure(error);
    return refusal("Error retrieving the Project: ", error, 500);
  }
}

function projectQuota(project: KubernetesObject): Part | undefined {
  return partIn(partIn(partOf(project), "spec"), "resourceQuota");
}

function hostFailure({ message }: HostCallError): Verdict {
  const isMissing = message.includes(`Cannot find ${apiVersion}/Project`);
  if (isMissing) return reject("Project not found", { code: 404 });
  return reject(`Error retrieving the Project: Host error: ${message}`, { code: 500 });
}

function refusal(prefix: string, error: unknown, code: number): Verdict {
  if (error instanceof UnreadableObjectError) return reject(`${prefix}${error.message}`, { code });
  throw error;
}
