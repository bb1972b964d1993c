import { defineResource } from "@kubewarden-ts/api";
import { type ConfigMap, configMaps, type Lease, leases } from "@kubewarden-ts/api/core";
import { beforeAll, describe, expect, it } from "vitest";
import { createObjectClient, type ObjectClient } from "../../index.ts";
import type { Reader } from "./contract-cluster.ts";

/** What counts on writes: who wins, what comes back, what the API server sets. */
export function writingContract(open: () => { reader: Reader; powerless: Reader; namespace: string }): void {
  describe("writing", () => {
    let objects: ObjectClient;
    let namespace: string;
    beforeAll(() => {
      objects = createObjectClient(open().reader.client);
      namespace = open().namespace;
    });

    const configMap = (name: string, more: Partial<ConfigMap> = {}): ConfigMap => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name },
      ...more,
    });
    const named = (name: string) => ({ namespace, name });

    it("what is not there is undefined, and cannot be changed", async () => {
      expect(await objects.get(configMaps, named("none"))).toBeUndefined();
      expect(await objects.delete(configMaps, named("none"))).toBe(false);
      const missing = { code: "KUBE_NOT_FOUND", message: 'configmaps "none" not found' };
      await expect(objects.mergePatch(configMaps, named("none"), { data: {} })).rejects.toMatchObject(
        missing,
      );
      await expect(objects.replace(configMaps, configMap("none"))).rejects.toMatchObject(missing);
    });

    it("a created object has a version, a uid and a time; a second of its name is refused", async () => {
      const created = await objects.create(configMaps, configMap("twice", { data: { a: "1" } }));
      expect(created.data).toEqual({ a: "1" });
      expect(created.metadata).toMatchObject({
        uid: expect.any(String),
        resourceVersion: expect.stringMatching(/^\d+$/),
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      });
      await expect(objects.create(configMaps, configMap("twice"))).rejects.toMatchObject({
        code: "KUBE_CONFLICT",
        reason: "AlreadyExists",
        message: 'configmaps "twice" already exists',
      });
      expect(await objects.get(configMaps, named("twice"))).toEqual(created);
    });

    it("who replaces an object that changed meanwhile is refused", async () => {
      const first = await objects.create(configMaps, configMap("replaced"));
      const second = await objects.replace(configMaps, { ...first, data: { a: "1" } });
      expect(second.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion);
      await expect(objects.replace(configMaps, { ...first, data: { a: "2" } })).rejects.toMatchObject({
        code: "KUBE_CONFLICT",
        reason: "Conflict",
      });
      const lease: Lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: named("blind") };
      await objects.create(leases, lease);
      await expect(objects.replace(leases, lease)).rejects.toMatchObject({ status: 422, reason: "Invalid" });
    });

    it("a merge patch adds, changes and takes away; one without effect is no new version", async () => {
      const before = await objects.create(configMaps, configMap("patched", { data: { a: "1", b: "2" } }));
      const patch = { data: { a: null, b: "3", c: "4" }, metadata: { labels: { x: "y" } } };
      const after = await objects.mergePatch(configMaps, named("patched"), patch);
      expect(after.data).toEqual({ b: "3", c: "4" });
      expect(after.metadata).toMatchObject({ uid: before.metadata.uid, labels: { x: "y" } });
      const again = await objects.mergePatch(configMaps, named("patched"), patch);
      expect(again.metadata.resourceVersion).toBe(after.metadata.resourceVersion);
      const old = { metadata: { resourceVersion: before.metadata.resourceVersion }, data: { d: "5" } };
      await expect(objects.mergePatch(configMaps, named("patched"), old)).rejects.toMatchObject({
        code: "KUBE_CONFLICT",
      });
    });

    it("applying makes an object, and changes it", async () => {
      const options = { fieldManager: "contract", force: true };
      const applied = { metadata: named("applied"), data: { a: "1" } };
      const made = await objects.apply(configMaps, applied, options);
      expect(made).toMatchObject({ kind: "ConfigMap", data: { a: "1" } });
      const changed = await objects.apply(configMaps, { ...applied, data: { a: "2" } }, options);
      expect(changed).toMatchObject({ data: { a: "2" }, metadata: { uid: made.metadata.uid } });
      const same = await objects.apply(configMaps, { ...applied, data: { a: "2" } }, options);
      expect(same.metadata.resourceVersion).toBe(changed.metadata.resourceVersion);
    });

    it("an object with a finalizer stays until that is gone", async () => {
      const metadata = { ...named("kept"), finalizers: ["example.test/keep"] };
      await objects.create(configMaps, configMap("kept", { metadata }));
      expect(await objects.delete(configMaps, named("kept"))).toBe(true);
      const dying = await objects.get(configMaps, named("kept"));
      expect(dying?.metadata).toMatchObject({ deletionTimestamp: expect.any(String), ...metadata });
      const gone = await objects.mergePatch(configMaps, named("kept"), { metadata: { finalizers: null } });
      expect(gone.metadata.name).toBe("kept");
      expect(await objects.get(configMaps, named("kept"))).toBeUndefined();
    });

    it("only the object that was meant is deleted", async () => {
      const { metadata } = await objects.create(configMaps, configMap("meant"));
      const wrong = "00000000-0000-0000-0000-000000000000";
      await expect(objects.delete(configMaps, named("meant"), { uid: wrong })).rejects.toMatchObject({
        code: "KUBE_CONFLICT",
      });
      await objects.mergePatch(configMaps, named("meant"), { data: { a: "1" } });
      const { resourceVersion = "", uid = "" } = metadata;
      await expect(objects.delete(configMaps, named("meant"), { resourceVersion })).rejects.toMatchObject({
        code: "KUBE_CONFLICT",
      });
      expect(await objects.delete(configMaps, named("meant"), { uid })).toBe(true);
      expect(await objects.get(configMaps, named("meant"))).toBeUndefined();
    });

    it("a dry run stores nothing, and refuses what would be refused", async () => {
      const dryRun = { dryRun: true };
      expect((await objects.create(configMaps, configMap("dry"), dryRun)).metadata.uid).toBeTypeOf("string");
      expect(await objects.get(configMaps, named("dry"))).toBeUndefined();
      await objects.create(configMaps, configMap("dry"));
      await expect(objects.create(configMaps, configMap("dry"), dryRun)).rejects.toMatchObject({
        reason: "AlreadyExists",
      });
      const patched = await objects.mergePatch(configMaps, named("dry"), { data: { a: "1" } }, dryRun);
      expect(patched.data).toEqual({ a: "1" });
      expect((await objects.get(configMaps, named("dry")))?.data).toBeUndefined();
    });

    it("status and the rest are written apart; only the rest counts as a generation", async () => {
      const types = { apiVersion: "policy/v1", kind: "PodDisruptionBudget", plural: "poddisruptionbudgets" };
      const budgets = defineResource({ ...types, namespaced: true }, {});
      const selector = { matchLabels: { app: "contract" } };
      const { apiVersion, kind } = types;
      const budget = { apiVersion, kind, metadata: named("status"), spec: { minAvailable: 1, selector } };
      const created = await objects.create(budgets, { ...budget, status: { observedGeneration: 7 } });
      expect(created.metadata.generation).toBe(1);
      expect(created["status"]).not.toMatchObject({ observedGeneration: 7 });
      const status = { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0 };
      const patch = { spec: { minAvailable: 2 }, status: { ...status, expectedPods: 0 } };
      const told = await objects.mergePatch(budgets, named("status"), patch, { subresource: "status" });
      expect(told).toMatchObject({ spec: { minAvailable: 1 }, status: { observedGeneration: 1 } });
      expect(told.metadata.generation).toBe(1);
      const changed = await objects.mergePatch(budgets, named("status"), {
        ...{ spec: { minAvailable: 2 }, status: { observedGeneration: 9 } },
      });
      expect(changed).toMatchObject({ spec: { minAvailable: 2 }, status: { observedGeneration: 1 } });
      expect(changed.metadata.generation).toBe(2);
    });

    it("who may not write is told so, with the reason", async () => {
      const powerless = createObjectClient(open().powerless.client);
      await expect(powerless.create(configMaps, configMap("refused"))).rejects.toMatchObject({
        code: "KUBE_FORBIDDEN",
        reason: "Forbidden",
      });
    });
  });
}
