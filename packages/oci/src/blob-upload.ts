import { checkEqual, parseGivenDigest } from "./digest.ts";
import { OciError, registryError } from "./errors.ts";
import { type Answer, urlText } from "./http/exchange.ts";
import type { GivenUrl, Repository, RepositoryRequest, Session } from "./session.ts";

/** What is to be uploaded, and how. */
export interface UploadOptions {
  readonly repository: Repository;
  readonly bytes: Uint8Array;
  /** of the bytes, as `sha256:<hex>` */
  readonly digest: string;
  readonly signal: AbortSignal;
  /** For each request, in milliseconds. */
  readonly timeoutMs: number;
  /** Told how many bytes the registry has. */
  readonly report: (sentBytes: number) => void;
}

/** The requests that bring a blob into a repository (kwctl-and-oci 11). */
export interface BlobUpload {
  /** Whether the registry says that the repository has the blob. */
  isThere(): Promise<boolean>;
  /** @returns where the bytes are to be sent */
  begin(): Promise<GivenUrl>;
  /** As `begin`, unless the registry takes the blob from another of its repositories: then nothing. */
  mount(from: string): Promise<GivenUrl | undefined>;
  inOnePiece(place: GivenUrl): Promise<void>;
  /** @returns false when the registry does not take chunks */
  inChunks(place: GivenUrl): Promise<boolean>;
}

/** As upstream has it. */
export const chunkBytes = 4 * 1024 * 1024;

/** How often an upload that broke off goes on. */
const maxResumptions = 2;
/** Answers to uploads say all in their headers. */
const maxAnswerBytes = 64 * 1024;
const nothing = new Uint8Array();

export function createBlobUpload(session: Session, options: UploadOptions): BlobUpload {
  const { repository, bytes, digest, signal, timeoutMs, report } = options;

  const send = (
    request: Pick<RepositoryRequest, "method" | "path" | "reads" | "headers" | "body">,
    { expected, accepts }: { expected: number; accepts?: (answer: Answer) => boolean },
  ): Promise<Answer> =>
    session.request(
      repository,
      { ...request, actions: ["pull", "push"], maxBytes: maxAnswerBytes, timeoutMs },
      { signal, expected, ...(accepts && { accepts }) },
    );

  const begin = async (): Promise<GivenUrl> =>
    locationOf(await send({ method: "POST", path: "blobs/uploads/" }, { expected: 202 }));

  /** Ends an upload with what is not sent yet. */
  const finish = async ({ url, from }: GivenUrl, rest: Uint8Array): Promise<void> => {
    const place = { url: new URL(url), from };
    place.url.searchParams.set("digest", digest);
    const answer = await send({ method: "PUT", path: place, headers: binary, body: rest }, { expected: 201 });
    checkTaken(answer, digest);
  };

  const sendChunk = (place: GivenUrl, sent: number): Promise<Answer> => {
    const body = bytes.subarray(sent, sent + chunkBytes);
    const headers = { ...binary, "content-range": `${sent}-${sent + body.length - 1}` };
    return send({ method: "PATCH", path: place, headers, body }, { expected: 202, accepts: isSuccess });
  };

  /** Where an upload that broke off stands; where the registry does not say, that is the start of a new one. */
  const resume = async (place: GivenUrl): Promise<{ place: GivenUrl; sent: number }> => {
    const answer = await send({ method: "GET", path: place }, { expected: 204, accepts: () => true });
    const sent = answer.status === 204 ? receivedBytes(answer) : 0;
    if (sent === 0 || sent > bytes.length) return { place: await begin(), sent: 0 };
    return { place: answer.headers.has("location") ? locationOf(answer) : place, sent };
  };

  return {
    begin,
    async isThere() {
      // that it does not say is no reason not to upload
      const request = { method: "HEAD", path: `blobs/${digest}` } as const;
      const { status, headers } = await send(request, { expected: 200, accepts: isKnown });
      // the pages for people that stand before some registries are always there
      const isBlob = headers.get("content-length") === String(bytes.length);
      return status === 200 && isBlob && (headers.get("docker-content-digest") ?? digest) === digest;
    },
    async mount(from) {
      const path = `blobs/uploads/?${new URLSearchParams({ mount: digest, from })}`;
      // whatever speaks against it, such as a lack of rights there, does not speak against an upload
      const answer = await send(
        { method: "POST", path, reads: from },
        { expected: 201, accepts: () => true },
      );
      if (answer.status !== 201) return answer.status === 202 ? locationOf(answer) : await begin();
      checkTaken(answer, digest);
      return undefined;
    },
    async inOnePiece(place) {
      await finish(place, bytes);
      report(bytes.length);
    },
    async inChunks(start) {
      let upload = { place: start, sent: 0 };
      for (let resumptions = 0; upload.sent < bytes.length; report(upload.sent)) {
        const { place, sent } = upload;
        try {
          const answer = await sendChunk(place, sent);
          if (answer.status !== 202) return false;
          upload = { place: locationOf(answer), sent: Math.min(sent + chunkBytes, bytes.length) };
        } catch (error) {
          if (!mayPass(error) || resumptions++ === maxResumptions) throw error;
          upload = await resume(place);
        }
      }
      await finish(upload.place, nothing);
      return true;
    },
  };
}

const binary = { "content-type": "application/octet-stream" };

function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** Not a refusal of ourselves. */
function isKnown({ status }: Answer): boolean {
  return status !== 401;
}

function mayPass(error: unknown): boolean {
  return error instanceof OciError && error.code === "OCI_UNAVAILABLE";
}

/** How much an upload holds; of one byte and of none, registries say the same. */
function receivedBytes({ headers }: Answer): number {
  const [, last] = /^(?:bytes=)?0-([1-9]\d*)$/.exec(headers.get("range") ?? "") ?? [];
  return last === undefined ? 0 : Number(last) + 1;
}

function locationOf({ headers, url: from }: Answer): GivenUrl {
  const location = headers.get("location");
  if (location === undefined) throw violation("Registry did not return a location header");
  if (URL.canParse(location, from)) return { url: new URL(location, from), from };
  throw violation(`OCI distribution spec violation: ${urlText(from)} answers with a location that is no URL`);
}

/** @throws {OciError} `OCI_DIGEST_MISMATCH` when the registry took something else than was sent */
export function checkTaken({ headers }: Answer, digest: string): void {
  const given = headers.get("docker-content-digest");
  if (given === undefined) return;
  const { algorithm, text } = parseGivenDigest(given);
  if (algorithm === "sha256") checkEqual(digest, text);
}

function violation(text: string): OciError {
  return registryError(text, { code: "OCI_PROTOCOL" });
}
