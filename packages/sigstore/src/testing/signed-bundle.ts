import { createHash, type KeyObject } from "node:crypto";
import { pemBlocks } from "@kubewarden-ts/x509";
import { dsse } from "@sigstore/core";
import { type PrivateSigstore, signBytes, type TestIdentity, type TestLogEntry } from "./private-sigstore.ts";
import { hashedRekord } from "./signed-layer.ts";

/** A bundle of version 0.3 as JSON. */
export type TestBundle = Readonly<Record<string, unknown>>;

export interface StatementOptions {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly predicateType?: string;
  readonly payloadType?: string;
}

/** What cosign signs for an image since its version 3. */
export function statementFor(
  digest: string,
  { annotations = {}, predicateType = "https://sigstore.dev/cosign/sign/v1" }: StatementOptions = {},
): string {
  const [algorithm = "", hex = ""] = digest.split(":");
  const subject = [{ digest: { [algorithm]: hex }, annotations }];
  return JSON.stringify({ _type: "https://in-toto.io/Statement/v1", subject, predicateType });
}

/** A bundle with a certificate for an identity, an entry of the log, and a timestamp where that is wanted. */
export async function bundleByIdentity(
  digest: string,
  {
    sigstore,
    identity,
    timestamped = false,
    entryOf = dsseEntry,
    ...options
  }: StatementOptions & {
    sigstore: PrivateSigstore;
    identity: TestIdentity;
    timestamped?: boolean;
    /** What the log is told. */
    entryOf?: (signed: SignedStatement, pem: string) => object;
  },
): Promise<TestBundle> {
  const { privateKey, certificate } = await sigstore.certify(identity);
  const signed = signStatement(statementFor(digest, options), privateKey, options);
  const entry = await sigstore.log(entryOf(signed, certificate));
  const timestamps = timestamped ? [await sigstore.timestamp(signed.signature)] : [];
  return bundle(envelope(signed), certificateMaterial(certificate), { entries: [entry], timestamps });
}

/** A bundle with a signature of the artifact itself, and a certificate for an identity. */
export async function messageBundleByIdentity(
  artifact: Uint8Array,
  {
    sigstore,
    identity,
    claimed = artifact,
    kind = "hashedrekord",
  }: {
    sigstore: PrivateSigstore;
    identity: TestIdentity;
    /** The artifact whose digest bundle and log are told. */
    claimed?: Uint8Array;
    /** Of the log's entry. */
    kind?: "hashedrekord" | "rekord";
  },
): Promise<TestBundle> {
  const { privateKey, certificate } = await sigstore.certify(identity);
  const signature = signBytes(privateKey, artifact);
  const entry = await sigstore.log({ ...hashedRekord(claimed, signature, certificate), kind });
  const content = message(claimed, signature);
  return bundle(content, certificateMaterial(certificate), { entries: [entry], timestamps: [] });
}

/** A bundle with a signature of the artifact itself by a key. */
export async function messageBundleByKey(
  artifact: Uint8Array,
  { sigstore, key }: { sigstore: PrivateSigstore; key: { privateKey: KeyObject; publicKey: string } },
): Promise<TestBundle> {
  const signature = signBytes(key.privateKey, artifact);
  const entry = await sigstore.log(hashedRekord(artifact, signature, key.publicKey));
  return bundle(message(artifact, signature), keyMaterial, { entries: [entry], timestamps: [] });
}

/** A bundle by a key, with an entry of the log where a Sigstore is given. */
export async function bundleByKey(
  digest: string,
  {
    key,
    sigstore,
    ...options
  }: StatementOptions & {
    key: { privateKey: KeyObject; publicKey: string };
    sigstore?: PrivateSigstore;
  },
): Promise<TestBundle> {
  const signed = signStatement(statementFor(digest, options), key.privateKey, options);
  const entries = sigstore === undefined ? [] : [await sigstore.log(dsseEntry(signed, key.publicKey))];
  return bundle(envelope(signed), keyMaterial, { entries, timestamps: [] });
}

/** A statement in its envelope. */
export interface SignedStatement {
  readonly payload: Buffer;
  readonly payloadType: string;
  readonly signature: Buffer;
}

function signStatement(
  statement: string,
  privateKey: KeyObject,
  { payloadType = "application/vnd.in-toto+json" }: StatementOptions,
): SignedStatement {
  const payload = Buffer.from(statement);
  return {
    payload,
    payloadType,
    signature: signBytes(privateKey, dsse.preAuthEncoding(payloadType, payload)),
  };
}

function dsseEntry({ payload, signature }: SignedStatement, pem: string): object {
  const value = createHash("sha256").update(payload).digest("hex");
  const verifier = Buffer.from(pem).toString("base64");
  return {
    ...{ apiVersion: "0.0.1", kind: "dsse" },
    spec: {
      payloadHash: { algorithm: "sha256", value },
      signatures: [{ signature: signature.toString("base64"), verifier }],
    },
  };
}

const keyMaterial = { publicKey: { hint: "" } };

function certificateMaterial(pem: string): object {
  const [block] = pemBlocks(Buffer.from(pem));
  return { certificate: { rawBytes: Buffer.from(block?.bytes ?? []).toString("base64") } };
}

function envelope({ payload, payloadType, signature }: SignedStatement): object {
  const signatures = [{ sig: signature.toString("base64") }];
  return { dsseEnvelope: { payload: payload.toString("base64"), payloadType, signatures } };
}

function message(artifact: Uint8Array, signature: Buffer): object {
  const digest = createHash("sha256").update(artifact).digest("base64");
  const messageDigest = { algorithm: "SHA2_256", digest };
  return { messageSignature: { messageDigest, signature: signature.toString("base64") } };
}

function bundle(
  content: object,
  material: object,
  { entries, timestamps }: { entries: readonly TestLogEntry[]; timestamps: readonly Buffer[] },
): TestBundle {
  return {
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: {
      ...material,
      tlogEntries: entries.map(entryJson),
      timestampVerificationData: {
        rfc3161Timestamps: timestamps.map((der) => ({ signedTimestamp: der.toString("base64") })),
      },
    },
    ...content,
  };
}

function entryJson({ body, inclusionProof, ...entry }: TestLogEntry) {
  const { kind, apiVersion: version } = JSON.parse(body.toString());
  return {
    logIndex: String(entry.logIndex),
    logId: { keyId: entry.logId.toString("base64") },
    kindVersion: { kind, version },
    integratedTime: String(entry.integratedTime),
    inclusionPromise: { signedEntryTimestamp: entry.signedEntryTimestamp.toString("base64") },
    inclusionProof: {
      logIndex: String(inclusionProof.logIndex),
      rootHash: inclusionProof.rootHash.toString("base64"),
      treeSize: String(inclusionProof.treeSize),
      hashes: [],
      checkpoint: { envelope: inclusionProof.checkpoint },
    },
    canonicalizedBody: body.toString("base64"),
  };
}
