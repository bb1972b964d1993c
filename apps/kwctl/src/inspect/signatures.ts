import { errorText } from "@kubewarden-ts/base";
import {
  formatManifest,
  type ImageManifest,
  type ImageReference,
  OciError,
  parseReference,
  type RegistryClient,
} from "@kubewarden-ts/oci";

/** What beside a policy in its registry says of its signatures (kwctl-and-oci.md 6.1). */
export type Signatures =
  | { readonly kind: "manifest"; readonly manifest: ImageManifest }
  | { readonly kind: "none" }
  | { readonly kind: "unknown"; readonly reason: string };

export interface FindSignaturesOptions {
  readonly client: Pick<RegistryClient, "fetchDigest" | "fetchManifest">;
  readonly signal: AbortSignal;
}

/**
 * Finds the manifest of the signatures of a policy, under the tag that cosign gives it. They are not verified.
 * @param url - of the policy
 */
export async function findSignatures(url: string, options: FindSignaturesOptions): Promise<Signatures> {
  // files, and policies of web servers, have nothing that lies beside them
  if (!url.startsWith("registry://")) return { kind: "unknown", reason: "invalid uri" };
  try {
    return await signaturesOf(parseReference(url.slice("registry://".length)), options);
  } catch (error) {
    return { kind: "unknown", reason: errorText(error) };
  }
}

async function signaturesOf(
  reference: ImageReference,
  { client, signal }: FindSignaturesOptions,
): Promise<Signatures> {
  const digest = await client.fetchDigest(reference, { signal });
  const { registry, repository } = reference;
  const tag = `${digest.replace(":", "-")}.sig`;
  try {
    const { manifest } = await client.fetchManifest({ registry, repository, tag }, { signal });
    if (manifest.kind === "image") return { kind: "manifest", manifest };
    return { kind: "unknown", reason: `${tag} is an index` };
  } catch (error) {
    if (error instanceof OciError && error.code === "OCI_NOT_FOUND") return { kind: "none" };
    throw error;
  }
}

/** What is written where there is no manifest; ends with a newline. */
export function signaturesNote(signatures: Exclude<Signatures, { kind: "manifest" }>): string {
  if (signatures.kind === "none") return "No sigstore signatures found\n";
  return `Cannot determine if the policy has been signed. There was an error while attempting to fetch its signatures from the registry: ${signatures.reason}\n`;
}

/** The manifest as a value that is written as YAML or JSON. */
export function manifestValue(manifest: ImageManifest): unknown {
  return JSON.parse(formatManifest(manifest));
}

/** For people to read; ends with a newline. */
export function signatureDetails({ layers }: ImageManifest): string {
  const blocks = layers.map(({ digest, mediaType, size, annotations }) => {
    const rows = [...annotations].map(([name, value]) => `${name}: ${value.trimEnd()}`);
    const about = [`Digest: ${digest}`, `Media type: ${mediaType}`, `Size: ${size}`];
    return [...about, ...(rows.length === 0 ? [] : ["Annotations", ...rows])].join("\n");
  });
  return `${["Sigstore signatures", ...blocks].join("\n\n")}\n`;
}
