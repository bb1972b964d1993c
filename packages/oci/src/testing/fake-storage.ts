import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { createFakeLists, type FakeListOptions } from "./fake-lists.ts";
import { createFakeUploads } from "./fake-uploads.ts";

/** A request as the fake registry sees it. */
export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly headers: IncomingHttpHeaders;
}

export interface FakeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** What a registry holds. Repositories share their blobs. */
export interface FakeStorage {
  /** By `<repository>:<tag>` and `<repository>@<digest>`. */
  readonly manifests: Map<string, { bytes: Buffer; mediaType: string }>;
  /** By digest. */
  readonly blobs: Map<string, Buffer>;
  /** Answers a request below `/v2/`. */
  answer(request: FakeRequest): FakeAnswer;
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export function createFakeStorage(options: FakeListOptions = {}): FakeStorage {
  const manifests: FakeStorage["manifests"] = new Map();
  const blobs: FakeStorage["blobs"] = new Map();
  const upload = createFakeUploads(blobs);
  const lists = createFakeLists(manifests, options);

  const manifest = (repository: string, reference: string, request: FakeRequest): FakeAnswer => {
    const key = (name: string): string => `${repository}${name.includes(":") ? "@" : ":"}${name}`;
    if (request.method === "PUT") {
      const isThere = namedBlobs(request.body).every((digest) => blobs.has(digest));
      if (!isThere) return failure(400, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry");
      const digest = sha256(request.body);
      for (const name of [digest, reference])
        manifests.set(key(name), {
          bytes: request.body,
          mediaType: request.headers["content-type"] ?? "",
        });
      const headers = { location: `/v2/${repository}/manifests/${digest}`, "docker-content-digest": digest };
      return { status: 201, headers };
    }
    const found = manifests.get(key(reference));
    if (found === undefined) return failure(404, "MANIFEST_UNKNOWN", "manifest unknown");
    const headers = { "content-type": found.mediaType, "docker-content-digest": sha256(found.bytes) };
    return { status: 200, headers, body: found.bytes };
  };

  const blob = (digest: string, { headers: asked }: FakeRequest): FakeAnswer => {
    const body = blobs.get(digest);
    if (body === undefined) return failure(404, "BLOB_UNKNOWN", "blob unknown to registry");
    const headers = { "docker-content-digest": digest };
    const start = Number(/^bytes=(\d+)-$/.exec(asked.range ?? "")?.[1]);
    if (Number.isNaN(start)) return { status: 200, headers, body };
    if (start >= body.length) return { status: 416, headers: { "content-range": `bytes */${body.length}` } };
    const range = `bytes ${start}-${body.length - 1}/${body.length}`;
    return { status: 206, headers: { ...headers, "content-range": range }, body: body.subarray(start) };
  };

  return {
    manifests,
    blobs,
    answer(request) {
      if (request.path === "/v2/") return { status: 200, body: "{}" };
      const [, repository = "", kind, rest = ""] =
        /^\/v2\/(.+)\/(manifests|blobs\/uploads|blobs|tags|referrers)\/(.*)$/.exec(request.path) ?? [];
      switch (kind) {
        case "manifests":
          return manifest(repository, rest, request);
        case "blobs/uploads":
          return upload(repository, rest, request);
        case "blobs":
          return blob(rest, request);
        case "tags":
          return lists.tags(repository, request);
        case "referrers":
          return lists.referrers(repository, rest, request);
        default:
          return { status: 404, body: "404 page not found" };
      }
    },
  };
}

/** The digests of what an image is made of; those of anything else are nobody's business. */
function namedBlobs(manifest: Buffer): string[] {
  const { config, layers = [] } = JSON.parse(manifest.toString());
  return [config, ...layers].flatMap((descriptor) => descriptor?.digest ?? []);
}

/** An error as the distribution specification has it. */
export function failure(status: number, code: string, message: string): FakeAnswer {
  const headers = { "content-type": "application/json" };
  return { status, headers, body: JSON.stringify({ errors: [{ code, message, detail: {} }] }) };
}
