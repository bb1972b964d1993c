import { parseDigest } from "./digest.ts";
import { OciError } from "./errors.ts";

/** An image in a registry. At least one of tag and digest is there; the digest decides. */
export interface ImageReference {
  /** `host` or `host:port` as written; `docker.io` for Docker Hub */
  readonly registry: string;
  /** the path, such as `library/busybox` */
  readonly repository: string;
  readonly tag?: string;
  /** `<algorithm>:<hex>` */
  readonly digest?: string;
}

const maxNameLength = 255;
const dockerHub = "docker.io";

const hostComponent = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/;
const pathComponent = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagFormat = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/**
 * Reads an image reference `[host[:port]/]path[:tag][@algorithm:hex]` and expands it as Docker does (kwctl-and-oci 3.1).
 * @throws {OciError} `OCI_REFERENCE_INVALID` with upstream's texts, such as `invalid reference format`
 * @example formatReference(parseReference("busybox")) // "docker.io/library/busybox:latest"
 */
export function parseReference(text: string): ImageReference {
  if (text === "") throw invalid("repository name must have at least one component");
  const [named = "", digest] = splitAt(text, text.indexOf("@"));
  const [host, rest] = splitHost(named);
  const [path = "", tag] = splitAt(rest, rest.lastIndexOf(":"));
  const repository = host === dockerHub && !path.includes("/") ? `library/${path}` : path;
  if (!isHost(host) || !path.split("/").every((part) => pathComponent.test(part))) throw invalidFormat();
  if (tag !== undefined && !isTag(tag)) throw invalidFormat();
  if (repository.length > maxNameLength) {
    throw invalid(`repository name must not be more than ${maxNameLength} characters`);
  }
  return {
    registry: host,
    repository,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest: parseDigest(digest).text }),
    ...(tag === undefined && digest === undefined && { tag: "latest" }),
  };
}

/** The canonical text: `registry/repository[:tag][@digest]`. */
export function formatReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/** Whether a text can be a tag. */
export function isTag(text: string): boolean {
  return tagFormat.test(text);
}

const registryScheme = "registry://";

/**
 * The address of a policy with its image reference in canonical form (kwctl-and-oci 3.2). Other schemes, and what is no
 * reference, stay as they are.
 * @example normalizePolicyUri("registry://busybox") // "registry://docker.io/library/busybox:latest"
 */
export function normalizePolicyUri(uri: string): string {
  if (!uri.startsWith(registryScheme)) return uri;
  try {
    return registryScheme + formatReference(parseReference(uri.slice(registryScheme.length)));
  } catch {
    return uri;
  }
}

/** The host that serves a registry: Docker Hub's is not the one in its references. */
export function apiHost(registry: string): string {
  return registry === dockerHub ? "registry-1.docker.io" : registry;
}

/** The text before a separator of one character, and what follows it. */
function splitAt(text: string, index: number): [string, string?] {
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

/** The first part is a host only when it cannot be the beginning of a path on Docker Hub. */
function splitHost(text: string): [string, string] {
  const [first, rest] = splitAt(text, text.indexOf("/"));
  if (rest === undefined || !(/[.:]/.test(first) || first === "localhost")) return [dockerHub, text];
  return [first === "index.docker.io" ? dockerHub : first, rest];
}

function isHost(text: string): boolean {
  const [, host = "", isAddress] = /^((\[[0-9a-fA-F:]+\])|[^:]*)(?::\d+)?$/.exec(text) ?? [];
  if (!isAddress && !host.split(".").every((part) => hostComponent.test(part))) return false;
  const url = `https://${text}/`;
  // what a URL reads as another host, such as 127.1, would be looked up under one name and reached under another
  return URL.canParse(url) && (Boolean(isAddress) || new URL(url).hostname === host.toLowerCase());
}

function invalidFormat(): OciError {
  return invalid("invalid reference format");
}

function invalid(message: string): OciError {
  return new OciError(message, { code: "OCI_REFERENCE_INVALID" });
}
