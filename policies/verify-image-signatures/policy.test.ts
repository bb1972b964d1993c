import type { Container } from "@kubewarden-ts/policy-sdk";
import { fakeHost } from "@kubewarden-ts/policy-sdk/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const capability = "oci/v2/verify";
const lists = ["containers", "initContainers", "ephemeralContainers"] as const;
const digest = `sha256:${"1".repeat(64)}`;
const other = `sha256:${"2".repeat(64)}`;
const key = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
const certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const bytes = [...new TextEncoder().encode(certificate)];
const byKey = (image: string) => ({ image, pubKeys: [key] });
const settings = { signatures: [byKey("r.test/*")] };

const having = (...images: unknown[]): Container[] =>
  JSON.parse(JSON.stringify(images.map((image, index) => ({ name: `c${index}`, image }))));
const refused = (...problems: string[]) => ({
  accepted: false,
  message: `Resource web is not accepted: ${problems.join(", ")}`,
});
const failed = (image: string, text: string) => `verification of image ${image} failed: ${text}`;
const hostError = (text: string) => `error invoking host capability oci.verify: Host error: ${text}`;

/** Answers in turn: the digest that is signed, or what failed. */
const registry = (...answers: string[]) => {
  const left = [...answers];
  return fakeHost({
    [capability]: () => {
      const answer = left.shift() ?? "no more answers";
      if (answer.startsWith("sha256:")) return { is_trusted: true, digest: answer };
      throw new Error(answer);
    },
  });
};

