import { isNamespacedResource } from "@kubewarden-ts/api";
import type { PolicyMetadata } from "@kubewarden-ts/protocol";
import type { ManifestOptions } from "./policy-manifest.ts";

/** What whoever deploys a manifest is to know of it. */
export function manifestWarnings(
  options: Pick<ManifestOptions, "metadata" | "type" | "allowContextAware">,
): string[] {
  const { metadata, type, allowContextAware } = options;
  const reads = metadata.contextAwareResources.length > 0;
  if (type === "AdmissionPolicy") return [...(reads ? [namespacedReads(metadata)] : []), ...unseen(metadata)];
  if (!reads) return [];
  return allowContextAware ? granted : notGranted;
}

const granted = [
  "The policy is granted access to the Kubernetes resources that its metadata lists",
  "Review the attribute `contextAwareResources` carefully before the policy is deployed",
];

const notGranted = [
  "The policy needs access to Kubernetes resources while it evaluates; the attribute `contextAwareResources` is left out, as nothing is granted unasked",
  "Review which resources the policy wants with `kwctl inspect`, and fill in `contextAwareResources`",
  "Or have it filled in with the flag `--allow-context-aware`",
];

function namespacedReads({ contextAwareResources }: PolicyMetadata): string {
  const kinds = contextAwareResources.map(({ apiVersion, kind }) => `${apiVersion}/${kind}`).join(", ");
  return `The policy reads Kubernetes resources (${kinds}), which an AdmissionPolicy may not: deploy it as a ClusterAdmissionPolicy`;
}

/** An AdmissionPolicy is about its namespace: rules for what lives in none never apply. */
function unseen({ rules }: PolicyMetadata): string[] {
  const resources = rules.flatMap(({ apiGroups, resources }) =>
    resources.filter((resource) => {
      const [plural = ""] = resource.split("/");
      return apiGroups.some((group) => isNamespacedResource(group, plural) === false);
    }),
  );
  if (resources.length === 0) return [];
  const names = [...new Set(resources)].join(", ");
  return [
    `The rules name resources that live in no namespace (${names}), which an AdmissionPolicy is never asked about: deploy it as a ClusterAdmissionPolicy`,
  ];
}
