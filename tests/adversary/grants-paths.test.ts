import { createImageLookUps } from "@kubewarden-ts/oci";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testPolicy } from "../../packages/host-capabilities/fixtures/host.ts";
import { type FakedCluster, fakedCluster, secretText } from "./grants/faked-cluster.ts";

let faked: FakedCluster;
beforeAll(async () => {
  faked = await fakedCluster();
});
afterAll(() => faked[Symbol.asyncDispose]());

const maps = { api_version: "v1", kind: "ConfigMap" };
/** What a name may hold to lead elsewhere, or to be two things to two readers. */
const otherPlaces = [
  ...["../secrets/s", "../../secrets/s", "web/../../secrets/s", "web/../../../secrets", "/api/v1/secrets"],
  ...["..", ".", "", "/", "web/", "./web", "web/.", "web//", "//evil.test/x", "http://evil.test/x"],
  ...["%2e%2e/secrets/s", "..%2fsecrets%2fs", "%2e%2e%2fsecrets%2fs", "..%252fsecrets%252fs", "%00", "%"],
  ...["..\\secrets\\s", "\\..\\secrets", "..;/secrets/s", "․․/secrets/s", "．．/secrets/s", "..∕secrets∕s"],
  ...["web?watch=true", "web#x", "web&x=y", "web;x", "web\u0000", "web\r\nHost: evil.test", "web x", "web\t"],
  ...["web@evil.test", "status", "web/status", "web/log", "*", "x".repeat(300), "WEB", "wеb", "web\u200b"],
];

async function answerTo(path: string, payload: object): Promise<string> {
  const answer = JSON.stringify(await faked.settled(faked.policy.ask(path, payload)));
  expect(answer).not.toContain(secretText);
  return answer;
}

/** What was asked of the API server since: path and query as they came. */
function asked(since: number): string[] {
  return faked.server.requests.slice(since).map(({ path, query }) => `${path}?${query}`);
}

const discovery = "/api/v1?";

