import { silentLogger } from "@kubewarden-ts/base";
import { createDiscovery, createKubeClient, createReflectors } from "@kubewarden-ts/kube";
import {
  createFakeApiServer,
  createFakeClock,
  type FakeApiServer,
  type FakeClock,
  staticAccess,
} from "@kubewarden-ts/kube/testing";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { AccessQuestion, Cluster } from "./cluster.ts";
import { createKubernetesCluster } from "./kubernetes-cluster.ts";

const configMaps = { apiVersion: "v1", kind: "ConfigMap" };
const namespaces = { apiVersion: "v1", kind: "Namespace" };
const path = "/api/v1/namespaces/shop/configmaps/web";
type Wanted = Parameters<Cluster["get"]>[1];
const web: Wanted = { namespace: "shop", name: "web", fieldMasks: [], disableCache: false };
const everything = {
  namespace: undefined,
  labelSelector: undefined,
  fieldSelector: undefined,
  fieldMasks: [],
};
const question: AccessQuestion = {
  user: "jane",
  groups: [],
  resourceAttributes: { resource: "pods", verb: "get" },
};

let server: FakeApiServer;
let clock: FakeClock;
let cluster: Cluster;

function put(data: Record<string, string>): void {
  server.put({ ...configMaps, metadata: { namespace: "shop", name: "web" }, data });
}

