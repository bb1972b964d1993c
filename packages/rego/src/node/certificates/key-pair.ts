import {
  type PemBlock,
  type PrivateKey,
  type PublicKey,
  parseCertificate,
  parsePkcs1PrivateKey,
  parsePkcs8PrivateKey,
  parseSec1PrivateKey,
  pemBlocks,
  X509Error,
} from "@kubewarden-ts/x509";
import { BuiltinError } from "../../errors.ts";
import type { PlainValue } from "../go/plain-value.ts";
import { certificateJson } from "./certificate-json.ts";
import { base64, isPem } from "./encoded-input.ts";
import { readGoCertificate } from "./go-certificate.ts";
import { privateKeyJson } from "./key-json.ts";

const beginning = "-----BEGIN ";

/**
 * A certificate, maybe with its chain, and the key to it, as Go writes its `tls.Certificate` as JSON.
 * @throws {X509Error}, {BuiltinError} also when the key is another one's
 */
export function keyPairJson(certificateText: string, keyText: string): PlainValue {
  const chain = blocksOf(certificateText, "CERTIFICATE").filter(({ label }) => label === "CERTIFICATE");
  const keyBlock = blocksOf(keyText, "PRIVATE KEY").find(({ label }) => /(?:^| )PRIVATE KEY$/.test(label));
  const [first] = chain;
  if (first === undefined) throw new BuiltinError("no certificate was found");
  if (keyBlock === undefined) throw new BuiltinError("no private key was found");
  const leaf = readGoCertificate(parseCertificate(first.bytes));
  const key = privateKeyOf(keyBlock.bytes);
  if (leaf.key === undefined || !isPair(leaf.key, key)) {
    throw new BuiltinError("the private key does not belong to the certificate");
  }
  return {
    Certificate: chain.map(({ bytes }) => bytes),
    PrivateKey: privateKeyJson(key),
    SupportedSignatureAlgorithms: null,
    OCSPStaple: null,
    SignedCertificateTimestamps: null,
    Leaf: certificateJson(leaf, { withUriStrings: false }),
  };
}

/** The blocks of PEM, or of base64 of it; base64 of anything else is one block. */
function blocksOf(text: string, label: string): Pick<PemBlock, "label" | "bytes">[] {
  const bytes = text.startsWith(beginning) ? Buffer.from(text) : base64(text);
  return isPem(bytes, label === "CERTIFICATE" ? beginning : beginning.trim())
    ? [...pemBlocks(bytes)]
    : [{ label, bytes }];
}

/** A key in any of the three formats. */
function privateKeyOf(der: Uint8Array): PrivateKey {
  for (const parse of [parsePkcs1PrivateKey, parsePkcs8PrivateKey, parseSec1PrivateKey]) {
    try {
      return parse(der);
    } catch (error) {
      if (!(error instanceof X509Error)) throw error;
    }
  }
  throw new BuiltinError("the private key cannot be read");
}

function isPair(publicKey: PublicKey, key: PrivateKey): boolean {
  if (publicKey.kind === "rsa" && key.kind === "rsa") {
    return publicKey.modulus === key.modulus && publicKey.exponent === key.exponent;
  }
  if (publicKey.kind === "ec" && key.kind === "ec") {
    return publicKey.curve === key.curve && publicKey.x === key.x && publicKey.y === key.y;
  }
  return (
    publicKey.kind === "ed25519" &&
    key.kind === "ed25519" &&
    Buffer.compare(publicKey.bytes, key.publicBytes) === 0
  );
}
