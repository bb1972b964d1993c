import {
  decodeBase64,
  type PrivateKey,
  parsePkcs1PrivateKey,
  parsePkcs8PrivateKey,
  parseSec1PrivateKey,
  pemBlocks,
} from "@kubewarden-ts/x509";

/** The private keys of a text in PEM, or in base64 of that; other blocks are passed over. @throws {X509Error} */
export function privateKeysOf(text: string): PrivateKey[] {
  const bytes = decodeBase64(text) ?? Buffer.from(text);
  return [...pemBlocks(bytes)].flatMap(({ label, bytes: der }) => parsers[label]?.(der) ?? []);
}

const parsers: Readonly<Record<string, (der: Uint8Array) => PrivateKey>> = {
  "RSA PRIVATE KEY": parsePkcs1PrivateKey,
  "PRIVATE KEY": parsePkcs8PrivateKey,
  "EC PRIVATE KEY": parseSec1PrivateKey,
};