beforeEach(async () => {
  clock = createFakeClock();
  server = await createFakeApiServer();
  const client = createKubeClient(staticAccess(server.url), { log: silentLogger, userAgent: "test", clock });
  const discovery = createDiscovery(client, { clock });
  const reflectors = createReflectors({ client, discovery, log: silentLogger, clock });
  cluster = createKubernetesCluster({ client, discovery, reflectors, now: clock.now });
  onTestFinished(async () => {
    await reflectors[Symbol.asyncDispose]();
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  put({ n: "1", m: "1" });
});

function parse(bytes: Uint8Array | undefined): unknown {
  return JSON.parse(new TextDecoder().decode(bytes?.slice()));
}
const get = async (more: Partial<Wanted> = {}) =>
  parse((await cluster.get(configMaps, { ...web, ...more }, undefined)).bytes);
const canI = async (disableCache = false, asked = question) =>
  parse((await cluster.canI(asked, { disableCache }, undefined)).bytes);
const gets = () => server.count({ method: "GET", path });
const reviews = () => server.count({ method: "POST" });

describe("an object of a cluster", () => {
  it("policy-runtime 35: is asked for again after 5 s", async () => {
    await get();
    put({ n: "2" });
    await clock.advance(4999);
    expect(await get()).toMatchObject({ data: { n: "1" } });
    expect(gets()).toBe(1);
    await clock.advance(1);
    expect(await get()).toMatchObject({ data: { n: "2" } });
    expect(gets()).toBe(2);
  });

  it("policy-runtime 35: is neither taken from what is kept nor kept, when the policy says so", async () => {
    await get();
    put({ n: "2" });
    expect(await get({ disableCache: true })).toMatchObject({ data: { n: "2" } });
    expect(await get()).toMatchObject({ data: { n: "1" } });
    expect(gets()).toBe(2);
  });

  it("policy-runtime 36: is kept whole, whatever masks were asked for", async () => {
    expect(await get({ fieldMasks: ["data.n"] })).toMatchObject({ data: { n: "1" } });
    expect(await get({ fieldMasks: ["data.n"] })).not.toHaveProperty("data.m");
    expect(await get()).toMatchObject({ data: { n: "1", m: "1" } });
    expect(gets()).toBe(1);
  });

  it("policy-runtime 44: is asked for once when many ask at the same time", async () => {
    await Promise.all(Array.from({ length: 100 }, () => get()));
    expect(gets()).toBe(1);
  });

  it.each([
    [256 * 1024 + 1, 2],
    [1024, 1],
  ])("is kept when it is not too large: %i bytes", async (size, requests) => {
    put({ text: "x".repeat(size) });
    for (let round = 0; round < 2; round++) await get();
    expect(gets()).toBe(requests);
  });

  it("policy-runtime 35: that is not there stays so for 10 s", async () => {
    server.remove({ ...configMaps, metadata: { namespace: "shop", name: "web" } });
    const text = `Cannot find v1/ConfigMap named 'web' inside of namespace 'Some("shop")'`;
    await expect(get()).rejects.toThrow(new Error(text));
    put({ n: "2" });
    await clock.advance(9999);
    await expect(get()).rejects.toThrow(text);
    expect(gets()).toBe(1);
    await clock.advance(1);
    expect(await get()).toMatchObject({ data: { n: "2" } });
  });

  it("policy-runtime 35: without namespace that is not there is told in upstream's words", async () => {
    const asked = cluster.get(namespaces, { ...web, namespace: undefined, name: "no" }, undefined);
    await expect(asked).rejects.toThrow("Cannot find v1/Namespace named 'no' inside of namespace 'None'");
  });

  it("policy-runtime 43: that must not be read is no object that is not there", async () => {
    const message = 'configmaps "web" is forbidden: User "nobody" cannot get resource "configmaps"';
    const refused = { kind: "Status", status: "Failure", reason: "Forbidden", code: 403, message };
    server.answer({ path }, { status: 403, body: refused });
    await expect(get()).rejects.toThrow(message);
  });

  it("is one for each name, namespace and kind", async () => {
    server.put({ ...configMaps, metadata: { namespace: "other", name: "web" }, data: { n: "9" } });
    server.put({ apiVersion: "v1", kind: "Secret", metadata: { namespace: "shop", name: "web" } });
    expect(await get()).toMatchObject({ data: { n: "1" } });
    expect(await get({ namespace: "other" })).toMatchObject({ data: { n: "9" } });
    const secret = await cluster.get({ apiVersion: "v1", kind: "Secret" }, web, undefined);
    expect(parse(secret.bytes)).toMatchObject({ kind: "Secret" });
  });
});

describe("what somebody may do in a cluster", () => {
  it("policy-runtime 35: is asked again after 5 s", async () => {
    server.decide = () => ({ allowed: true, reason: "why not" });
    expect(await canI()).toEqual({ allowed: true, reason: "why not" });
    server.decide = () => ({ allowed: false, denied: true, evaluationError: "e" });
    await clock.advance(4999);
    expect(await canI()).toEqual({ allowed: true, reason: "why not" });
    expect(reviews()).toBe(1);
    expect(await canI(true)).toEqual({ allowed: false, denied: true, evaluationError: "e" });
    await clock.advance(1);
    expect(await canI()).toEqual({ allowed: false, denied: true, evaluationError: "e" });
    expect(reviews()).toBe(3);
  });

  it("is asked as it was, with the fields that are set", async () => {
    const more = { group: "", namespace: "shop", name: undefined };
    const resourceAttributes = { ...question.resourceAttributes, ...more };
    await canI(false, { ...question, groups: ["dev"], resourceAttributes });
    const { body = "" } = server.requests.at(-1) ?? {};
    expect(JSON.parse(body)).toEqual({
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: {
        user: "jane",
        groups: ["dev"],
        resourceAttributes: { resource: "pods", verb: "get", group: "", namespace: "shop" },
      },
    });
  });

  it("is one answer for each question", async () => {
    server.decide = ({ user }) => ({ allowed: user === "jane" });
    expect(await canI()).toEqual({ allowed: true });
    expect(await canI(false, { ...question, user: "joe" })).toEqual({ allowed: false });
  });

  it("policy-runtime 35: is an error where the cluster does not say", async () => {
    server.decide = () => undefined;
    await expect(canI()).rejects.toThrow("SubjectAccessReview did not return a response");
  });
});

describe("a list of a cluster", () => {
  it("policy-runtime 46: has a version as long as it is the same, and the time at which it was so", async () => {
    const first = await cluster.list(configMaps, everything, undefined);
    expect(first.asOfMs).toBe(clock.now());
    await clock.advance(10);
    const second = await cluster.list(configMaps, everything, undefined);
    expect(second).toMatchObject({ version: first.version, asOfMs: clock.now() });
    expect(await cluster.hasChangedSince(configMaps, everything, second.asOfMs, undefined)).toBe(false);
    put({ n: "2" });
    await expect
      .poll(async () => (await cluster.list(configMaps, everything, undefined)).version)
      .not.toBe(first.version);
    expect(await cluster.hasChangedSince(configMaps, everything, second.asOfMs, undefined)).toBe(true);
  });

  it("policy-runtime 46: that nobody asked for may have changed", async () => {
    expect(await cluster.hasChangedSince(configMaps, everything, clock.now(), undefined)).toBe(true);
  });

  it("policy-runtime 46: is of a kind with a plural name", async () => {
    expect(await cluster.pluralName(configMaps, undefined)).toBe("configmaps");
    const unknown = cluster.pluralName({ ...configMaps, kind: "Widget" }, undefined);
    await expect(unknown).rejects.toThrow("Cannot find resource v1/Widget");
  });
});