describe("a name that leads elsewhere", () => {
  it.each(otherPlaces)("policy-runtime 34: as the name of an object: %j", async (name) => {
    const since = faked.server.requests.length;
    const answer = await answerTo("kubernetes/get_resource", {
      ...{ ...maps, name, namespace: "shop", disable_cache: true },
    });
    expect(answer).toMatch(/^\{"error":"Callback evaluation failure: /);
    for (const path of asked(since).filter((each) => each !== discovery)) {
      expect(path).toMatch(/^\/api\/v1\/namespaces\/shop\/configmaps\/[^/]+\?$/);
    }
  });

  it.each(otherPlaces)("policy-runtime 34: as the namespace of an object: %j", async (namespace) => {
    const since = faked.server.requests.length;
    const answer = await answerTo("kubernetes/get_resource", {
      ...{ ...maps, name: "web", namespace, disable_cache: true },
    });
    expect(answer).toMatch(/^\{"error":"Callback evaluation failure: /);
    for (const path of asked(since).filter((each) => each !== discovery)) {
      expect(path).toMatch(/^\/api\/v1\/namespaces\/[^/]+\/configmaps\/web\?$/);
    }
  });

  it.each(otherPlaces)("policy-runtime 34: as the namespace of a list: %j", async (namespace) => {
    const since = faked.server.requests.length;
    const answer = await answerTo("kubernetes/list_resources_by_namespace", { ...maps, namespace });
    // a namespace that does not exist has no objects; what is no namespace is an error
    expect(answer).toMatch(/^\{"error":"Callback evaluation failure: |"items":\[\]/);
    for (const path of asked(since).filter((each) => each !== discovery)) {
      expect(path).toMatch(/^\/api\/v1\/namespaces\/[^/]+\/configmaps\?/);
    }
  });

  const selectors = [
    "a=b&limit=1",
    "a=b&fieldSelector=x",
    "a=b?watch=true",
    "a=b#",
    "a=b%26limit=1",
    "a in (b,c)",
    "a=b\r\nx: y",
    "a=b&watch=1&resourceVersion=0",
  ];
  it.each(selectors)("policy-runtime 34: a selector is one parameter: %j", async (selector) => {
    const since = faked.server.requests.length;
    const answer = await answerTo("kubernetes/list_resources_all", {
      ...{ ...maps, label_selector: selector, field_selector: selector },
    });
    expect(answer).toMatch(/^\{"(?:answer|error)":/);
    const lists = faked.server.requests.slice(since).filter(({ path }) => path !== "/api/v1");
    expect(lists.length).toBeGreaterThan(0);
    for (const { path, query } of lists) {
      expect(path).toBe("/api/v1/configmaps");
      const known = [
        "limit",
        "labelSelector",
        "fieldSelector",
        "watch",
        "resourceVersion",
        "allowWatchBookmarks",
        "timeoutSeconds",
        "continue",
      ];
      expect([...query.keys()].filter((key) => !known.includes(key))).toEqual([]);
      expect([query.getAll("labelSelector"), query.getAll("fieldSelector")]).toEqual([
        [selector],
        [selector],
      ]);
      expect(new Set(query.keys()).size).toBe([...query.keys()].length);
    }
  });
});

describe("an image that leads elsewhere", () => {
  const images: [image: string, host: string | undefined][] = [
    ["busybox", "docker.io"],
    ["reg.test/app", "reg.test"],
    ["reg.test:5000/app:v1", "reg.test:5000"],
    ["jane:secret@evil.test/app", undefined],
    ["reg.test@evil.test/app", undefined],
    ["reg.test:5000@evil.test/app", undefined],
    ["reg.test/app@evil.test", undefined],
    ["https://evil.test/app", undefined],
    ["//evil.test/app", undefined],
    ["/app", undefined],
    ["reg.test\\@evil.test/app", undefined],
    ["reg.test#@evil.test/app", undefined],
    ["reg.test?x@evil.test/app", undefined],
    ["reg.test%2f@evil.test/app", undefined],
    ["reg.test/../evil", undefined],
    ["reg.test/..%2fevil", undefined],
    ["reg.test/app/../../v2/_catalog", undefined],
    ["reg.test/app?x=y", undefined],
    ["reg.test/app:v1/../../x", undefined],
    ["reg.test/app:../x", undefined],
    ["reg.test/app@sha256:../../x", undefined],
    [`reg.test/app@sha256:${"0".repeat(63)}`, undefined],
    ["reg.test:0x50/app", undefined],
    ["reg.test:99999/app", undefined],
    ["127.1/app", undefined],
    ["2130706433.x/app", "2130706433.x"],
    ["rеg.test/app", undefined],
    ["reg.test\r\nHost: evil.test/app", undefined],
    ["reg.test\u0000.evil.test/app", undefined],
    [" reg.test/app", undefined],
    ["reg.test/app ", undefined],
    ["", undefined],
  ];
  const paths = ["oci/v1/manifest_digest", "oci/v1/oci_manifest", "oci/v1/oci_manifest_config"];
  it.each(images)("policy-runtime 39: %j is asked of %s", async (image, host) => {
    const hosts: string[] = [];
    const stop = async ({ registry }: { registry: string }): Promise<never> => {
      hosts.push(registry);
      throw new Error("no registry here");
    };
    const client = { fetchDigest: stop, fetchManifest: stop, fetchManifestAndConfig: stop };
    const platform = { os: "linux", architecture: "amd64" };
    const registry = createImageLookUps({ client, platform, now: () => 0 });
    const { ask } = testPolicy({}, { registry });
    for (const path of paths) {
      expect(await ask(path, image)).toEqual({
        error: expect.stringMatching(/^Callback evaluation failure: /),
      });
    }
    expect(hosts).toEqual(host === undefined ? [] : paths.map(() => host));
  });
});
