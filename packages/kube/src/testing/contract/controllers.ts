import {
  type ConfigMap,
  configMaps,
  events,
  leases,
  type Service,
  services,
  validatingWebhookConfigurations,
} from "@kubewarden-ts/api/core";
import { silentLogger } from "@kubewarden-ts/base";
import { beforeAll, describe, expect, it } from "vitest";
import {
  createEventRecorder,
  createInformer,
  createObjectClient,
  createOrMergePatch,
  type ObjectClient,
  runAsLeader,
} from "../../index.ts";
import { eventually } from "../eventually.ts";
import type { Reader } from "./contract-cluster.ts";

/** What controllers are made of. */
export function controllersContract(open: () => { reader: Reader; namespace: string }): void {
  describe("controllers", () => {
    let objects: ObjectClient;
    let namespace: string;
    beforeAll(() => {
      objects = createObjectClient(open().reader.client);
      namespace = open().namespace;
    });

    const configMap = (name: string, team: string): ConfigMap => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name, labels: { team } },
    });

    it("controller 12.1: an informer follows creation, change and deletion, and its index too", async () => {
      await objects.create(configMaps, configMap("seen-1", "a"));
      await using informer = createInformer(open().reader.client, configMaps, {
        ...{ namespace, labelSelector: "team", log: silentLogger },
        indexes: { team: ({ metadata }) => [metadata.labels?.["team"] ?? ""] },
      });
      await informer.whenSynced({ signal: undefined });
      const heard: string[] = [];
      informer.onChange(({ before, after }) => {
        const kind = before === undefined ? "added" : after === undefined ? "deleted" : "changed";
        heard.push(`${kind} ${(after ?? before)?.metadata.name}`);
      });
      await objects.create(configMaps, configMap("seen-2", "a"));
      await eventually(() => informer.byIndex("team", "a").length === 2);
      await objects.mergePatch(
        configMaps,
        { namespace, name: "seen-1" },
        { metadata: { labels: { team: "b" } } },
      );
      await eventually(() => informer.byIndex("team", "b").length === 1);
      await objects.delete(configMaps, { namespace, name: "seen-2" });
      await eventually(() => informer.get({ namespace, name: "seen-2" }) === undefined);
      expect(heard).toEqual(["added seen-1", "added seen-2", "changed seen-1", "deleted seen-2"]);
      expect(informer.list().map(({ kind, metadata }) => [kind, metadata.name])).toEqual([
        ["ConfigMap", "seen-1"],
      ]);
      expect(informer.list()[0]?.metadata).not.toHaveProperty("managedFields");
    });

    it("controller 12.1: an informer of metadata only follows too, and has nothing else of its objects", async () => {
      const made = await objects.create(configMaps, { ...configMap("bare", "bare"), data: { a: "secret" } });
      await using informer = createInformer(open().reader.client, configMaps, {
        ...{ namespace, labelSelector: "team=bare", metadataOnly: true, log: silentLogger },
      });
      await informer.whenSynced({ signal: undefined });
      const { apiVersion, kind, metadata } = made;
      const { managedFields: _, ...known } = metadata;
      expect(informer.list()).toEqual([{ apiVersion, kind, metadata: known }]);
      await objects.create(configMaps, { ...configMap("bare-too", "bare"), data: { a: "secret" } });
      await eventually(() => informer.list().length === 2);
      expect(informer.get({ namespace, name: "bare-too" })).not.toHaveProperty("data");
      await objects.delete(configMaps, { namespace, name: "bare" });
      await eventually(() => informer.list().length === 1);
    });

    it("controller 44: what is as it should be is not written", async () => {
      const service: Service = {
        apiVersion: "v1",
        kind: "Service",
        metadata: { namespace, name: "steady", labels: { a: "b" } },
        spec: { ports: [{ name: "web", port: 443, targetPort: 8443 }], selector: { app: "x" } },
      };
      const made = await createOrMergePatch(objects, services, { current: undefined, desired: service });
      expect(made.changed).toBe("created");
      const again = await createOrMergePatch(objects, services, { current: made.object, desired: service });
      expect(again).toEqual({ object: made.object, changed: "no" });
      const unseen = await createOrMergePatch(objects, services, { current: undefined, desired: service });
      expect(unseen.changed).toBe("no");
      const ports = [{ name: "web", port: 443, targetPort: 9443 }];
      const desired = { ...service, spec: { ...service.spec, ports } };
      const changed = await createOrMergePatch(objects, services, { current: made.object, desired });
      expect(changed).toMatchObject({ changed: "patched", object: { spec: { ports } } });
      await objects.delete(services, { namespace, name: "steady" });
      const remade = await createOrMergePatch(objects, services, {
        current: changed.object,
        desired: service,
      });
      expect(remade.changed).toBe("created");
    });

    it("controller 44: a webhook configuration is not written either", async () => {
      const name = `steady-${namespace}`;
      const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];
      const service = { namespace, name: "none", path: "/validate" };
      const desired = {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        metadata: { name, labels: { a: "b" } },
        webhooks: [
          {
            ...{ name: "contract.example.test", clientConfig: { service }, rules, sideEffects: "None" },
            ...{ admissionReviewVersions: ["v1"], failurePolicy: "Ignore" },
            objectSelector: { matchLabels: { contract: "never" } },
          },
        ],
      };
      const type = validatingWebhookConfigurations;
      const made = await createOrMergePatch(objects, type, { current: undefined, desired });
      const again = await createOrMergePatch(objects, type, { current: made.object, desired });
      expect(again).toEqual({ object: made.object, changed: "no" });
      expect(await objects.delete(type, { name })).toBe(true);
    });

    it("events of one kind are one object with a count", async () => {
      const about = await objects.create(configMaps, configMap("eventful", "c"));
      const recorder = createEventRecorder(objects, { component: "contract", log: silentLogger });
      const event = { about, type: "Warning", reason: "Failed", message: "it did not work" } as const;
      recorder.record(event);
      recorder.record(event);
      recorder.record({ ...event, reason: "Other" });
      await recorder[Symbol.asyncDispose]();
      const found = await objects.list(events, { namespace, fieldSelector: "involvedObject.name=eventful" });
      const told = found.filter(({ involvedObject }) => involvedObject.uid === about.metadata.uid);
      const fields = { type: "Warning", message: "it did not work", source: { component: "contract" } };
      expect(told.toSorted((left, right) => (left.count ?? 0) - (right.count ?? 0))).toMatchObject([
        { ...fields, reason: "Other", count: 1 },
        { ...fields, reason: "Failed", count: 2, firstTimestamp: expect.any(String) },
      ]);
    });

    it("events about cluster-wide objects are in the namespace default", async () => {
      const { apiVersion, kind } = validatingWebhookConfigurations;
      const uid = `uid-of-${namespace}`;
      const about = { apiVersion, kind, metadata: { name: `wide-${namespace}`, uid } };
      const recorder = createEventRecorder(objects, { component: "contract", log: silentLogger });
      recorder.record({ about, type: "Normal", reason: "Done", message: "well" });
      await recorder[Symbol.asyncDispose]();
      const found = await objects.list(events, { namespace: "default" });
      expect(found.filter(({ involvedObject }) => involvedObject.uid === uid)).toMatchObject([
        { reason: "Done", involvedObject: { kind, name: `wide-${namespace}` } },
      ]);
    });

    it("controller 34: one leads at a time, and the next takes over what was given back", async () => {
      const led: string[] = [];
      const candidate = (identity: string) => {
        const stop = new AbortController();
        const done = runAsLeader({
          ...{ objects, namespace, name: "contract", identity, log: silentLogger, signal: stop.signal },
          ...{ retryPeriodMs: 20, random: () => 0 },
          async lead(signal) {
            led.push(identity);
            if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
          },
        });
        return { stop, done };
      };
      const first = candidate("first");
      await eventually(() => led.length === 1);
      const second = candidate("second");
      const lease = await objects.get(leases, { namespace, name: "contract" });
      expect(lease?.spec).toMatchObject({
        ...{ holderIdentity: "first", leaseDurationSeconds: 15, leaseTransitions: 0 },
        renewTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      });
      first.stop.abort();
      expect(await first.done).toBe("stopped");
      await eventually(() => led.length === 2);
      const next = await objects.get(leases, { namespace, name: "contract" });
      expect(next?.spec).toMatchObject({ holderIdentity: "second", leaseTransitions: 1 });
      second.stop.abort();
      await second.done;
      const free = await objects.get(leases, { namespace, name: "contract" });
      expect(free?.spec).toMatchObject({ leaseDurationSeconds: 1, leaseTransitions: 1 });
      expect(free?.spec?.holderIdentity ?? "").toBe("");
    });
  });
}
