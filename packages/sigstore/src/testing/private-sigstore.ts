import { createHash, generateKeyPairSync, type KeyObject, randomInt, sign } from "node:crypto";
// Not the package's front, which loads what takes the place of Node's HTTP client in the whole thread.
import { initializeCA } from "@sigstore/mock/dist/fulcio/ca.js";
import { initializeCTLog } from "@sigstore/mock/dist/fulcio/ctlog.js";
import { initializeTLog } from "@sigstore/mock/dist/rekor/tlog.js";
import { initializeTSA } from "@sigstore/mock/dist/timestamp/tsa.js";

/** A Sigstore of a test: an authority, logs and a time-stamping authority with keys of their own. */
export interface PrivateSigstore {
  /** JSON, as `trusted_root.json` */
  readonly trustedRoot: string;
  /** JSON, as `--sigstore-trust-config` takes it */
  readonly trustConfig: string;
  /** Makes a key and has it certified; certificates count for ten minutes. */
  certify(identity: TestIdentity): Promise<CertifiedKey>;
  /** Puts an entry into the transparency log. */
  log(body: object): Promise<TestLogEntry>;
  /** The word of the time-stamping authority for a signature, in DER. */
  timestamp(signature: Uint8Array): Promise<Buffer>;
}

/** Whom a certificate is for. */
export interface TestIdentity {
  readonly subject: string;
  readonly issuer: string;
  /** `owner/name`, of workflows of GitHub */
  readonly repository?: string;
}

export interface CertifiedKey {
  readonly privateKey: KeyObject;
  /** PEM */
  readonly certificate: string;
}

export interface TestLogEntry {
  readonly body: Buffer;
  readonly integratedTime: number;
  readonly logIndex: number;
  readonly logId: Buffer;
  readonly signedEntryTimestamp: Buffer;
  readonly inclusionProof: {
    readonly logIndex: number;
    readonly rootHash: Buffer;
    readonly treeSize: number;
    readonly checkpoint: string;
  };
}

/** An entry as Rekor answers it. */
interface RekorEntry {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    readonly inclusionProof: { logIndex: number; rootHash: string; treeSize: number; checkpoint: string };
    readonly signedEntryTimestamp: string;
  };
}

export interface PrivateSigstoreOptions {
  /** Whether certificates hold the promise of a log; the trusted root has that log either way unless told. */
  readonly certificatesAreLogged?: boolean;
  /** Whether the trusted root names the log of certificates. */
  readonly knowsCertificateLog?: boolean;
  /** How much later than certificates the log takes its entries, in milliseconds. */
  readonly loggedAfterMs?: number;
  /** How much later than certificates timestamps are, in milliseconds. */
  readonly timestampedAfterMs?: number;
}

const extensions = {
  issuer: "1.3.6.1.4.1.57264.1.8",
  githubRepository: "1.3.6.1.4.1.57264.1.5",
};
const validFor = { start: "2020-01-01T00:00:00Z" };
const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

/** @example const sigstore = await createPrivateSigstore(); */
export async function createPrivateSigstore(options: PrivateSigstoreOptions = {}): Promise<PrivateSigstore> {
  const { certificatesAreLogged = true, knowsCertificateLog = true } = options;
  const { loggedAfterMs = 0, timestampedAfterMs = 0 } = options;
  // A whole second, which all formats can write; later than the roots, which begin to count when they are made.
  const nowMs = (Math.floor(Date.now() / 1000) + 60) * 1000;
  const certificateLog = await initializeCTLog(generateKeys(), new Date(nowMs));
  const authority = await initializeCA(
    generateKeys(),
    certificatesAreLogged ? certificateLog : undefined,
    new Date(nowMs),
  );
  const log = await initializeTLog("https://rekor.test", generateKeys(), new Date(nowMs + loggedAfterMs));
  const timestamps = await initializeTSA(generateKeys(), new Date(nowMs + timestampedAfterMs));
  const trustedRoot = {
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [logInstance("https://rekor.test", log.publicKey)],
    certificateAuthorities: [certificateAuthority([authority.rootCertificate])],
    ctlogs: knowsCertificateLog ? [logInstance("https://ctfe.test", certificateLog.publicKey)] : [],
    timestampAuthorities: [certificateAuthority([timestamps.intCertificate, timestamps.rootCertificate])],
  };
  return {
    trustedRoot: JSON.stringify(trustedRoot),
    trustConfig: JSON.stringify({
      mediaType: "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
      ...{ trustedRoot, signingConfig: {} },
    }),
    async certify({ subject, issuer, repository }) {
      const { privateKey, publicKey } = generateKeys();
      const der = await authority.issueCertificate({
        publicKey: publicKey.export({ format: "der", type: "spki" }),
        subjectAltName: subject,
        extensions: [
          { oid: extensions.issuer, value: issuer },
          ...(repository === undefined
            ? []
            : [{ oid: extensions.githubRepository, value: repository, legacy: true }]),
        ],
      });
      return { privateKey, certificate: pem("CERTIFICATE", bytesOf(der)) };
    },
    async log(body) {
      const entries: Readonly<Record<string, RekorEntry>> = await log.log(body);
      const [entry] = Object.values(entries);
      if (entry === undefined) throw new Error("the log took no entry");
      const { inclusionProof, signedEntryTimestamp } = entry.verification;
      return {
        body: Buffer.from(entry.body, "base64"),
        ...{ integratedTime: entry.integratedTime, logIndex: entry.logIndex },
        logId: Buffer.from(entry.logID, "hex"),
        signedEntryTimestamp: Buffer.from(signedEntryTimestamp, "base64"),
        inclusionProof: { ...inclusionProof, rootHash: Buffer.from(inclusionProof.rootHash, "hex") },
      };
    },
    timestamp: async (signature) =>
      bytesOf(
        await timestamps.timestamp({
          ...{ artifactHash: sha256(signature), hashAlgorithmOID: "2.16.840.1.101.3.4.2.1" },
          ...{ nonce: randomInt(1_000_000), policyOID: "1.3.6.1.4.1.57264.2" },
        }),
      ),
  };
}

/** A key that nobody certifies. */
export function createTestKey(): { readonly privateKey: KeyObject; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeys();
  return { privateKey, publicKey: String(publicKey.export({ format: "pem", type: "spki" })) };
}

/** With SHA-256. */
export function signBytes(privateKey: KeyObject, bytes: Uint8Array): Buffer {
  return sign("sha256", bytes, privateKey);
}

function generateKeys() {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

function logInstance(baseUrl: string, publicKey: Buffer) {
  return {
    ...{ baseUrl, hashAlgorithm: "SHA2_256" },
    publicKey: {
      ...{ rawBytes: publicKey.toString("base64"), keyDetails: "PKIX_ECDSA_P256_SHA_256", validFor },
    },
    logId: { keyId: sha256(publicKey).toString("base64") },
  };
}

function certificateAuthority(chain: readonly ArrayBufferView[]) {
  const certificates = chain.map((der) => ({ rawBytes: bytesOf(der).toString("base64") }));
  const subject = { organization: "sigstore.test", commonName: "sigstore" };
  return { subject, uri: "https://sigstore.test", certChain: { certificates }, validFor };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
