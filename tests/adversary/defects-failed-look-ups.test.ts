import { silentLogger } from "@kubewarden-ts/base";
import type { FakeAnswer } from "@kubewarden-ts/kube/testing";
import { createImageLookUps, createRegistryClient, defaultSources } from "@kubewarden-ts/oci";
import { type FakeRegistry, startFakeRegistry } from "@kubewarden-ts/oci/testing";
import { describe, expect, it } from "vitest";
import { hostCall, testPolicy } from "../../packages/host-capabilities/fixtures/host.ts";
import { createReplay } from "../../packages/host-capabilities/src/session/replay.ts";
import { parseSession } from "../../packages/host-capabilities/src/session/session-file.ts";
import { fakedCluster } from "./grants/faked-cluster.ts";

// A look-up that failed was taken for one that found nothing: a policy that looks for what forbids a request then lets it pass.
// Whatever goes wrong, the policy is told that it did.

const status = (code: number, reason: string) => ({
  kind: "Status",
  apiVersion: "v1",
  status: "Failure",
  message: `${reason} on purpose`,
  reason,
  code,
});
const refusal = (code: number, reason: string): FakeAnswer => ({ status: code, body: status(code, reason) });

const failures: readonly (readonly [what: string, answer: FakeAnswer])[] = [
  ["401", refusal(401, "Unauthorized")],
  ["403", refusal(403, "Forbidden")],
  ["404 of the path", { status: 404, body: "404 page not found\n" }],
  ["404 of the resource", refusal(404, "NotFound")],
  ["410", refusal(410, "Expired")],
  ["429", refusal(429, "TooManyRequests")],
  ["429 with a pause", { status: 429, headers: { "retry-after": "1" }, body: "" }],
  ["500", refusal(500, "InternalError")],
  ["502 of a proxy", { status: 502, body: "<html>bad gateway</html>" }],
  ["503", refusal(503, "ServiceUnavailable")],
  ["a redirect", { status: 302, headers: { location: "/healthz" }, body: "" }],
  ["nothing", { status: 200, body: "" }],
  ["no content", { status: 204, body: "" }],
  ["no JSON", { status: 200, body: "<html>log in</html>" }],
  ["half a document", { status: 200, body: '{"items":[' }],
  ["null", { status: 200, body: "null" }],
  ["a list", { status: 200, body: "[]" }],
  ["an empty object", { status: 200, body: "{}" }],
  ["a failure that says it is none", { status: 200, body: status(403, "Forbidden") }],
  ["items that are none", { status: 200, body: '{"metadata":{"resourceVersion":"1"},"items":{}}' }],
  ["no items", { status: 200, body: '{"metadata":{"resourceVersion":"1"}}' }],
  ["an answer that does not come", "hang"],
  ["a connection that is reset", "drop"],
  ["a connection that ends in the answer", "cut"],
];

const maps = { api_version: "v1", kind: "ConfigMap" };
const review = {
  user: "jane",
  resource_attributes: { resource: "pods", verb: "delete" },
};
const questions: readonly (readonly [path: string, payload: object, asked: RegExp])[] = [
  ["kubernetes/get_resource", { ...maps, name: "web", namespace: "shop", disable_cache: true }, /configmaps/],
  [
    "kubernetes/get_resource",
    { ...maps, name: "web", namespace: "shop", disable_cache: false },
    /configmaps/,
  ],
  ["kubernetes/list_resources_all", maps, /configmaps/],
  ["kubernetes/list_resources_by_namespace", { ...maps, namespace: "shop" }, /configmaps/],
  ["kubernetes/can_i", { subject_access_review: review, disable_cache: true }, /subjectaccessreviews/],
  [
    "kubernetes/get_resource",
    { ...maps, name: "web", namespace: "shop", disable_cache: true },
    /^\/api\/v1$/,
  ],
  ["kubernetes/list_resources_all", maps, /^\/api\/v1$/],
];

const discovery = "/api/v1";

describe("a look-up in the cluster that fails", () => {
  it.each(failures)("policy-runtime 35, 43: by %s is an error in every capability", async (_what, answer) => {
    for (const [path, payload, asked] of questions) {
      if (answer === "hang" && asked.test(discovery)) continue; // has a limit of its own; below
      await using faked = await fakedCluster();
      faked.server.answerAlways({ path: asked }, answer);
      const told = await faked.settled(faked.policy.ask(path, payload));
      expect({ path, asked, told }).toEqual({
        path,
        asked,
        told: { error: expect.stringMatching(/^Callback evaluation failure: \S/) },
      });
    }
  });

  it.each(failures)(
    "policy-runtime 46: by %s leaves a Rego policy without an inventory",
    async (_what, answer) => {
      for (const layout of ["opa", "gatekeeper"] as const) {
        for (const path of answer === "hang" ? [/configmaps/] : [/configmaps/, /^\/api\/v1$/]) {
          await using faked = await fakedCluster();
          faked.server.answerAlways({ path }, answer);
          const reading = faked.settled(faked.policy.dispatcher.inventory(layout));
          await expect(reading).rejects.toThrow(/^Callback evaluation failure: \S/);
        }
      }
    },
  );

  it("policy-runtime 35: by a policy's limit is an error", async () => {
    for (const [path, payload, asked] of questions) {
      await using faked = await fakedCluster();
      faked.server.answerAlways({ path: asked }, "hang");
      const stop = new AbortController();
      const told = faked.policy.dispatcher.call(hostCall(path, payload), { signal: stop.signal });
      await faked.server.until(() => faked.server.count({ path: asked }) > 0);
      stop.abort(new Error("the time is over"));
      await expect(told).rejects.toThrow(/^Callback evaluation failure: \S/);
    }
  });

  it("policy-runtime 35: an object that is not there is said to be missing, in other words", async () => {
    await using faked = await fakedCluster();
    const payload = { ...maps, name: "nowhere", namespace: "shop", disable_cache: true };
    expect(await faked.policy.ask("kubernetes/get_resource", payload)).toEqual({
      error: `Callback evaluation failure: Cannot find v1/ConfigMap named 'nowhere' inside of namespace 'Some("shop")'`,
    });
  });

  it("policy-runtime 35: an empty list of a cluster that answers is one", async () => {
    await using faked = await fakedCluster();
    const payload = { ...maps, namespace: "empty" };
    expect(
      await faked.settled(faked.policy.ask("kubernetes/list_resources_by_namespace", payload)),
    ).toMatchObject({
      answer: { items: [] },
    });
  });
});

