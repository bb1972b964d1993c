import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A certificate that signed itself, and its key, as PEM. */
export interface SelfSigned {
  readonly cert: string;
  readonly key: string;
}

const dayMs = 86_400_000;

/** Makes an ECDSA certificate that is valid today, for 127.0.0.1, `names`, and as an authority for itself. */
export function selfSigned(commonName: string, names: readonly string[] = []): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(commonName)))));
  const algorithm = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1]), randomBytes(8)),
    algorithm,
    name,
    sequence(time(Date.now() - dayMs), time(Date.now() + dayMs)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(authority, alternativeNames(names))),
  );
  const signature = der(0x03, Buffer.from([0]), sign("sha256", toBeSigned, privateKey));
  return {
    cert: pem("CERTIFICATE", sequence(toBeSigned, algorithm, signature)),
    key: String(privateKey.export({ type: "pkcs8", format: "pem" })),
  };
}

function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...items: readonly Uint8Array[]): Buffer => der(0x30, ...items);
const oid = (...bytes: readonly number[]): Buffer => der(0x06, Buffer.from(bytes));
const isTrue = der(0x01, Buffer.from([0xff]));
const authority = sequence(oid(0x55, 0x1d, 0x13), isTrue, der(0x04, sequence(isTrue)));

function time(ms: number): Buffer {
  return der(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/[-:T]/g, "")}Z`));
}

function alternativeNames(names: readonly string[]): Buffer {
  const dns = names.map((name) => der(0x82, Buffer.from(name)));
  return sequence(oid(0x55, 0x1d, 0x11), der(0x04, sequence(der(0x87, Buffer.from([127, 0, 0, 1])), ...dns)));
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
