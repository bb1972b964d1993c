/** What a caller can act on when a registry, or what describes one, cannot be used. */
export type OciErrorCode =
  | "OCI_REFERENCE_INVALID" // the text is not an image reference
  | "OCI_SOURCES_INVALID" // sources.yml has a wrong field or a bad certificate, or a proxy is no URL
  | "OCI_UNAUTHORIZED" // the registry refused our credentials, or wants some
  | "OCI_CREDENTIALS_NOT_KEPT" // credentials cannot be written or removed: the file or its helper does not let us
  | "OCI_NOT_FOUND" // the registry has no such repository, tag, manifest or blob
  | "OCI_REFUSED" // the registry refused the request with another status of 4xx
  | "OCI_UNAVAILABLE" // network failure, 429 or 5xx; a retry may help
  | "OCI_TIMEOUT" // no complete answer within the time limit; a retry may help
  | "OCI_ABORTED" // the caller's signal was aborted
  | "OCI_INSECURE" // plain HTTP to a host that is not listed in insecure_sources
  | "OCI_TOO_LARGE" // an answer has more bytes than allowed
  | "OCI_DIGEST_MISMATCH" // the bytes, the registry's word and the reference do not agree
  | "OCI_PROTOCOL" // the registry does not keep to the distribution specification
  | "OCI_MANIFEST_UNSUPPORTED" // a manifest of another schema version or media type
  | "OCI_MANIFEST_INVALID" // a manifest or configuration that is not what its media type says
  | "OCI_PLATFORM_MISSING"; // the image index has no entry for this platform

/** Something about a registry or an image that did not work; `errorText` gives the message with its causes. */
export class OciError extends Error {
  override readonly name = "OciError";
  readonly code: OciErrorCode;

  constructor(message: string, options: ErrorOptions & { code: OciErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}

/** An error of a registry's answer, with upstream's words before it (kwctl-and-oci 11). */
export function registryError(text: string, options: ErrorOptions & { code: OciErrorCode }): OciError {
  return new OciError(`Fail to interact with OCI registry: ${text}`, options);
}
