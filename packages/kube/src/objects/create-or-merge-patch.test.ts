import type { Deployment } from "@kubewarden-ts/api/core";
import { configMaps } from "@kubewarden-ts/api/core";
import { describe, expect, it } from "vitest";
import { controllerKinds } from "../testing/index.ts";
import { setUpFake } from "../testing/set-up.ts";
import { createObjectClient } from "./create-object-client.ts";
import { createOrMergePatch, ownedPatch } from "./create-or-merge-patch.ts";

const container = { name: "a", image: "a:v1", env: [{ name: "A", value: "a" }] };

function deployment(pod: object, metadata: object = {}): Deployment {
  const template = { metadata: { labels: { app: "x" } }, spec: { containers: [container], ...pod } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "x", namespace: "web", ...metadata },
    spec: { replicas: 1, template },
  };
}

const patchOf = (current: object, desired: object, kind = "Deployment") =>
  ownedPatch(kind, { current, desired });
const inPod = (spec: object) => ({ spec: { template: { spec } } });

describe("ownedPatch", () => {
  it.each<[string, object, object, object | undefined]>([
    ["a label that is wanted", {}, { labels: { a: "" } }, { metadata: { labels: { a: "" } } }],
    [
      "a label that is not",
      { labels: { a: "1", b: "2" } },
      { labels: { a: "1" } },
      { metadata: { labels: { b: null } } },
    ],
    ["all annotations that went", {}, { annotations: { a: "b" } }, { metadata: { annotations: { a: "b" } } }],
    ["no labels where none are named", { labels: { a: "1" } }, {}, undefined],
    ["nothing that others manage", { finalizers: ["f"], uid: "u", resourceVersion: "1" }, {}, undefined],
    ["owners", {}, { ownerReferences: [{ uid: "u" }] }, { metadata: { ownerReferences: [{ uid: "u" }] } }],
  ])("controller 15: has %s", (_row, current, desired, expected) => {
    expect(patchOf(deployment({}, current), deployment({}, desired))).toEqual(expected);
  });

  it.each<[string, object, object, object]>([
    ["a field that went", { priorityClassName: "high" }, {}, inPod({ priorityClassName: null })],
    ["what somebody added", { nodeSelector: { a: "b" } }, {}, inPod({ nodeSelector: null })],
    ["what somebody changed back", { hostNetwork: true }, {}, inPod({ hostNetwork: false })],
    ["a changed container", { containers: [] }, {}, inPod({ containers: expect.any(Array) })],
    [
      "security that somebody took away",
      { securityContext: {} },
      { securityContext: { runAsNonRoot: false } },
      inPod({ securityContext: { runAsNonRoot: false } }),
    ],
  ])("controller 15: mends %s", (_row, current, desired, expected) => {
    expect(patchOf(deployment(current), deployment(desired))).toMatchObject(expected);
  });

  it("controller 44: what the API server filled in is no difference", () => {
    const probe = { httpGet: { path: "/", port: 1 } };
    const wanted = deployment({ containers: [{ ...container, readinessProbe: probe }] });
    const { spec: stored } = deployment({
      containers: [
        {
          ...container,
          ...{ imagePullPolicy: "IfNotPresent", resources: {} },
          ...{ terminationMessagePath: "/dev/termination-log", terminationMessagePolicy: "File" },
          readinessProbe: {
            ...{ failureThreshold: 3, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1 },
            httpGet: { ...probe.httpGet, scheme: "HTTP" },
          },
        },
      ],
      ...{ dnsPolicy: "ClusterFirst", restartPolicy: "Always", schedulerName: "default-scheduler" },
      ...{ securityContext: {}, terminationGracePeriodSeconds: 30 },
    });
    const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } };
    const spec = { ...stored, strategy, progressDeadlineSeconds: 600, revisionHistoryLimit: 10 };
    expect(patchOf({ ...wanted, spec }, wanted)).toBeUndefined();
  });

  it("controller 44: a status, and members that are not ours, are no difference", () => {
    const current = { metadata: {}, data: { a: "b" }, binaryData: { c: "ZA==" }, status: { x: 1 } };
    expect(patchOf(current, { metadata: {}, data: { a: "b" } }, "ConfigMap")).toBeUndefined();
    expect(patchOf(current, { metadata: {}, data: {} }, "ConfigMap")).toEqual({ data: null });
  });

  it("does not change what it is given", () => {
    const [current, desired] = [deployment({ hostIPC: true }), deployment({ dnsPolicy: "Default" })];
    const before = JSON.stringify([current, desired]);
    patchOf(current, desired);
    expect(JSON.stringify([current, desired])).toBe(before);
  });
});

describe("createOrMergePatch", () => {
  const desired = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace: "web", name: "a" },
    data: { a: "1" },
  };

  it.each([
    ["there was none, and there is one", undefined, { ...desired, data: { a: "2" } }, "patched"],
    ["there was none, and the wanted one is there", undefined, desired, "no"],
    ["there was one, and it is gone", { ...desired, data: {} }, undefined, "created"],
  ] as const)("takes what the API server has when %s", async (_row, current, stored, changed) => {
    await using fake = await setUpFake({ server: { kinds: controllerKinds } });
    if (stored !== undefined) fake.server.put(stored);
    const objects = createObjectClient(fake.client);
    const written = await createOrMergePatch(objects, configMaps, { current, desired });
    expect(written).toMatchObject({ changed, object: { data: { a: "1" } } });
    expect(fake.server.stored(configMaps)).toMatchObject([{ data: { a: "1" } }]);
  });

  it("controller 44: sends nothing when nothing differs", async () => {
    await using fake = await setUpFake();
    const written = createOrMergePatch(createObjectClient(fake.client), configMaps, {
      current: desired,
      desired,
    });
    expect((await written).changed).toBe("no");
    expect(fake.server.requests).toEqual([]);
  });

  it("says `no` of a patch that changed nothing", async () => {
    await using fake = await setUpFake();
    fake.server.put(desired);
    const objects = createObjectClient(fake.client);
    const stored = (await objects.get(configMaps, desired.metadata))!;
    const current = { ...stored, data: {} };
    expect((await createOrMergePatch(objects, configMaps, { current, desired })).changed).toBe("no");
  });

  it.each([403, 422, 500])("hands a refusal with status %i on", async (status) => {
    await using fake = await setUpFake();
    fake.server.answer({ method: "POST" }, { status });
    const written = createOrMergePatch(createObjectClient(fake.client), configMaps, {
      current: undefined,
      desired,
    });
    await expect(written).rejects.toMatchObject({ status });
    expect(fake.server.requests).toHaveLength(1);
  });
});
