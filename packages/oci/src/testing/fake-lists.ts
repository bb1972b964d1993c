import { type FakeAnswer, type FakeRequest, type FakeStorage, failure, sha256 } from "./fake-storage.ts";

/** How lists are given. */
export interface FakeListOptions {
  /** Entries of a page; all in one page without. */
  readonly pageSize?: number;
  /** Whether the registry knows what refers to a manifest; false: 404, as older ones. */
  readonly referrers?: boolean;
}

const indexType = "application/vnd.oci.image.index.v1+json";

/** Answers requests for `/v2/<repository>/tags/list` and `/v2/<repository>/referrers/<digest>`. */
export function createFakeLists(
  manifests: FakeStorage["manifests"],
  { pageSize = Number.POSITIVE_INFINITY, referrers: knowsReferrers = true }: FakeListOptions,
) {
  const paged = <Entry>(
    { path, query }: FakeRequest,
    entries: readonly Entry[],
    document: (page: readonly Entry[]) => unknown,
    contentType: string,
  ): FakeAnswer => {
    const start = Number(query.get("start") ?? 0);
    const end = start + pageSize;
    const link = end < entries.length ? { link: `<${path}?start=${end}>; rel="next"` } : {};
    const body = JSON.stringify(document(entries.slice(start, end)));
    return { status: 200, headers: { "content-type": contentType, ...link }, body };
  };

  return {
    tags(repository: string, request: FakeRequest): FakeAnswer {
      const isKnown = manifests.keys().some((key) => key.startsWith(`${repository}@`));
      if (!isKnown) return failure(404, "NAME_UNKNOWN", "repository name not known to registry");
      const prefix = `${repository}:`;
      const tags = manifests
        .keys()
        .flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
      const document = (page: readonly string[]): unknown => ({ name: repository, tags: page });
      return paged(request, [...tags], document, "application/json");
    },
    referrers(repository: string, digest: string, request: FakeRequest): FakeAnswer {
      if (!knowsReferrers) return failure(404, "UNSUPPORTED", "404 page not found");
      const found = [...manifests].flatMap(([key, { bytes, mediaType }]) => {
        const { subject, artifactType, config, annotations } = JSON.parse(bytes.toString());
        if (!key.startsWith(`${repository}@`) || subject?.digest !== digest) return [];
        const about = { mediaType, digest: sha256(bytes), size: bytes.length };
        return [{ ...about, artifactType: artifactType ?? config?.mediaType, annotations }];
      });
      const document = (page: readonly unknown[]): unknown => ({
        ...{ schemaVersion: 2, mediaType: indexType, manifests: page },
      });
      return paged(request, found, document, indexType);
    },
  };
}
