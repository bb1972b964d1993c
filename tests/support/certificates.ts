import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import {
  bits,
  der,
  isTrue,
  octets,
  oid,
  sequence,
  serialNumber,
  set,
  smallInteger,
  utcTime,
  utf8,
} from "./der.ts";

/** A certificate and its key, as PEM. */
export interface TestCertificate {
  readonly name: string;
  readonly cert: string;
  readonly key: string;
}

/** Who signs: a certificate made by `issueCertificate` with `authority: true`. */
export interface TestAuthority extends TestCertificate {
  readonly privateKey: KeyObject;
}

const dayMs = 86_400_000;
const ecdsaWithSha256 = sequence(oid("1.2.840.10045.4.3.2"));

/**
 * Makes an ECDSA P-256 certificate that is valid today, for `localhost` and 127.0.0.1.
 * @param options.issuer - who signs; without, it signs itself
 * @param options.authority - whether it may sign others
 */
export function issueCertificate(
  name: string,
  { issuer, authority = false }: { issuer?: TestAuthority; authority?: boolean } = {},
): TestAuthority {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const now = Date.now();
  const toBeSigned = sequence(
    der(0xa0, smallInteger(2)),
    serialNumber(randomBytes(8)),
    ecdsaWithSha256,
    distinguishedName(issuer?.name ?? name),
    sequence(utcTime(new Date(now - dayMs)), utcTime(new Date(now + dayMs))),
    distinguishedName(name),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(basicConstraints(authority), subjectAlternativeNames())),
  );
  const signature = sign("sha256", toBeSigned, issuer?.privateKey ?? privateKey);
  const cert = pem("CERTIFICATE", sequence(toBeSigned, ecdsaWithSha256, bits(signature)));
  return { name, cert, key: String(privateKey.export({ type: "pkcs8", format: "pem" })), privateKey };
}

function distinguishedName(name: string): Buffer {
  return sequence(set(sequence(oid("2.5.4.3"), utf8(name))));
}

function basicConstraints(authority: boolean): Buffer {
  return sequence(oid("2.5.29.19"), isTrue, octets(authority ? sequence(isTrue) : sequence()));
}

function subjectAlternativeNames(): Buffer {
  const names = sequence(der(0x82, Buffer.from("localhost")), der(0x87, Buffer.from([127, 0, 0, 1])));
  return sequence(oid("2.5.29.17"), octets(names));
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
