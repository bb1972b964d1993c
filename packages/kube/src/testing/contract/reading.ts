import { beforeAll, describe, expect, it } from "vitest";
import {
  applyFieldMask,
  collectionPath,
  createSubjectAccessReview,
  getObject,
  type ListRequest,
  listObjects,
  parseFieldMask,
} from "../../index.ts";
import { eventually } from "../eventually.ts";
import type { FakeObject } from "../fake-cluster.ts";
import { type ContractCluster, type Reader, readAs } from "./contract-cluster.ts";

const configMaps = { apiVersion: "v1", kind: "ConfigMap" };

/** What counts on reads: discovery, single objects, lists, watches, rights. */
export function readingContract(open: () => { reader: Reader; cluster: ContractCluster }): void {
  describe("reading", () => {
    let cluster: ContractCluster;
    let reader: Reader;
    beforeAll(() => {
      ({ cluster, reader } = open());
    });

    const configMap = (ownName: string, more: object = {}, data = {}): FakeObject => ({
      ...configMaps,
      metadata: { namespace: cluster.namespace, name: ownName, ...more },
      data,
    });

    async function namesOf(request: Partial<ListRequest>): Promise<string[]> {
      const { document } = await reader.reflectors.list({
        ...configMaps,
        namespace: cluster.namespace,
        ...request,
      });
      const { items } = JSON.parse(Buffer.from(document).toString());
      return items.map(({ metadata }: FakeObject) => metadata.name);
    }

    it.each([
      [
        { apiVersion: "v1", kind: "Namespace" },
        { plural: "namespaces", namespaced: false, group: "", version: "v1" },
      ],
      [
        { apiVersion: "v1", kind: "Pod" },
        { plural: "pods", namespaced: true },
      ],
      [
        { apiVersion: "apps/v1", kind: "Deployment" },
        { plural: "deployments", group: "apps", version: "v1" },
      ],
    ])("discovery knows %j", async (reference, expected) => {
      expect(await reader.discovery.find(reference)).toMatchObject(expected);
    });

    it.each([
      [{ apiVersion: "v1", kind: "Widget" }, "KUBE_KIND_UNKNOWN"],
      [{ apiVersion: "example.test/v1", kind: "Widget" }, "KUBE_GROUP_UNKNOWN"],
      [{ apiVersion: "apps/v99", kind: "Deployment" }, "KUBE_GROUP_UNKNOWN"],
    ])("discovery tells what is unknown in %j", async (reference, code) => {
      await expect(reader.discovery.find(reference)).rejects.toMatchObject({ code });
    });

    it("an object is read as it is stored", async () => {
      await cluster.put(configMap("whole", {}, { text: 'é "quoted" <&>' }));
      const reference = { ...configMaps, namespace: cluster.namespace, name: "whole" };
      const object = await getObject(reader, reference);
      expect(JSON.parse(Buffer.from(object).toString())).toMatchObject({
        ...configMaps,
        metadata: { name: "whole", namespace: cluster.namespace, resourceVersion: expect.any(String) },
        data: { text: 'é "quoted" <&>' },
      });
      const masked = JSON.parse(Buffer.from(applyFieldMask(object, parseFieldMask(["none"]))).toString());
      expect(Object.keys(masked).toSorted()).toEqual(["apiVersion", "kind", "metadata"]);
    });

    it("an object that is not there is told from a path that is not there", async () => {
      const missing = { ...configMaps, namespace: cluster.namespace, name: "missing" };
      await expect(getObject(reader, missing)).rejects.toMatchObject({
        code: "KUBE_NOT_FOUND",
        message: 'configmaps "missing" not found',
      });
      for (const path of [
        "/api/v1/widgets",
        "/apis/example.test/v1/widgets",
        "/api/v1/namespaces/x/widgets/y",
      ]) {
        await expect(reader.client.get(path)).rejects.toMatchObject({ code: "KUBE_RESOURCE_UNKNOWN" });
      }
    });

    it("a list is read in pages, and is complete", async () => {
      for (const own of ["page-1", "page-2", "page-3", "page-4", "page-5"]) {
        await cluster.put(configMap(own, { labels: { page: "yes" } }));
      }
      const path = collectionPath(await reader.discovery.find(configMaps), cluster.namespace);
      const { items, resourceVersion } = await listObjects(reader.client, {
        path,
        labelSelector: "page=yes",
        pageSize: 2,
      });
      const names = items.map((item) => JSON.parse(Buffer.from(item).toString()).metadata.name);
      expect(names).toEqual(["page-1", "page-2", "page-3", "page-4", "page-5"]);
      expect(resourceVersion).toMatch(/^\d+$/);
    });

    it("a malformed selector is refused at once, with the server's reason", async () => {
      const request = { ...configMaps, labelSelector: "a in (" };
      await expect(reader.reflectors.list(request)).rejects.toMatchObject({
        code: "KUBE_REFUSED",
        message: expect.stringContaining("unable to parse"),
      });
    });

    it("policy-runtime 42: a watched list follows creation, change and deletion", async () => {
      const labelSelector = "watched=yes";
      const matching = { labels: { watched: "yes" } };
      await cluster.put(configMap("first", matching));
      expect(await namesOf({ labelSelector })).toEqual(["first"]);
      await cluster.put(configMap("second", matching));
      await eventually(async () => (await namesOf({ labelSelector })).join() === "first,second");
      await cluster.put(configMap("first", { labels: { watched: "no" } }));
      await eventually(async () => (await namesOf({ labelSelector })).join() === "second");
      await cluster.remove(configMap("second"));
      await eventually(async () => (await namesOf({ labelSelector })).join() === "");
    });

    it("policy-runtime 42: managedFields and the last applied configuration are gone", async () => {
      const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{}", kept: "yes" };
      await cluster.put(configMap("annotated", { annotations }, { a: "1", b: "2" }));
      const fieldSelector = "metadata.name=annotated";
      const request = { ...configMaps, namespace: cluster.namespace, fieldSelector, fieldMasks: ["data.a"] };
      const { document } = await reader.reflectors.list(request);
      const list = JSON.parse(Buffer.from(document).toString());
      expect(list).toMatchObject({ apiVersion: "v1", kind: "ConfigMapList", metadata: {} });
      expect(list.items).toHaveLength(1);
      expect(list.items[0]).toMatchObject(configMaps);
      expect(list.items[0].metadata).toMatchObject({ managedFields: [], annotations: { kept: "yes" } });
      expect(Object.keys(list.items[0].metadata.annotations)).toEqual(["kept"]);
      expect(list.items[0].data).toEqual({ a: "1" });
    });

    it("policy-runtime 46: an inventory names what it holds", async () => {
      const { objects, resource } = await reader.reflectors.inventory({
        apiVersion: "v1",
        kind: "Namespace",
      });
      expect(resource.namespaced).toBe(false);
      const names = [...objects].map(({ namespace, name: own }) => [namespace, own]);
      expect(names).toContainEqual(["", cluster.namespace]);
    });

    it("policy-runtime 43: who may not list is told so at once", async () => {
      await using powerless = readAs(cluster.powerless);
      await expect(
        powerless.reflectors.list({ ...configMaps, namespace: cluster.namespace }),
      ).rejects.toMatchObject({
        code: "KUBE_FORBIDDEN",
        reason: "Forbidden",
        message: expect.stringContaining("forbidden"),
      });
    });

    it("who is not known is told so at once", async () => {
      await using stranger = readAs(cluster.stranger);
      await expect(stranger.client.get("/api/v1/namespaces")).rejects.toMatchObject({
        code: "KUBE_UNAUTHORIZED",
      });
    });

    it("policy-runtime 35: a review says who may do what", async () => {
      const resourceAttributes = { verb: "list", resource: "secrets", namespace: cluster.namespace };
      const review = (groups: string[]) =>
        createSubjectAccessReview(reader.client, { user: "jane", groups, resourceAttributes });
      expect(await review(["system:masters"])).toMatchObject({ allowed: true });
      expect(await review([])).toMatchObject({ allowed: false });
    });
  });
}
