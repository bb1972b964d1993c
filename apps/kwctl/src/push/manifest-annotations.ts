import type { Logger } from "@kubewarden-ts/base";
import type { PolicyMetadata } from "@kubewarden-ts/protocol";

const policySource = "io.kubewarden.policy.source";
const imageSource = "org.opencontainers.image.source";

/**
 * The annotations of a policy's image (kwctl-and-oci.md 11, "Push result"): those of its metadata that have one line. What is
 * left out is warned about.
 * @returns nothing when the policy has none
 */
export function manifestAnnotations(
  metadata: PolicyMetadata | undefined,
  log: Logger,
): Record<string, string> | undefined {
  if (metadata?.annotations === undefined) return undefined;
  const lines = Object.entries(metadata.annotations).filter(([name, value]) => {
    // the end of the last line is none of its own
    const isOneLine = !value.replace(/\n$/, "").includes("\n");
    if (!isOneLine) log.warn("annotations of several lines are left out of the image", { annotation: name });
    return isOneLine;
  });
  const annotations = new Map(lines.map(([name, value]) => [name, value.trim()]));
  const source = annotations.get(policySource);
  if (source !== undefined && !annotations.has(imageSource)) annotations.set(imageSource, source);
  return Object.fromEntries(annotations);
}
