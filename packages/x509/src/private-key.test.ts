import { generateKeyPairSync, type KeyObject } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { X509Error } from "./errors.ts";
import { parsePkcs1PrivateKey, parsePkcs8PrivateKey, parseSec1PrivateKey } from "./private-key.ts";
import { bits, der, integer, octets, oid, sequence, smallInteger } from "./testing/der.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
const pkcs8 = (key: KeyObject) => key.export({ format: "der", type: "pkcs8" });
const numberOf = (text: string | undefined) =>
  BigInt(`0x${Buffer.from(text ?? "", "base64url").toString("hex")}`);

describe("RSA keys", () => {
  it("are read from both formats", () => {
    const jwk = rsa.export({ format: "jwk" });
    const expected = {
      kind: "rsa",
      modulus: numberOf(jwk.n),
      exponent: 65_537n,
      d: numberOf(jwk.d),
      primes: [numberOf(jwk.p), numberOf(jwk.q)],
      remainders: { dp: numberOf(jwk.dp), dq: numberOf(jwk.dq), qInverse: numberOf(jwk.qi) },
      furtherRemainders: [],
    };
    expect(parsePkcs8PrivateKey(pkcs8(rsa))).toEqual(expected);
    expect(parsePkcs1PrivateKey(rsa.export({ format: "der", type: "pkcs1" }))).toEqual(expected);
  });

  const [p, q] = [2n ** 521n - 1n, 2n ** 607n - 1n]; // primes
  const e = 65_537n;
  const inverse = (value: bigint, modulus: bigint): bigint => {
    let [a, b, x, y] = [modulus, value % modulus, 0n, 1n];
    while (b !== 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
    return x < 0n ? x + modulus : x;
  };
  const d = inverse(e, (p - 1n) * (q - 1n));
  const encoded = (numbers: readonly bigint[], ...more: readonly Buffer[]) =>
    sequence(smallInteger(0), ...numbers.map(integer), ...more);

  it("are completed when remainders are missing", () => {
    const read = parsePkcs1PrivateKey(encoded([p * q, e, d, p, q]));
    expect(read).toMatchObject({
      remainders: { dp: d % (p - 1n), dq: d % (q - 1n), qInverse: inverse(q, p) },
    });
  });

  it("may have more than two primes", () => {
    const r = 2n ** 127n - 1n;
    const third = sequence(sequence(integer(r), integer(1n), integer(1n)));
    const numbers = [p * q * r, e, d, p, q, d % (p - 1n), d % (q - 1n), inverse(q, p)];
    expect(parsePkcs1PrivateKey(encoded(numbers, third))).toMatchObject({
      primes: [p, q, r],
      furtherRemainders: [{ exponent: d % (r - 1n), coefficient: inverse(p * q, r), product: p * q }],
    });
  });

  it.each([
    ["another modulus", [p * q + 2n, e, d, p, q]],
    ["another private exponent", [p * q, e, d + 2n, p, q]],
    ["an even public exponent", [p * q, 65_536n, d, p, q]],
    ["a prime of one", [p * q, e, d, 1n, p * q]],
    ["a prime of zero", [p * q, e, d, 0n, q]],
    ["primes that are the same", [p * p, e, d % p, p, p]],
    ["another remainder", [p * q, e, d, p, q, (d % (p - 1n)) + 1n, d % (q - 1n), inverse(q, p)]],
    ["numbers that are too large", [2n ** 17_000n + 1n, e, d, p, q]],
  ])("are refused with %s", (_row, numbers) => {
    expect(() => parsePkcs1PrivateKey(encoded(numbers))).toThrow(
      expect.objectContaining({ code: "X509_KEY_INVALID" }),
    );
  });
});

describe("EC keys", () => {
  it.each([
    ["P-224", "secp224r1"],
    ["P-256", "P-256"],
    ["P-384", "P-384"],
    ["P-521", "P-521"],
  ])("are read from both formats: %s", (curve, namedCurve) => {
    const key = generateKeyPairSync("ec", { namedCurve }).privateKey;
    const inner = parseSec1PrivateKey(key.export({ format: "der", type: "sec1" }));
    expect(inner).toMatchObject({ kind: "ec", curve });
    expect(parsePkcs8PrivateKey(pkcs8(key))).toEqual(inner);
    if (namedCurve.startsWith("P")) {
      const jwk = key.export({ format: "jwk" });
      expect(inner).toMatchObject({ d: numberOf(jwk.d), x: numberOf(jwk.x), y: numberOf(jwk.y) });
    }
  });

  const p256 = der(0xa0, oid("1.2.840.10045.3.1.7"));
  it("may lack or have too many zeros before their number", () => {
    for (const size of [1, 40]) {
      const secret = Buffer.alloc(size);
      secret[size - 1] = 1;
      const key = parseSec1PrivateKey(sequence(smallInteger(1), octets(secret), p256));
      expect(key).toMatchObject({ d: 1n });
    }
  });

  it.each([
    ["zero", Buffer.alloc(32)],
    ["more than the order", Buffer.alloc(32, 0xff)],
    ["more bytes than the curve", Buffer.alloc(33, 1)],
  ])("are refused with %s", (_row, secret) => {
    expect(() => parseSec1PrivateKey(sequence(smallInteger(1), octets(secret), p256))).toThrow(
      "an EC key is out of range",
    );
  });

  it("are refused on other curves", () => {
    const key = generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey;
    expect(() => parsePkcs8PrivateKey(pkcs8(key))).toThrow("an elliptic curve that is not known");
  });
});

describe("keys of Edwards and Montgomery curves", () => {
  it.each(["ed25519", "x25519"] as const)("are read: %s", (kind) => {
    const key =
      kind === "ed25519" ? generateKeyPairSync(kind).privateKey : generateKeyPairSync(kind).privateKey;
    const jwk = key.export({ format: "jwk" });
    const read = parsePkcs8PrivateKey(pkcs8(key));
    expect(read).toMatchObject({ kind });
    if (!("secret" in read)) throw new Error("no secret");
    expect(Buffer.from(read.secret).toString("base64url")).toBe(jwk.d);
    expect(Buffer.from(read.publicBytes).toString("base64url")).toBe(jwk.x);
  });

  it("are refused with parameters or another length", () => {
    const frame = (parameters: readonly Buffer[], size: number) =>
      sequence(
        smallInteger(0),
        sequence(oid("1.3.101.112"), ...parameters),
        octets(octets(Buffer.alloc(size))),
      );
    expect(parsePkcs8PrivateKey(frame([], 32))).toMatchObject({ kind: "ed25519" });
    expect(() => parsePkcs8PrivateKey(frame([der(5)], 32))).toThrow(X509Error);
    expect(() => parsePkcs8PrivateKey(frame([], 31))).toThrow(X509Error);
  });
});

it("any changed bytes give a key or X509Error", () => {
  const keys = [
    pkcs8(rsa),
    pkcs8(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey),
    pkcs8(generateKeyPairSync("ed25519").privateKey),
    sequence(smallInteger(0), bits(Buffer.alloc(3))),
  ];
  const parsers = [parsePkcs1PrivateKey, parsePkcs8PrivateKey, parseSec1PrivateKey];
  fc.assert(
    fc.property(
      fc.constantFrom(...keys),
      fc.constantFrom(...parsers),
      fc.nat({ max: 700 }),
      fc.uint8Array({ maxLength: 3 }),
      (key, parse, position, added) => {
        try {
          parse(Buffer.concat([key.subarray(0, position), added, key.subarray(position + 2)]));
        } catch (error) {
          expect(error).toBeInstanceOf(X509Error);
        }
      },
    ),
    { numRuns: 1500 },
  );
});
