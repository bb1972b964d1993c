import { describe, expect, it } from "vitest";
import { syntheticReview } from "./review-body.ts";
import { pod, pods } from "./testing/questions.ts";

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe("audit-and-reports 8: the request about an object", () => {
  it("is the one that the API server would send", () => {
    const object = pod("web");
    expect(JSON.parse(text(syntheticReview(object, "CREATE").body()))).toEqual({
      request: {
        uid: "uid-of-web",
        kind: { group: "", version: "v1", kind: "Pod" },
        resource: { group: "", version: "v1", resource: "pods" },
        requestKind: { group: "", version: "v1", kind: "Pod" },
        requestResource: { group: "", version: "v1", resource: "pods" },
        name: "web",
        namespace: "default",
        operation: "CREATE",
        userInfo: {},
        object: JSON.parse(text(object.bytes)),
        oldObject: null,
        options: null,
      },
    });
  });

  it("has the object's bytes as they are stored", () => {
    const stored = '{ "apiVersion":"v1","kind":"Pod","n":9007199254740993,"f":1.0,"s":"\\u00e9é" }';
    const { body, batchBody } = syntheticReview(pod("web", { bytes: Buffer.from(stored) }), "CREATE");
    expect(text(body())).toContain(`"object":${stored},"oldObject":null`);
    expect(text(batchBody(["a"]))).toContain(`"object":${stored},"oldObject":null`);
  });

  const cluster = { namespaced: false };
  it.each([
    ["a Namespace is in itself", { kind: "Namespace", plural: "namespaces", ...cluster }, "web"],
    ["other objects of the cluster are in none", { kind: "Node", plural: "nodes", ...cluster }, undefined],
    [
      "somebody else's Namespace is in none",
      { group: "a.test", kind: "Namespace", plural: "namespaces", ...cluster },
      undefined,
    ],
  ])("%s", (_row, resource, namespace) => {
    const { namespace: _, ...object } = pod("web", { resource: { ...pods, ...resource } });
    const { request } = JSON.parse(text(syntheticReview(object, "CREATE").body()));
    expect(request.namespace).toBe(namespace);
    expect("namespace" in request).toBe(namespace !== undefined);
  });

  it("an UPDATE changes nothing", () => {
    const { request } = JSON.parse(text(syntheticReview(pod(), "UPDATE").body()));
    expect(request.operation).toBe("UPDATE");
    expect(request.oldObject).toEqual(request.object);
  });

  it("for several policies has their ids besides", () => {
    const { body, batchBody } = syntheticReview(pod(), "CREATE");
    const ids = ["clusterwide-a", "namespaced-n-b"];
    const { request } = JSON.parse(text(body()));
    expect(JSON.parse(text(batchBody(ids)))).toEqual({ policies: ids, request });
  });
});
