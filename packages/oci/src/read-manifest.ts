import { checkDigest, checkEqual, digestOf, parseDigest, parseGivenDigest } from "./digest.ts";
import type { Answer } from "./http/exchange.ts";
import { manifestTypes } from "./manifest/document.ts";
import { type Manifest, parseManifest } from "./manifest/manifest.ts";
import type { ImageReference } from "./reference.ts";
import type { RepositoryRequest, Session } from "./session.ts";

/** A manifest or index as the registry has it. */
export interface FetchedManifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  /** of the bytes, as `<algorithm>:<hex>` */
  readonly digest: string;
  readonly manifest: Manifest;
}

export interface ManifestReader {
  fetchManifest(reference: ImageReference, options: { signal: AbortSignal }): Promise<FetchedManifest>;
  fetchDigest(reference: ImageReference, options: { signal: AbortSignal }): Promise<string>;
}

const headers = { accept: [...manifestTypes.keys()].join(", ") };

export function createManifestReader(
  session: Session,
  limits: { maxBytes: number; timeoutMs: number },
): ManifestReader {
  const requestFor = (
    method: RepositoryRequest["method"],
    { tag, digest }: ImageReference,
  ): RepositoryRequest => ({
    ...{
      method,
      path: `manifests/${digest === undefined ? (tag ?? "latest") : parseDigest(digest).text}`,
      headers,
    },
    ...limits,
  });

  const fetchBytes = async (
    reference: ImageReference,
    signal: AbortSignal,
  ): Promise<{ bytes: Uint8Array; digest: string }> => {
    const answer = await session.request(reference, requestFor("GET", reference), { signal });
    return { bytes: answer.body, digest: checkedDigest(answer, reference) };
  };

  return {
    async fetchManifest(reference, { signal }) {
      const { bytes, digest } = await fetchBytes(reference, signal);
      const manifest = parseManifest(bytes);
      return { bytes, digest, manifest, mediaType: manifest.mediaType };
    },
    async fetchDigest(reference, { signal }) {
      const accepts = hasNoWords;
      const answer = await session.request(reference, requestFor("HEAD", reference), { signal, accepts });
      return digestOfHead(answer, reference) ?? (await fetchBytes(reference, signal)).digest;
    },
  };
}

/** An answer to HEAD has no body: why it was refused, if it was, the one to GET will say. */
function hasNoWords({ status }: Answer): boolean {
  return status >= 400 && status < 500 && status !== 401 && status !== 429;
}

/** The registry's word and the reference's, where both are there, must be those of the bytes. */
function checkedDigest({ headers, body }: Answer, reference: ImageReference): string {
  const header = headers.get("docker-content-digest");
  const given = header === undefined ? undefined : parseGivenDigest(header);
  const wanted = reference.digest === undefined ? undefined : parseDigest(reference.digest);
  for (const digest of [wanted, given]) {
    if (digest !== undefined) checkDigest(body, digest);
  }
  return wanted?.text ?? given?.text ?? digestOf("sha256", body);
}

/** Nothing when the registry does not say, or not with the algorithm of the reference. */
function digestOfHead({ status, headers }: Answer, reference: ImageReference): string | undefined {
  const header = headers.get("docker-content-digest");
  if (status !== 200 || header === undefined) return undefined;
  const given = parseGivenDigest(header);
  if (reference.digest === undefined) return given.text;
  const wanted = parseDigest(reference.digest);
  if (wanted.algorithm !== given.algorithm) return undefined;
  checkEqual(wanted.text, given.text);
  return wanted.text;
}
