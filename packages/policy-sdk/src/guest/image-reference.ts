/** An image in a registry, in full: `nginx` is `docker.io/library/nginx:latest`. */
export interface ImageReference {
  /** `host` or `host:port`; `docker.io` for Docker Hub. */
  readonly registry: string;
  /** The path, such as `library/nginx`. */
  readonly repository: string;
  /** `latest` where neither tag nor digest is written. */
  readonly tag?: string;
  /** `<algorithm>:<hex>`; decides where there is a tag too. */
  readonly digest?: string;
}

/** The text is no image reference. */
export class ImageReferenceError extends Error {
  override readonly name = "ImageReferenceError";
}

const dockerHub = "docker.io";
const maxNameLength = 255;

const hostFormat =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::\d+)?$/;
const pathComponent = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/;
const tagFormat = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const digestFormat = /^([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*):([0-9a-fA-F]{32,})$/;
const hexLengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/**
 * Reads an image reference `[host[:port]/]path[:tag][@algorithm:hex]`, and expands it as Docker does.
 * @throws {ImageReferenceError} such as `invalid reference format`
 * @example formatImageReference(parseImageReference("nginx@sha256:…")) // "docker.io/library/nginx@sha256:…"
 */
export function parseImageReference(text: string): ImageReference {
  if (text === "") throw new ImageReferenceError("repository name must have at least one component");
  const [named, digest] = splitAt(text, text.indexOf("@"));
  const [registry, rest] = splitRegistry(named);
  const [path, tag] = splitAt(rest, rest.lastIndexOf(":"));
  const repository = registry === dockerHub && !path.includes("/") ? `library/${path}` : path;
  checkName(registry, repository, path);
  if (tag !== undefined && !tagFormat.test(tag)) throw invalidFormat();
  return {
    registry,
    repository,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest: parseDigest(digest) }),
    ...(tag === undefined && digest === undefined && { tag: "latest" }),
  };
}

/** The full text: `registry/repository[:tag][@digest]`. */
export function formatImageReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/** The full text of what is written in a pod. @throws {ImageReferenceError} */
export function normalizeImage(text: string): string {
  return formatImageReference(parseImageReference(text));
}

function checkName(registry: string, repository: string, path: string): void {
  if (!hostFormat.test(registry) || !path.split("/").every((part) => pathComponent.test(part))) {
    throw invalidFormat();
  }
  if (repository.length > maxNameLength) {
    throw new ImageReferenceError(`repository name must not be more than ${maxNameLength} characters`);
  }
}

/** The first part is a registry only when it cannot be the beginning of a path on Docker Hub. */
function splitRegistry(named: string): [string, string] {
  const [first, rest] = splitAt(named, named.indexOf("/"));
  if (rest === undefined || !(/[.:]/.test(first) || first === "localhost")) return [dockerHub, named];
  return [first === "index.docker.io" ? dockerHub : first, rest];
}

function parseDigest(text: string): string {
  const [, algorithm = "", hex = ""] = digestFormat.exec(text) ?? [];
  if (algorithm === "") throw invalidFormat();
  if (!Object.hasOwn(hexLengths, algorithm)) throw new ImageReferenceError("unsupported digest algorithm");
  if (hex.length !== hexLengths[algorithm]) throw new ImageReferenceError("invalid checksum digest length");
  return `${algorithm}:${hex.toLowerCase()}`;
}

/** The text before a separator of one character, and what follows it. */
function splitAt(text: string, index: number): [string, string?] {
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

function invalidFormat(): ImageReferenceError {
  return new ImageReferenceError("invalid reference format");
}
