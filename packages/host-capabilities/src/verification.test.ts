import type { ImageVerifier, VerificationConfig } from "@kubewarden-ts/sigstore";
import { expect, it } from "vitest";
import { createImageVerification, type VerificationRequest } from "./verification.ts";

const image = "ghcr.io/acme/app:v1";
const byKey = (keys: readonly string[], annotations = {}): VerificationRequest => ({
  kind: "public-keys",
  ...{ image, keys, annotations },
});
const byCertificate = (certificate: string, chain: readonly string[] = []): VerificationRequest => ({
  kind: "certificate",
  ...{ image, annotations: {}, requireRekorBundle: false },
  certificate: Buffer.from(certificate),
  chain: chain.map((each) => Buffer.from(each)),
});

/** Verifies by counting: each verification gives another digest. */
function verification(verify?: ImageVerifier["verify"]) {
  const clock = { nowMs: 1_000_000 };
  const asked: { image: string | undefined; config: VerificationConfig }[] = [];
  const verifier: ImageVerifier = {
    async verify(reference, config, options) {
      asked.push({ image: reference.tag, config });
      return verify === undefined
        ? { digest: `sha256:${asked.length}` }
        : await verify(reference, config, options);
    },
  };
  const { verifyImage } = createImageVerification({
    openVerifier: async () => verifier,
    now: () => clock.nowMs,
  });
  return { clock, asked, ask: (request: VerificationRequest) => verifyImage(request, undefined) };
}

it("policy-runtime 5.9: what succeeded holds for 60 s, for all spellings of an image", async () => {
  const { ask, clock } = verification();
  const request = { ...byKey(["k"]), image: "busybox" };
  expect(await ask(request)).toEqual({ digest: "sha256:1" });
  clock.nowMs += 59_999;
  expect(await ask({ ...request, image: "docker.io/library/busybox:latest" })).toEqual({
    digest: "sha256:1",
  });
  clock.nowMs += 1;
  expect(await ask(request)).toEqual({ digest: "sha256:2" });
});

it("policy-runtime 5.9: equal questions at the same time are one", async () => {
  const { ask, asked } = verification();
  await Promise.all(Array.from({ length: 20 }, () => ask(byKey(["k"], { env: "prod" }))));
  expect(asked).toHaveLength(1);
});

it("policy-runtime 5.9: a failure is not kept", async () => {
  let isSigned = false;
  const { ask } = verification(async () => {
    if (!isSigned) throw new Error("missing signatures");
    return { digest: "sha256:aa" };
  });
  await expect(ask(byKey(["k"]))).rejects.toThrow("missing signatures");
  isSigned = true;
  expect(await ask(byKey(["k"]))).toEqual({ digest: "sha256:aa" });
});

it.each<[string, VerificationRequest, VerificationRequest]>([
  ["image", byKey(["k"]), { ...byKey(["k"]), image: "ghcr.io/acme/app:v2" }],
  ["keys", byKey(["ab"]), byKey(["a", "b"])],
  ["annotations", byKey(["k"], { a: "b" }), byKey(["k"], { a: "c" })],
  ["names of annotations", byKey(["k"], { a: "bc" }), byKey(["k"], { ab: "c" })],
  ["certificate", byCertificate("a"), byCertificate("b")],
  ["chain", byCertificate("a", ["bc"]), byCertificate("a", ["b", "c"])],
  ["border between them", byCertificate("ab", ["c"]), byCertificate("a", ["bc"])],
  ["bundle", byCertificate("a"), { ...byCertificate("a"), requireRekorBundle: true } as VerificationRequest],
  [
    "kind",
    { kind: "keyless", image, annotations: {}, identities: [{ issuer: "i", subject: "s" }] },
    { kind: "keyless-prefix", image, annotations: {}, identities: [{ issuer: "i", urlPrefix: "s" }] },
  ],
])("policy-runtime 5.9: another %s is another question", async (_what, one, other) => {
  const { ask, asked } = verification();
  await ask(one);
  await ask(other);
  expect(asked).toHaveLength(2);
});

it("policy-runtime 5.9: the order of annotations is not part of the question", async () => {
  const { ask, asked } = verification();
  await ask(byKey(["k"], { a: "1", b: "2" }));
  await ask(byKey(["k"], { b: "2", a: "1" }));
  expect(asked).toHaveLength(1);
});

it("policy-runtime 38: an image that has no name is no image", async () => {
  const { ask, asked } = verification();
  await expect(ask({ ...byKey(["k"]), image: "UPPER case" })).rejects.toThrow("invalid reference format");
  expect(asked).toEqual([]);
});
