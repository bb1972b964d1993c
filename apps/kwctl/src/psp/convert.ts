import { printableLine } from "@kubewarden-ts/base";
import { yamlText } from "../yaml-text.ts";
import type { PodSecurityPolicy } from "./pod-security-policy.ts";
import * as host from "./translate-host.ts";
import * as identity from "./translate-identity.ts";
import * as kernel from "./translate-kernel.ts";
import { policyVersions, type Translate, type Translation } from "./translation.ts";

/** One per row of policies-and-sdk 6. */
const translations: readonly Translate[] = [
  ...[host.privileged, host.hostNamespaces, host.volumes, host.hostPaths, host.flexVolumes],
  ...[host.readOnlyRootFilesystem, identity.fsGroup, identity.userAndGroups, identity.privilegeEscalation],
  ...[identity.capabilities, identity.seLinux, kernel.procMountTypes, kernel.appArmorProfiles],
  ...[kernel.seccompProfiles, kernel.sysctls, withoutPolicy],
];

const several = `# Of several PodSecurityPolicies a pod had to satisfy one; of policies it has to satisfy all. Give those below
# a namespaceSelector, or delete what does not apply.
`;

/**
 * Turns PodSecurityPolicies into ClusterAdmissionPolicies: a YAML text with one document per group of fields that refuse
 * or fill in something. Comments say what is lost.
 */
export function convertPodSecurityPolicies(policies: readonly PodSecurityPolicy[]): string {
  const head = policies.length > 1 ? several : "";
  const converted = policies.map(convert);
  const comments = head + converted.map(({ comment }) => comment).join("");
  return comments + converted.flatMap(({ documents }) => documents).join("---\n");
}

function convert(psp: PodSecurityPolicy): { comment: string; documents: string[] } {
  const results = translations.map((translate) => translate(psp));
  const documents = results.flatMap((result) => resourceOf(psp, result));
  const notes = results.flatMap(({ notes = [] }) => notes);
  const nothing = documents.length === 0 ? ["allows everything that a policy could refuse"] : [];
  const lines = [...notes, ...nothing].map((note) => `# ${printableLine(`${psp.metadata.name}: ${note}`)}\n`);
  return { comment: lines.join(""), documents: documents.map(yamlText) };
}

function resourceOf(psp: PodSecurityPolicy, { policy }: Translation): object[] {
  if (policy === undefined) return [];
  const { name, settings, mutating = false, ephemeralContainers = false } = policy;
  // The fields of a running pod that a policy fills in cannot be changed any more.
  const pods = podRule("pods", mutating ? ["CREATE"] : ["CREATE", "UPDATE"]);
  return [
    {
      apiVersion: "policies.kubewarden.io/v1",
      kind: "ClusterAdmissionPolicy",
      metadata: { name: `${psp.metadata.name}-${name}` },
      spec: {
        module: `registry://ghcr.io/kubewarden/policies/${name}:v${policyVersions[name]}`,
        settings,
        rules: ephemeralContainers ? [pods, podRule("pods/ephemeralcontainers", ["UPDATE"])] : [pods],
        mutating,
      },
    },
  ];
}

function podRule(resource: string, operations: readonly string[]) {
  return { apiGroups: [""], apiVersions: ["v1"], resources: [resource], operations };
}

function withoutPolicy({ spec }: PodSecurityPolicy): Translation {
  const given = Object.entries({
    allowedCSIDrivers: spec.allowedCSIDrivers.length > 0,
    runtimeClass: spec.runtimeClass != null,
  }).filter(([, isGiven]) => isGiven);
  return { notes: given.map(([field]) => `${field}: has no counterpart, as no policy checks it`) };
}
