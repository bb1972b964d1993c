import { createHash, randomUUID } from "node:crypto";

/** A request as the fake registry sees it. */
export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly contentType: string;
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

export function createFakeStorage(): FakeStorage {
  const manifests: FakeStorage["manifests"] = new Map();
  const blobs: FakeStorage["blobs"] = new Map();
  const uploads = new Map<string, Buffer>();

  const manifest = (repository: string, reference: string, request: FakeRequest): FakeAnswer => {
    const key = (name: string): string => `${repository}${name.includes(":") ? "@" : ":"}${name}`;
    if (request.method === "PUT") {
      const digest = sha256(request.body);
      for (const name of [digest, reference])
        manifests.set(key(name), { bytes: request.body, mediaType: request.contentType });
      return { status: 201, headers: { location: `/v2/${repository}/manifests/${digest}` } };
    }
    const found = manifests.get(key(reference));
    if (found === undefined) return failure(404, "MANIFEST_UNKNOWN", "manifest unknown");
    const headers = { "content-type": found.mediaType, "docker-content-digest": sha256(found.bytes) };
    return { status: 200, headers, body: found.bytes };
  };

  const blob = (digest: string): FakeAnswer => {
    const body = blobs.get(digest);
    if (body === undefined) return failure(404, "BLOB_UNKNOWN", "blob unknown to registry");
    return { status: 200, headers: { "docker-content-digest": digest }, body };
  };

  const upload = (repository: string, id: string, { method, query, body }: FakeRequest): FakeAnswer => {
    if (method === "POST") {
      const location = `/v2/${repository}/blobs/uploads/${randomUUID()}`;
      uploads.set(location, Buffer.alloc(0));
      return { status: 202, headers: { location } };
    }
    const location = `/v2/${repository}/blobs/uploads/${id}`;
    const sent = Buffer.concat([uploads.get(location) ?? Buffer.alloc(0), body]);
    if (method === "PATCH") {
      uploads.set(location, sent);
      return { status: 202, headers: { location, range: `0-${sent.length - 1}` } };
    }
    const digest = query.get("digest") ?? "";
    if (digest !== sha256(sent))
      return failure(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
    blobs.set(digest, sent);
    return { status: 201, headers: { location: `/v2/${repository}/blobs/${digest}` } };
  };

  return {
    manifests,
    blobs,
    answer(request) {
      if (request.path === "/v2/") return { status: 200, body: "{}" };
      const [, repository = "", kind, rest = ""] =
        /^\/v2\/(.+)\/(manifests|blobs\/uploads|blobs)\/(.*)$/.exec(request.path) ?? [];
      if (kind === "manifests") return manifest(repository, rest, request);
      if (kind === "blobs/uploads") return upload(repository, rest, request);
      return kind === "blobs" ? blob(rest) : { status: 404, body: "404 page not found" };
    },
  };
}

/** An error as the distribution specification has it. */
export function failure(status: number, code: string, message: string): FakeAnswer {
  const headers = { "content-type": "application/json" };
  return { status, headers, body: JSON.stringify({ errors: [{ code, message, detail: {} }] }) };
}
