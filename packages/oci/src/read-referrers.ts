import { parseDigest } from "./digest.ts";
import { OciError } from "./errors.ts";
import type { Answer } from "./http/exchange.ts";
import { ociTypes } from "./manifest/document.ts";
import { parseReferrers, type Referrer } from "./manifest/referrers.ts";
import { pagesOf } from "./pages.ts";
import type { ManifestReader } from "./read-manifest.ts";
import type { Repository, Session } from "./session.ts";

/** Finds what refers to a manifest: signatures, attestations and the like. */
export type ReferrersReader = (
  repository: Repository,
  /** of the manifest, as `<algorithm>:<hex>` */
  digest: string,
  options: {
    signal: AbortSignal;
    /** only those of this type */
    artifactType?: string | undefined;
  },
) => Promise<Referrer[]>;

/** Asks the registry, and where it cannot say reads the index under the tag that stands in for its answer. */
export function createReferrersReader(
  session: Session,
  { fetchManifest }: Pick<ManifestReader, "fetchManifest">,
  limits: { maxBytes: number; timeoutMs: number },
): ReferrersReader {
  const listed = async (
    repository: Repository,
    digest: string,
    signal: AbortSignal,
  ): Promise<Referrer[] | undefined> => {
    const referrers: Referrer[] = [];
    const request = { path: `referrers/${digest}`, headers: { accept: ociTypes.index }, ...limits };
    for await (const answer of pagesOf(session, repository, request, { signal, accepts: isUnsupported })) {
      if (!isIndex(answer)) return undefined;
      referrers.push(...parseReferrers(answer.body));
    }
    return referrers;
  };

  const tagged = async (
    { registry, repository }: Repository,
    digest: string,
    signal: AbortSignal,
  ): Promise<Referrer[]> => {
    try {
      const { bytes } = await fetchManifest({ registry, repository, tag: referrersTag(digest) }, { signal });
      return parseReferrers(bytes);
    } catch (error) {
      if (error instanceof OciError && error.code === "OCI_NOT_FOUND") return [];
      throw error;
    }
  };

  return async (repository, digest, { signal, artifactType }) => {
    const { text } = parseDigest(digest);
    const found = (await listed(repository, text, signal)) ?? (await tagged(repository, text, signal));
    return artifactType === undefined ? found : found.filter((each) => each.artifactType === artifactType);
  };
}

/** `sha256-<hex>` (distribution specification 1.1, "Referrers tag schema"); longer digests are cut off. */
export function referrersTag(digest: string): string {
  const [algorithm = "", hex = ""] = digest.split(":");
  return `${algorithm.slice(0, 32)}-${hex.slice(0, 64)}`;
}

/** How registries that do not know the question answer it. */
function isUnsupported({ status }: Answer): boolean {
  return [400, 404, 405, 406, 501].includes(status);
}

/** A page for people is no answer. */
function isIndex({ status, headers }: Answer): boolean {
  return status === 200 && headers.get("content-type")?.split(";")[0]?.trim() === ociTypes.index;
}
