import {
  type AdmissionRequest,
  accept,
  containersIn,
  definePolicy,
  HostCallError,
  hasPodSpec,
  host,
  partIn,
  partOf,
  reject,
  rejectUnreadable,
  requirePodSpec,
  requirePodTemplate,
  stringIn,
  type Verdict,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const apiVersion = "security.rancher.io/v1alpha1";
const label = "security.rancher.io/policy";

export const policy = definePolicy({
  settings: v.object({}),
  validate(request) {
    const { kind } = request.kind;
    if (!hasPodSpec(request) || kind === "ReplicationController") {
      return reject(`non-supported type received: ${kind}`, { code: 400 });
    }
    return rejectUnreadable(() => {
      const name = policyNameOf(request);
      return name === undefined ? accept() : requireWorkloadPolicy(request, name);
    });
  },
});

/** The policy that the pods say is theirs. */
function policyNameOf(request: AdmissionRequest): string | undefined {
  // A spec that no API server would take is refused as a whole.
  containersIn(requirePodSpec(request) ?? {});
  return stringIn(partIn(partIn(partOf(requirePodTemplate(request)), "metadata"), "labels"), label);
}

function requireWorkloadPolicy({ kind, namespace = "", object }: AdmissionRequest, name: string): Verdict {
  const metadata = partIn(partOf(object), "metadata");
  const objectName = stringIn(metadata, "name") ?? stringIn(metadata, "generateName") ?? "";
  const what = `WorkloadPolicy '${namespace}/${name}' specified in the ${kind.kind} '${namespace}/${objectName}'`;
  try {
    host.kubernetes.get({ apiVersion, kind: "WorkloadPolicy", name, namespace });
    return accept();
  } catch (error) {
    if (!(error instanceof HostCallError)) throw error;
    if (error.message.includes(`Cannot find ${apiVersion}/WorkloadPolicy`)) {
      return reject(`The ${what} is not found`, { code: 403 });
    }
    return reject(`Failed to read the ${what}: Host error: ${error.message}`, { code: 500 });
  }
}
