import type { ApiResource, ServedKinds } from "@kubewarden-ts/kube";
import { KubeError } from "@kubewarden-ts/kube";
import { describe, expect, it, vi } from "vitest";
import { unknownPlural } from "../../scaffold/admission-request/request-document.ts";
import { memoryFiles } from "../../testing/memory-files.ts";
import { runKwctl } from "../../testing/run-kwctl.ts";

const catalogPath = "/home/test/.cache/kubewarden/kwctl/resource_catalog.json";
const widget = "apiVersion: acme.test/v1\nkind: Widget\nmetadata: {name: w}\n";
const contents = {
  "pod.yml":
    "apiVersion: v1\nkind: Pod\nmetadata: {name: nginx-pod}\nspec: {big: 9007199254740993, ratio: 1.0}\n",
  "pod-in-web.json": '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"nginx-pod","namespace":"web"}}',
  "namespace.yml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n",
  "deployment.yml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {generateName: d-}\n",
  "widget.yml": widget,
  "widget-in-web.yml": widget.replace("name: w", "name: w, namespace: web"),
  "untyped.yml": "metadata: {name: x}\n",
  "two.yml": "apiVersion: v1\nkind: Pod\n---\napiVersion: v1\nkind: Pod\n",
  "list.yml": "- a\n",
  "broken.yml": "a: [",
  "slashes.yml": "apiVersion: a/b/c\nkind: Pod\n",
  "number.yml": "apiVersion: v1\nkind: Pod\nmetadata: {name: 1}\n",
};

const resource = (group: string, kind: string, plural: string, namespaced: boolean): ApiResource => {
  const apiVersion = group === "" ? "v1" : `${group}/v1`;
  return { apiVersion, kind, group, version: "v1", plural, namespaced };
};
const served = (...resources: ApiResource[]) =>
  vi.fn(async (): Promise<ServedKinds> => ({ resources, failures: [] }));

