import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { certificateProblem, isValidCertificate, renewalTime } from "./check.ts";
import { createAuthority, issueServerCertificate, type PemPair } from "./issue.ts";

const made = new Date("2026-03-01T12:00:00Z");
const day = (count: number) => new Date(made.getTime() + count * 86_400_000);
const dnsName = "policy-server-default.kubewarden.svc";

describe("certificateProblem", () => {
  let authority: PemPair;
  let other: PemPair;
  let leaf: PemPair;
  beforeAll(async () => {
    authority = await createAuthority(made);
    other = await createAuthority(made);
    leaf = await issueServerCertificate(authority, dnsName, made);
  });

  it("has nothing against a good one, until its last day", () => {
    for (const at of [made, day(1), day(365)]) {
      expect(certificateProblem(leaf, { authority, dnsName, at })).toBeUndefined();
    }
  });

  it("controller 27: looks 60 days ahead", () => {
    const found = (days: number) =>
      certificateProblem(leaf, { authority, dnsName, ...renewalTime(day(days).getTime()) });
    expect(found(305)).toBeUndefined();
    expect(found(306)).toMatch(
      /^it is valid from 2026-03-01T12:00:00.000Z to 2027-03-01T12:00:00.000Z, not at /,
    );
  });

  it("controller 27: does not take one whose time comes within the 60 days, but for clocks that differ a little", () => {
    const found = (ms: number) =>
      certificateProblem(leaf, { authority, dnsName, ...renewalTime(made.getTime() - ms) });
    expect(found(86_400_000)).toMatch(/^it is valid from 2026-03-01T12:00:00.000Z to .*, not at 2026-02-28T/);
    expect(found(5 * 60_000 + 1)).toMatch(/^it is valid from /);
    expect(found(5 * 60_000)).toBeUndefined();
  });

  it.each<[string, () => Parameters<typeof certificateProblem>, RegExp]>([
    ["before its time", () => [leaf, { authority, at: day(-1) }], /^it is valid from /],
    ["after its authority's", () => [authority, { authority, at: day(3651) }], /^it is valid from /],
    [
      "of another authority of the same name",
      () => [leaf, { authority: other, at: made }],
      /^it was not signed by the certificate authority$/,
    ],
    ["for another name", () => [leaf, { authority, dnsName: "other", at: made }], /^it is not for other$/],
    [
      "with another's key",
      () => [
        { ...leaf, key: other.key },
        { authority, at: made },
      ],
      /does not belong/,
    ],
    [
      "without a key",
      () => [
        { ...leaf, key: "" },
        { authority, at: made },
      ],
      /not an EC PRIVATE KEY/,
    ],
    [
      "with a key of PKCS #8",
      () => [
        { ...leaf, key: leaf.key.replaceAll("EC PRIVATE", "PRIVATE") },
        { authority, at: made },
      ],
      /^the key is not an EC PRIVATE KEY$/,
    ],
    [
      "with a torn key",
      () => [
        { ...leaf, key: leaf.key.slice(0, 60) },
        { authority, at: made },
      ],
      /^the key cannot be read$/,
    ],
    [
      "that is none",
      () => [
        { ...leaf, certificate: "" },
        { authority, at: made },
      ],
      /^the certificate cannot be read$/,
    ],
    [
      "without an authority",
      () => [leaf, { authority: { certificate: "" }, at: made }],
      /^the certificate of the authority cannot be read$/,
    ],
  ])("says what is wrong with one %s", (_row, arguments_, text) => {
    expect(certificateProblem(...arguments_())).toMatch(text);
  });

  it("finds any damage of the certificate or its key", () => {
    const texts = { certificate: leaf.certificate, key: leaf.key };
    fc.assert(
      fc.property(fc.constantFrom("certificate", "key"), fc.nat(), fc.nat(255), (which, at, byte) => {
        const text = texts[which];
        const [label = "", body = ""] = /-----BEGIN (.*)-----([^-]*)/.exec(text)?.slice(1) ?? [];
        const bytes = Buffer.from(body, "base64");
        // of a key the 32 bytes of the private number: the rest may say the same in other words
        const place = which === "key" ? 7 + (at % 32) : at % bytes.length;
        fc.pre(bytes[place] !== byte);
        bytes[place] = byte;
        const damaged = `-----BEGIN ${label}-----\n${bytes.toString("base64")}\n-----END ${label}-----\n`;
        const pair = { ...leaf, [which]: damaged };
        expect(certificateProblem(pair, { authority, dnsName, at: made })).toBeTypeOf("string");
      }),
      { numRuns: 300 },
    );
  });

  it("takes any text for a certificate or none", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(isValidCertificate(text, made)).toBe(false);
        expect(isValidCertificate(`-----BEGIN CERTIFICATE-----${text}`, made)).toBe(false);
      }),
    );
    expect(isValidCertificate(authority.certificate, made)).toBe(true);
    expect(isValidCertificate(authority.certificate, day(3651))).toBe(false);
  });
});
