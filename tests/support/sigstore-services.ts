import { createHash, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
// Not the package's front, which loads what takes the place of Node's HTTP client in the whole thread.
import { initializeCA } from "@sigstore/mock/dist/fulcio/ca.js";
import { initializeCTLog } from "@sigstore/mock/dist/fulcio/ctlog.js";
import { fulcioHandler } from "@sigstore/mock/dist/fulcio/handler.js";
import { rekorHandler } from "@sigstore/mock/dist/rekor/handler.js";
import { initializeTLog } from "@sigstore/mock/dist/rekor/tlog.js";
import type { HandlerFn } from "@sigstore/mock/dist/shared.types.js";
import * as v from "valibot";

/** Who asks for a certificate, as the token of an OpenID Connect issuer has it. */
export interface Claims {
  /** the identity: an e-mail address, or the URL of a workflow */
  readonly sub: string;
  readonly iss: string;
  /** `owner/name`, of GitHub Actions */
  readonly repository?: string;
}

/** What a certificate authority does wrong. */
export type Fault = "none" | "expired" | "no-sct" | "unknown-authority";

/** The services of a Sigstore of a test, on the loopback address: a certificate authority and a transparency log. */
export interface SigstoreServices extends AsyncDisposable {
  /**
   * The ClientTrustConfig of `--sigstore-trust-config`: what it is trusted by, and where it signs.
   * @param fault - of the authority that signs
   */
  trustConfig(fault?: Fault): object;
  /** A token that the authority takes at its word. */
  token(claims: Claims): string;
  /** Has the log take an entry, whatever it says. @returns the entry as simple signing layers have it */
  log(entry: object): Promise<string>;
}

const anHourMs = 3_600_000;

/** @example await using sigstore = await startSigstore(); */
export async function startSigstore(): Promise<SigstoreServices> {
  const [authorityKey, ctKey, logKey, otherKey] = [p256(), p256(), p256(), p256()];
  const ctLog = await initializeCTLog(ctKey);
  const authority = await initializeCA(authorityKey, ctLog);
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("a TCP server has a port");
  const url = `http://127.0.0.1:${address.port}`;
  const log = await initializeTLog(url, logKey);
  const authorities = {
    none: authority,
    expired: await initializeCA(authorityKey, ctLog, new Date(Date.now() - anHourMs)),
    "no-sct": await initializeCA(authorityKey),
    "unknown-authority": await initializeCA(otherKey, ctLog),
  };
  const handlers = new Map<string, HandlerFn>();
  for (const [fault, each] of Object.entries(authorities)) {
    const { path, fn } = fulcioHandler(each);
    handlers.set(`/${fault}${path}`, fn);
  }
  const rekor = rekorHandler(log);
  handlers.set(rekor.path, (body) => rekor.fn(asLogged(body)));
  server.on("request", (request, response) => void answer(request, response, handlers));
  const trustedRoot = {
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [logOf(url, log.publicKey)],
    certificateAuthorities: [
      {
        subject: { organization: "test", commonName: "test" },
        uri: url,
        certChain: { certificates: [{ rawBytes: base64(authority.rootCertificate) }] },
        validFor: { start: longAgo },
      },
    ],
    ctlogs: [logOf(url, ctLog.publicKey)],
    timestampAuthorities: [],
  };
  return {
    trustConfig: (fault = "none") => ({
      mediaType: "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
      trustedRoot,
      signingConfig: {
        mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
        caUrls: [{ url: `${url}/${fault}`, majorApiVersion: 1, validFor: { start: longAgo } }],
        rekorTlogUrls: [{ url, majorApiVersion: 1, validFor: { start: longAgo } }],
        rekorTlogConfig: { selector: "ANY" },
      },
    }),
    async log(proposed) {
      const [entry] = Object.values(v.parse(LogAnswer, await log.log(proposed)));
      if (entry === undefined) throw new Error("the log took nothing");
      const { verification, body, integratedTime, logIndex, logID } = entry;
      const Payload = { body, integratedTime, logIndex, logID };
      return JSON.stringify({ SignedEntryTimestamp: verification.signedEntryTimestamp, Payload });
    },
    token: (claims) => ["{}", JSON.stringify(claims), ""].map((part) => base64Url(part)).join("."),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const LogAnswer = v.record(
  v.string(),
  v.object({
    ...{ body: v.string(), integratedTime: v.number(), logIndex: v.number(), logID: v.string() },
    verification: v.object({ signedEntryTimestamp: v.string() }),
  }),
);

const longAgo = "2020-01-01T00:00:00Z";

function p256() {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

function logOf(baseUrl: string, publicKey: Buffer): object {
  return {
    ...{ baseUrl, hashAlgorithm: "SHA2_256" },
    publicKey: {
      rawBytes: base64(publicKey),
      keyDetails: "PKIX_ECDSA_P256_SHA_256",
      validFor: { start: longAgo },
    },
    logId: { keyId: createHash("sha256").update(publicKey).digest("base64") },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  handlers: ReadonlyMap<string, HandlerFn>,
): Promise<void> {
  const handle = handlers.get(request.url ?? "");
  const body = (await buffer(request)).toString();
  if (handle === undefined) {
    response.writeHead(404).end();
    return;
  }
  const result = await handle(body);
  response
    .writeHead(result.statusCode, { "content-type": result.contentType ?? "text/plain" })
    .end(result.response);
}

const ProposedDsse = v.object({
  apiVersion: v.string(),
  kind: v.literal("dsse"),
  spec: v.object({
    proposedContent: v.object({ envelope: v.string(), verifiers: v.tuple([v.string()]) }),
  }),
});
const Envelope = v.object({ payload: v.string(), signatures: v.tuple([v.object({ sig: v.string() })]) });

/** What Rekor keeps of a proposed entry: of an envelope, its hashes and who signed it. */
function asLogged(body: string): string {
  const proposed = v.safeParse(ProposedDsse, JSON.parse(body));
  if (!proposed.success) return body;
  const { apiVersion, kind, spec } = proposed.output;
  const { envelope, verifiers } = spec.proposedContent;
  const { payload, signatures } = v.parse(Envelope, JSON.parse(envelope));
  const sha256 = (data: string | Buffer) => ({
    algorithm: "sha256",
    value: createHash("sha256").update(data).digest("hex"),
  });
  return JSON.stringify({
    ...{ apiVersion, kind },
    spec: {
      envelopeHash: sha256(envelope),
      payloadHash: sha256(Buffer.from(payload, "base64")),
      signatures: [{ signature: signatures[0].sig, verifier: verifiers[0] }],
    },
  });
}

function base64(bytes: ArrayBufferView): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

function base64Url(text: string): string {
  return Buffer.from(text).toString("base64url");
}
