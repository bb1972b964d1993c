import { type CapabilityGrants, notGranted } from "@kubewarden-ts/host-capabilities";
import type { CatalogModule } from "./module-catalog.ts";
import type { PolicyMember } from "./policies-file.ts";

/** What an administrator had better know of a policy that can be used. */
export interface LoadWarning {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export function loadWarnings(
  { mode, declaredCapabilities }: Pick<CatalogModule, "mode" | "declaredCapabilities">,
  { settings, contextAwareResources }: Pick<PolicyMember, "settings" | "contextAwareResources">,
  grants: CapabilityGrants,
): LoadWarning[] {
  const warnings: LoadWarning[] = [];
  // Cluster data take the place of a setting of their name (policy-runtime 4.3).
  if (mode === "opa" && contextAwareResources.length > 0 && Object.hasOwn(settings, "kubernetes")) {
    const message = "the setting kubernetes is replaced by the Kubernetes resources the policy may read";
    warnings.push({ message, fields: {} });
  }
  const denied = notGranted(declaredCapabilities, grants);
  if (denied.length > 0) {
    const message =
      "the policy says that it uses host capabilities which it was not granted: calls of them will fail; grant them in its hostCapabilities";
    warnings.push({ message, fields: { not_granted: denied } });
  }
  return warnings;
}
