import type { Secret } from "@kubewarden-ts/api/core";
import { beforeAll, describe, expect, it } from "vitest";
import { authorityOf, caBundle } from "./ca-bundle.ts";
import { createAuthority, type PemPair } from "./issue.ts";
import { encodeSecretValues } from "./secret-value.ts";

function secretOf(values: Record<string, string>): Secret {
  const metadata = { name: "kubewarden-ca", namespace: "kubewarden" };
  return { apiVersion: "v1", kind: "Secret", metadata, data: encodeSecretValues(values) };
}

describe("the Secret of the certificate authority", () => {
  let now: PemPair;
  let before: PemPair;
  beforeAll(async () => {
    now = await createAuthority(new Date());
    before = await createAuthority(new Date());
  });
  const decoded = (secret: Secret) => Buffer.from(caBundle(secret), "base64").toString();

  it("controller 1: is what webhooks trust", () => {
    const secret = secretOf({ "ca.crt": now.certificate, "ca.key": now.key });
    expect(decoded(secret)).toBe(now.certificate);
    expect(authorityOf(secret)).toEqual(now);
  });

  it("controller 28: is trusted together with the one before", () => {
    const values = { "ca.crt": now.certificate, "ca.key": now.key, "old-ca.crt": before.certificate };
    expect(decoded(secretOf(values))).toBe(now.certificate + before.certificate);
    const joined = decoded(secretOf({ ...values, "ca.crt": now.certificate.trimEnd() }));
    expect(joined).toBe(now.certificate + before.certificate);
  });

  it.each(["", "rubbish"])(
    "leaves out one before that is %j: the API server would refuse the bundle",
    (old) => {
      const secret = secretOf({ "ca.crt": now.certificate, "ca.key": now.key, "old-ca.crt": old });
      expect(decoded(secret)).toBe(now.certificate);
    },
  );

  it.each<[string, () => Secret | undefined, string]>([
    ["nothing", () => undefined, 'failed to fetch CA secret: secrets "kubewarden-ca" not found'],
    [
      "no certificate",
      () => secretOf({ "ca.key": now.key }),
      'failed to fetch CA secret: secrets "kubewarden-ca" has no ca.crt',
    ],
    [
      "no key",
      () => secretOf({ "ca.crt": now.certificate, "ca.key": "" }),
      'failed to fetch CA secret: secrets "kubewarden-ca" has no ca.key',
    ],
    [
      "rubbish",
      () => secretOf({ "ca.crt": "rubbish", "ca.key": now.key }),
      'failed to fetch CA secret: secrets "kubewarden-ca": ca.crt is not a certificate',
    ],
  ])("is refused when it holds %s", (_row, make, message) => {
    expect(() => authorityOf(make())).toThrow(message);
    expect(() => caBundle(make())).toThrow(message);
  });
});