async function scaffold(
  line: string,
  options: Partial<Parameters<typeof runKwctl>[1]> & { catalog?: string } = {},
) {
  const { catalog, ...rest } = options;
  const files = memoryFiles({ ...contents, ...(catalog !== undefined && { [catalogPath]: catalog }) });
  const result = await runKwctl(["scaffold", "admission-request", ...line.split(" ")], { files, ...rest });
  const warnings = result.lines.filter(({ level }) => level === "warn").map(({ message }) => message);
  return { ...result, files, warnings };
}
async function requestOf(...args: Parameters<typeof scaffold>) {
  const { code, stdout, stderr, ...rest } = await scaffold(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return { ...rest, request: JSON.parse(stdout), stdout };
}

const noCluster = expect.stringContaining("the kinds of Kubernetes itself are used");

describe("kwctl scaffold admission-request", () => {
  it("kwctl-and-oci 32: gives a whole request without a cluster, numbers as they were written", async () => {
    const { stdout, warnings, files } = await requestOf("-o CREATE --object pod.yml");
    expect(stdout).toBe(`{
  "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
  "kind": {
    "group": "",
    "version": "v1",
    "kind": "Pod"
  },
  "resource": {
    "group": "",
    "version": "v1",
    "resource": "pods"
  },
  "requestKind": {
    "group": "",
    "version": "v1",
    "kind": "Pod"
  },
  "requestResource": {
    "group": "",
    "version": "v1",
    "resource": "pods"
  },
  "name": "nginx-pod",
  "namespace": "default",
  "operation": "CREATE",
  "userInfo": {
    "groups": [
      "system:masters"
    ],
    "username": "test-user"
  },
  "object": {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
      "name": "nginx-pod"
    },
    "spec": {
      "big": 9007199254740993,
      "ratio": 1.0
    }
  }
}
`);
    expect(warnings).toEqual([noCluster]);
    expect([...files.written]).toEqual([]);
  });

  it.each([
    ["of the object", "-o CREATE --object pod-in-web.json", "web"],
    ["default for a kind with namespaces", "-o CREATE --object deployment.yml", "default"],
    ["none for a kind without", "-o CREATE --object namespace.yml", undefined],
    ["none for a kind that is not known", "-o CREATE --object widget.yml", undefined],
    ["of an object whose kind is not known", "-o CREATE --object widget-in-web.yml", "web"],
  ])("kwctl-and-oci 32: the namespace is %s", async (_row, line, namespace) => {
    expect((await requestOf(line)).request.namespace).toBe(namespace);
  });

  it("kwctl-and-oci 32: a kind that nobody knows has a placeholder, and a warning", async () => {
    const { request, warnings } = await requestOf("-o CREATE --object widget.yml");
    expect(request.resource).toEqual({ group: "acme.test", version: "v1", resource: unknownPlural });
    expect(warnings).toEqual([noCluster, expect.stringContaining("the kind of the object is not known")]);
  });

  it("an object without a name gives a request without one", async () => {
    expect((await requestOf("-o CREATE --object deployment.yml")).request).not.toHaveProperty("name");
  });

  it.each([
    ["UPDATE", "-o UPDATE --object pod.yml --old-object pod.yml", ["object", "oldObject"]],
    ["DELETE", "-o DELETE --old-object pod.yml", ["oldObject"]],
  ])("kwctl-and-oci 32: %s", async (operation, line, members) => {
    const { request } = await requestOf(line);
    expect(request).toMatchObject({ operation, name: "nginx-pod", resource: { resource: "pods" } });
    expect(Object.keys(request).slice(9)).toEqual(members);
  });

  const catalog = JSON.stringify({
    resources: { "acme.test|v1|Widget": { name: "widgetry", namespaced: true } },
  });
  it("kwctl-and-oci 32: the catalog on the disk is enough", async () => {
    const listClusterKinds = served();
    const { request, warnings } = await requestOf("-o CREATE --object widget.yml", {
      catalog,
      listClusterKinds,
    });
    expect(request).toMatchObject({ resource: { resource: "widgetry" }, namespace: "default" });
    expect(warnings).toEqual([]);
    expect(listClusterKinds).not.toHaveBeenCalled();
  });

  it("kwctl-and-oci 32: a kind that the catalog lacks has it made anew, once", async () => {
    const listClusterKinds = served(resource("", "Pod", "pods", true));
    const { request, files } = await requestOf("-o CREATE --object pod.yml", { catalog, listClusterKinds });
    expect(request.resource.resource).toBe("pods");
    expect(listClusterKinds).toHaveBeenCalledOnce();
    const kept = JSON.parse(new TextDecoder().decode(files.written.get(catalogPath)));
    expect(kept.resources["|v1|Pod"]).toMatchObject({ name: "pods", namespaced: true, kind: "Pod" });
  });

  it("kwctl-and-oci 32: what the cluster serves is kept for the next time", async () => {
    const listClusterKinds = served(resource("acme.test", "Widget", "widgetry", false));
    const { request, files } = await requestOf("-o CREATE --object widget.yml", { listClusterKinds });
    expect(request.resource.resource).toBe("widgetry");
    expect(request).not.toHaveProperty("namespace");
    const again = await requestOf("-o CREATE --object widget.yml", {
      catalog: new TextDecoder().decode(files.written.get(catalogPath)),
    });
    expect(again.request).toEqual(request);
  });

  it("kwctl-and-oci 32: another version of a group serves a kind alike", async () => {
    const kinds = { resources: { "acme.test|v2|Widget": { name: "widgetry", namespaced: true } } };
    const { request } = await requestOf("-o CREATE --object widget.yml", { catalog: JSON.stringify(kinds) });
    expect(request.resource).toEqual({ group: "acme.test", version: "v1", resource: "widgetry" });
  });

  it.each([["not JSON"], ["{}"], ['{"resources":{"a":1}}']])(
    "kwctl-and-oci 32: a catalog that cannot be used is made anew: %s",
    async (broken) => {
      const listClusterKinds = served(resource("acme.test", "Widget", "widgetry", false));
      const line = "-o CREATE --object widget.yml";
      const { request, warnings } = await requestOf(line, { catalog: broken, listClusterKinds });
      expect(request.resource.resource).toBe("widgetry");
      expect(warnings).toEqual(["the catalog of resources cannot be used"]);
    },
  );

  it("kwctl-and-oci 32: a group that fails is named", async () => {
    const error = new KubeError("service unavailable", { code: "KUBE_UNAVAILABLE" });
    const listClusterKinds = async () => ({
      resources: [resource("", "Pod", "pods", true)],
      failures: [{ apiVersion: "metrics.k8s.io/v1", error }],
    });
    const { warnings, request } = await requestOf("-o CREATE --object pod.yml", { listClusterKinds });
    expect(request.resource.resource).toBe("pods");
    expect(warnings).toEqual(["the cluster does not tell the resources of a group"]);
  });

  it.each([
    ["-o CREATE", "CREATE operation requires an object"],
    ["-o CREATE --object pod.yml --old-object pod.yml", "CREATE operation does not require an old_object"],
    ["-o UPDATE --old-object pod.yml", "UPDATE operation requires an object"],
    ["-o UPDATE --object pod.yml", "UPDATE operation requires an old_object"],
    ["-o DELETE --object pod.yml --old-object pod.yml", "DELETE operation does not require an object"],
    ["-o DELETE", "DELETE operation requires an old_object"],
    [
      "-o CREATE --object none.yml",
      "Cannot open object file none.yml: No such file or directory (os error 2)",
    ],
    ["-o CREATE --object untyped.yml", "object defined inside of untyped.yml is missing types"],
    [
      "-o CREATE --object two.yml",
      "Cannot use object file two.yml: expected one object, received 2 documents",
    ],
    [
      "-o CREATE --object list.yml",
      "Cannot use object file list.yml: expected one object, received something else",
    ],
    ["-o CREATE --object broken.yml", "Cannot parse object file broken.yml: "],
    ["-o CREATE --object slashes.yml", 'Cannot use object file slashes.yml: "a/b/c" is no apiVersion'],
    [
      "-o CREATE --object number.yml",
      "Cannot use object file number.yml: metadata.name: expected string, received 1",
    ],
    [
      "-o UPDATE --object pod.yml --old-object namespace.yml",
      "UPDATE operation requires two states of one object: the kind was 'Namespace', and is 'Pod'",
    ],
  ])("kwctl-and-oci 32, 44: `%s` fails", async (line, message) => {
    const { code, stdout, stderr } = await scaffold(line);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`Error: ${message}`);
  });
});
