import type { Settings } from "@kubewarden-ts/policy-evaluation";
import type { PolicyMetadata } from "@kubewarden-ts/protocol";
import { exactYaml } from "../exact-yaml.ts";
import { checkPolicyTitle } from "./policy-title.ts";

export const manifestTypes = ["ClusterAdmissionPolicy", "AdmissionPolicy"] as const;
export type ManifestType = (typeof manifestTypes)[number];

export interface ManifestOptions {
  /** URI of the module, in canonical form. */
  readonly module: string;
  readonly metadata: PolicyMetadata;
  readonly type: ManifestType;
  readonly settings: Settings;
  /** Wins over the title in the metadata. */
  readonly title: string | undefined;
  /** Whether the policy is granted the Kubernetes resources that its metadata lists. */
  readonly allowContextAware: boolean;
}

const titleAnnotation = "io.kubewarden.policy.title";
/** What reports tell of a policy, and where it comes from. */
const copied = /^io\.kubewarden\.policy\.(severity|category|standards\..+)$/;

/**
 * The custom resource that deploys a policy (kwctl-and-oci.md 7.1), with its keys in their order.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` for a title that cannot be a name
 */
export function policyManifest(options: ManifestOptions): object {
  const { module, metadata, type, settings, allowContextAware } = options;
  const { rules, mutating, backgroundAudit, contextAwareResources, annotations = {} } = metadata;
  const name = options.title ?? annotations[titleAnnotation];
  if (name !== undefined) checkPolicyTitle(name);
  const shown = Object.entries(annotations).filter(([key]) => copied.test(key));
  const grants =
    type === "ClusterAdmissionPolicy" && allowContextAware && contextAwareResources.length > 0
      ? { contextAwareResources }
      : {};
  return {
    apiVersion: "policies.kubewarden.io/v1",
    kind: type,
    metadata: {
      ...(shown.length > 0 && { annotations: Object.fromEntries(shown) }),
      ...(name !== undefined && { name }),
    },
    spec: {
      module,
      settings: exactYaml(settings),
      rules,
      mutating,
      ...(!backgroundAudit && { backgroundAudit }),
      ...grants,
    },
  };
}