describe("a look-up in a registry that fails", () => {
  type Intercept = NonNullable<FakeRegistry["intercept"]>;
  const answering = (status: number, body = "", headers: Record<string, string> = {}): Intercept => {
    return () => ({ status, body, headers });
  };
  const manifestType = { "content-type": "application/vnd.oci.image.manifest.v1+json" };
  const ways: readonly (readonly [what: string, intercept: Intercept])[] = [
    ["401", answering(401)],
    ["403", answering(403, '{"errors":[{"code":"DENIED"}]}')],
    ["404", answering(404, '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')],
    ["429", answering(429)],
    ["500", answering(500)],
    ["503", answering(503)],
    ["nothing", answering(200, "", manifestType)],
    ["no content", answering(204)],
    ["no JSON", answering(200, "<html>log in</html>", manifestType)],
    ["null", answering(200, "null", manifestType)],
    ["an empty object", answering(200, "{}", manifestType)],
    [
      "a connection that is reset",
      (_request, response) => {
        response.destroy();
        return "handled";
      },
    ],
    [
      "a connection that ends in the answer",
      (_request, response) => {
        response.writeHead(200, { ...manifestType, "content-length": "1000" });
        response.write("{", () => response.destroy());
        return "handled";
      },
    ],
    ["an answer that does not come", () => "handled"],
  ];
  const paths = ["oci/v1/oci_manifest", "oci/v1/oci_manifest_config", "oci/v1/manifest_digest"];
  /** A digest is that of any bytes: what they say is not looked at. */
  const hasDigest = new Set(["nothing", "no JSON", "null", "an empty object"]);

  it.each(ways)("policy-runtime 39: by %s is an error", async (what, intercept) => {
    await using registry = await startFakeRegistry();
    registry.putImage("acme/app", { tag: "v1" });
    registry.intercept = intercept;
    const sources = { ...defaultSources, insecureSources: new Set([registry.host]) };
    await using client = createRegistryClient({
      ...{ sources, userAgent: "test/1", log: silentLogger, roots: () => [] },
      clock: { now: () => 0, sleep: async () => {} },
      limits: { timeoutMs: 250, blobTimeoutMs: 250 },
    });
    const platform = { os: "linux", architecture: "amd64" };
    const { ask } = testPolicy({}, { registry: createImageLookUps({ client, platform, now: () => 0 }) });
    for (const path of paths.slice(0, hasDigest.has(what) ? 2 : 3)) {
      const told = await ask(path, `${registry.host}/acme/app:v1`);
      expect({ path, told }).toEqual({
        path,
        told: { error: expect.stringMatching(/^Callback evaluation failure: \S/) },
      });
    }
    registry.closeConnections();
  });
});

describe("a look-up of a name that fails", () => {
  const failure = (code: string) => Object.assign(new Error(`getaddrinfo ${code} h`), { code });
  it.each(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "ETIMEOUT", "ECONNREFUSED"])(
    "policy-runtime 41: by %s is an error",
    async (code) => {
      const { ask } = testPolicy({}, { lookup: () => Promise.reject(failure(code)) });
      expect(await ask("net/v1/dns_lookup_host", "h")).toEqual({
        error: `Callback evaluation failure: getaddrinfo ${code} h`,
      });
    },
  );

  it("policy-runtime 41: an answer without an address is an error", async () => {
    const { ask } = testPolicy({}, { lookup: async () => [] });
    expect(await ask("net/v1/dns_lookup_host", "h")).toEqual({
      error: 'Callback evaluation failure: no address found for "h"',
    });
  });
});

describe("a check of an image or a certificate that fails", () => {
  it("policy-runtime 38, 40: is an error, never a verdict", async () => {
    const { ask } = testPolicy(
      {},
      {
        verifyImage: () => Promise.reject(new Error("the registry is down")),
        checkCertificate: () => {
          throw new Error("Certificate PEM data is not valid");
        },
      },
    );
    const image = { type: "SigstorePubKeyVerify", image: "app", pub_keys: ["k"] };
    expect(await ask("oci/v2/verify", image)).toEqual({
      error: "Callback evaluation failure: the registry is down",
    });
    const certificate = { cert: { encoding: "Pem", data: [] }, not_after: null };
    expect(await ask("crypto/v1/is_certificate_trusted", certificate)).toEqual({
      error: "Callback evaluation failure: Certificate PEM data is not valid",
    });
  });
});

describe("a look-up that was not recorded", () => {
  it("policy-runtime 56: is an error in a replay, of whatever capability", async () => {
    const { serve } = createReplay(parseSession("[]"));
    const { ask } = testPolicy({ serve, contextAwareResources: [{ apiVersion: "v1", kind: "ConfigMap" }] });
    for (const [path, payload] of [
      ...questions,
      ["net/v1/dns_lookup_host", "h"],
      ["oci/v1/manifest_digest", "h"],
    ] as const) {
      expect(await ask(path, payload)).toEqual({
        error: "Callback evaluation failure: the list of recorded responses is empty",
      });
    }
  });
});