describe.each(bothWays("verify-image-signatures", policy))(
  "verify-image-signatures %s",
  (_way, makeRunner) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await makeRunner();
    });

    it.each<[object, object[]]>([
      [{ pubKeys: [key, key] }, [{ type: "SigstorePubKeyVerify", pub_keys: [key, key] }]],
      [
        { keyless: [{ issuer: "i", subject: "s" }], annotations: { env: "prod" } },
        [
          {
            type: "SigstoreKeylessVerify",
            keyless: [{ issuer: "i", subject: "s" }],
            annotations: { env: "prod" },
          },
        ],
      ],
      [
        { keylessPrefix: [{ issuer: "i", url_prefix: "https://a.test/" }], annotations: null },
        [
          {
            type: "SigstoreKeylessPrefixVerify",
            keyless_prefix: [{ issuer: "i", url_prefix: "https://a.test/" }],
          },
        ],
      ],
      [{ githubActions: { owner: "acme" } }, [{ type: "SigstoreGithubActionsVerify", owner: "acme" }]],
      [
        { githubActions: { owner: "acme", repo: "app" } },
        [{ type: "SigstoreGithubActionsVerify", owner: "acme", repo: "app" }],
      ],
      [
        {
          certificates: [certificate, certificate],
          certificateChain: [certificate],
          requireRekorBundle: false,
        },
        [1, 2].map(() => ({
          type: "SigstoreCertificateVerify",
          certificate: bytes,
          certificate_chain: [bytes],
          require_rekor_bundle: false,
        })),
      ],
      [
        { pubKeys: [key], githubActions: { owner: "acme" } },
        [
          { type: "SigstorePubKeyVerify", pub_keys: [key] },
          { type: "SigstoreGithubActionsVerify", owner: "acme" },
        ],
      ],
    ])("policies-and-sdk 30: verifies by %j", async (way, calls) => {
      const signatures = [{ image: "r.test/*", ...way }];
      const object = pod({ containers: having("r.test/a:1") });
      const host = registry(...calls.map(() => digest));
      const outcome = await runner.run({ object, settings: { signatures }, host });
      expect(outcome).toEqual({
        accepted: true,
        mutatedObject: pod({ containers: having(`r.test/a:1@${digest}`) }),
      });
      const payloads = calls.map((call) => ({ image: "r.test/a:1", ...call }));
      expect(host.calls).toEqual(payloads.map((payload) => ({ capability, payload })));
      const lastFails = registry(...calls.slice(1).map(() => digest), "no signature");
      expect(await runner.run({ object, settings: { signatures }, host: lastFails })).toEqual(
        refused(failed("r.test/a:1", hostError("no signature"))),
      );
    });

    it.each<[string, string[], string[]]>([
      ["first", ["e1", digest], ["e1"]],
      ["second", [digest, "e2"], ["e2"]],
      ["both", ["e1", "e2"], ["e1", "e2"]],
    ])("policies-and-sdk 30: any matching entry that fails rejects: %s", async (_row, answers, texts) => {
      const signatures = [byKey("r.test/*"), byKey("other.test/*"), byKey("*/a:?")];
      const object = pod({ containers: having("r.test/a:1") });
      const outcome = await runner.run({ object, settings: { signatures }, host: registry(...answers) });
      expect(outcome).toEqual(refused(...texts.map((text) => failed("r.test/a:1", hostError(text)))));
    });

    it.each([`r.test/a@${digest}`, `r.test/a:1@${digest}`])(
      "policies-and-sdk 30: %s, which has a digest, gets none",
      async (image) => {
        const object = pod({ containers: having(image) });
        const outcome = await runner.run({ object, settings, host: registry(digest) });
        expect(outcome).toEqual({ accepted: true });
      },
    );

    it("policies-and-sdk 30: without modifyImagesWithDigest nothing is changed", async () => {
      const object = pod({ containers: having("r.test/a") });
      const verifyOnly = { ...settings, modifyImagesWithDigest: false };
      expect(await runner.run({ object, settings: verifyOnly, host: registry(digest) })).toEqual({
        accepted: true,
      });
      const outcome = await runner.run({ object, settings: verifyOnly, host: registry("no signature") });
      expect(outcome.accepted).toBe(false);
    });

    it("rejects signatures of another digest than the image has", async () => {
      const object = pod({ containers: having(`r.test/a@${digest}`) });
      expect(await runner.run({ object, settings, host: registry(other) })).toEqual(
        refused(failed(`r.test/a@${digest}`, `the signatures are of ${other}, not of ${digest}`)),
      );
    });

    it("rejects a tag that is another image for the second entry", async () => {
      const signatures = [byKey("r.test/*"), byKey("r.test/a")];
      const object = pod({ containers: having("r.test/a") });
      expect(await runner.run({ object, settings: { signatures }, host: registry(digest, other) })).toEqual(
        refused(failed("r.test/a", `the signatures are of ${other}, not of ${digest}`)),
      );
    });

    it("does not take is_trusted: false for a yes", async () => {
      const host = fakeHost({ [capability]: () => ({ is_trusted: false, digest }) });
      const outcome = await runner.run({ object: pod({ containers: having("r.test/a") }), settings, host });
      expect(outcome.message).toContain("unexpected answer of the host: is_trusted");
    });

    it.each<[string, string]>([
      ["docker.io/library/nginx:*", "nginx"],
      ["docker.io/*", "acme/app:1"],
      ["r.test/a:1", `r.test/a:1@${digest}`],
      ["r.test/a", `r.test/a@${digest}`],
      ["r.test/a:latest", "r.test/a"],
      ["r.test/*", "R.Test/a"],
      ["r.test/a:b c", "r.test/a:b c"],
    ])("policies-and-sdk 30: an entry for %s is one for %s", async (pattern, image) => {
      const object = pod({ containers: having(image) });
      const host = registry("no signature");
      const outcome = await runner.run({ object, settings: { signatures: [byKey(pattern)] }, host });
      expect(outcome).toEqual(refused(failed(image, hostError("no signature"))));
    });

    it("policies-and-sdk 30: an image without a matching entry passes, unless rejectUnmatched", async () => {
      const object = pod({ containers: having("else.test/a", "r.test/a:1", "nginx") });
      const strict = { ...settings, rejectUnmatched: true };
      expect(await runner.run({ object, settings, host: registry(digest) })).toEqual({
        accepted: true,
        mutatedObject: pod({ containers: having("else.test/a", `r.test/a:1@${digest}`, "nginx") }),
      });
      expect(await runner.run({ object, settings: strict, host: registry("no") })).toEqual(
        refused(
          "no signature is set for image else.test/a",
          failed("r.test/a:1", hostError("no")),
          "no signature is set for image nginx",
        ),
      );
    });

    describe.each(workloadKinds)("policies-and-sdk 18: in a %s", (kind) => {
      it.each(lists)("policies-and-sdk 19, 30: %s are verified, beside ones without image", async (list) => {
        const spec = (...images: unknown[]) => ({ containers: [], [list]: having(...images) });
        const object = workload(kind, spec(undefined, "", "r.test/a"));
        expect(await runner.run({ object, settings, host: registry("no") })).toEqual(
          refused(failed("r.test/a", hostError("no"))),
        );
        expect(await runner.run({ object, settings, host: registry(digest) })).toEqual({
          accepted: true,
          mutatedObject: workload(kind, spec(undefined, "", `r.test/a@${digest}`)),
        });
      });

      it("a missing pod spec is accepted", async () => {
        expect(await runner.run({ object: workload(kind), settings })).toEqual({ accepted: true });
      });
    });

    it("policies-and-sdk 22: containers, init, ephemeral containers, in this order", async () => {
      const object = pod({
        ephemeralContainers: having("r.test/e"),
        initContainers: having("r.test/i"),
        containers: having("r.test/c"),
      });
      expect(await runner.run({ object, settings, host: registry("e1", "e2", "e3") })).toEqual(
        refused(
          failed("r.test/c", hostError("e1")),
          failed("r.test/i", hostError("e2")),
          failed("r.test/e", hostError("e3")),
        ),
      );
    });

    it("only images are changed, whatever else is there", async () => {
      const spec = { futureField: { a: [1] }, activeDeadlineSeconds: 5, volumes: null };
      const object = { ...pod({}), spec: { ...spec, containers: [{ image: "r.test/a", futureKnob: "on" }] } };
      expect((await runner.run({ object, settings, host: registry(digest) })).mutatedObject).toEqual({
        ...pod({}),
        spec: { ...spec, containers: [{ image: `r.test/a@${digest}`, futureKnob: "on" }] },
      });
    });

    it.each<[string, object]>([
      ["another kind", { object: { apiVersion: "v1", kind: "Service", spec: {} } }],
      ["policies-and-sdk 20: a DELETE", { object: null, oldObject: pod({ containers: having("r.test/a") }) }],
    ])("accepts %s", async (_row, options) => {
      expect(await runner.run({ ...options, settings })).toEqual({ accepted: true });
    });

    it("policies-and-sdk 21: an UPDATE that only removes a finalizer is judged as any other", async () => {
      const object = pod({ containers: having("r.test/a") });
      const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
      const outcome = await runner.run({ object, oldObject, settings, host: registry("no signature") });
      expect(outcome.accepted).toBe(false);
    });

    it.each([
      ["containers", { containers: {} }, "containers: expected array, got object"],
      ["a container", { initContainers: [null] }, "initContainers[0]: expected object, got null"],
      ["an image", { containers: having("a", 5) }, "containers[1].image: expected string, got number"],
    ])("rejects %s of another type", async (_row, spec, message) => {
      const object = { ...pod({}), spec: JSON.parse(JSON.stringify(spec)) };
      expect(await runner.run({ object, settings })).toEqual({ accepted: false, code: 400, message });
    });
  },
);

it.each([
  ["of an image without signature", { signatures: [byKey("*")] }],
  ["of an image without entry", { signatures: [byKey("else.test/*")], rejectUnmatched: true }],
])("nothing is passed over %s", (_row, given) => {
  const containers = having("r.test/a:1");
  expectNothingPassedOver(policy, {
    object: pod({ containers: [], initContainers: containers }),
    settings: given,
    host: fakeHost({
      [capability]: () => {
        throw new Error("no signature");
      },
    }),
    violations: [{ path: ["spec", "initContainers", 0, "image"], isHarmless: () => false }],
  });
});
