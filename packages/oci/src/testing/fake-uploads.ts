import { randomUUID } from "node:crypto";
import { type FakeAnswer, type FakeRequest, failure, sha256 } from "./fake-storage.ts";

/** Answers requests below `/v2/<repository>/blobs/uploads/`; what is complete and right comes to the blobs. */
export function createFakeUploads(
  blobs: Map<string, Buffer>,
): (repository: string, id: string, request: FakeRequest) => FakeAnswer {
  const uploads = new Map<string, Buffer>();

  const begin = (repository: string, { query }: FakeRequest): FakeAnswer => {
    const mount = query.get("mount") ?? "";
    if (blobs.has(mount)) return created(repository, mount);
    const location = `/v2/${repository}/blobs/uploads/${randomUUID()}`;
    uploads.set(location, Buffer.alloc(0));
    return { status: 202, headers: { location } };
  };

  const append = (location: string, held: Buffer, { body, headers }: FakeRequest): FakeAnswer => {
    const start = /^(\d+)-\d+$/.exec(headers["content-range"] ?? "")?.[1];
    if (start !== undefined && Number(start) !== held.length)
      return { ...standing(location, held), status: 416 };
    const all = Buffer.concat([held, body]);
    uploads.set(location, all);
    return { ...standing(location, all), status: 202 };
  };

  const finish = (repository: string, held: Buffer, { query, body }: FakeRequest): FakeAnswer => {
    const all = Buffer.concat([held, body]);
    const digest = query.get("digest") ?? "";
    if (digest !== sha256(all))
      return failure(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
    blobs.set(digest, all);
    return created(repository, digest);
  };

  return (repository, id, request) => {
    if (request.method === "POST") return begin(repository, request);
    const location = `/v2/${repository}/blobs/uploads/${id}`;
    const held = uploads.get(location);
    if (held === undefined) return failure(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
    if (request.method === "PATCH") return append(location, held, request);
    return request.method === "PUT" ? finish(repository, held, request) : standing(location, held);
  };
}

/** What an upload holds. */
function standing(location: string, held: Buffer): FakeAnswer {
  return { status: 204, headers: { location, range: `0-${Math.max(held.length - 1, 0)}` } };
}

function created(repository: string, digest: string): FakeAnswer {
  const headers = { location: `/v2/${repository}/blobs/${digest}`, "docker-content-digest": digest };
  return { status: 201, headers };
}
