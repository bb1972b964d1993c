import { describe, expect, it } from "vitest";
import { type ApiResource, collectionPath, groupVersionPath, objectPath } from "./api-resource.ts";

const deployments: ApiResource = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  group: "apps",
  version: "v1",
  plural: "deployments",
  namespaced: true,
};
const nodes: ApiResource = {
  apiVersion: "v1",
  kind: "Node",
  group: "",
  version: "v1",
  plural: "nodes",
  namespaced: false,
};

describe("paths", () => {
  it.each([
    ["all of a namespaced kind", collectionPath(deployments), "/apis/apps/v1/deployments"],
    ["those of a namespace", collectionPath(deployments, "web"), "/apis/apps/v1/namespaces/web/deployments"],
    ["a cluster-wide kind", collectionPath(nodes), "/api/v1/nodes"],
    ["an object", objectPath(deployments, "a", "web"), "/apis/apps/v1/namespaces/web/deployments/a"],
    ["a cluster-wide object", objectPath(nodes, "a"), "/api/v1/nodes/a"],
    ["a cluster-wide object in a namespace", objectPath(nodes, "a", "web"), "/api/v1/nodes/a"],
    [
      "a name with signs",
      objectPath(nodes, "system:a b?c#d&é"),
      "/api/v1/nodes/system%3Aa%20b%3Fc%23d%26%C3%A9",
    ],
    ["a group and version", groupVersionPath("apps/v1"), "/apis/apps/v1"],
    ["the core group", groupVersionPath("v1"), "/api/v1"],
  ])("lead to %s", (_row, path, expected) => {
    expect(path).toBe(expected);
  });

  it.each(["", ".", "..", "a/b", "../secrets", "a%2fb", "\ud800"])(
    "never lead elsewhere by the name %j",
    (name) => {
      const invalid = expect.objectContaining({ code: "KUBE_NAME_INVALID" });
      expect(() => objectPath(nodes, name)).toThrow(invalid);
      expect(() => objectPath(deployments, "a", name)).toThrow(invalid);
      expect(() => collectionPath(deployments, name)).toThrow(invalid);
    },
  );

  it.each(["", "..", "a/../b", "a/b/c", "/v1", "apps/", "apps/%2e"])(
    "never lead elsewhere by the apiVersion %j",
    (apiVersion) => {
      expect(() => groupVersionPath(apiVersion)).toThrow(
        expect.objectContaining({ code: "KUBE_NAME_INVALID" }),
      );
    },
  );

  it("policy-runtime 35: need a namespace for a namespaced object", () => {
    expect(() => objectPath(deployments, "a")).toThrow(
      expect.objectContaining({
        code: "KUBE_SCOPE_MISMATCH",
        message: "Resource apps/v1/Deployment is namespaced, but no namespace was provided",
      }),
    );
  });

  it("policy-runtime 35: know no namespace of a cluster-wide kind", () => {
    expect(() => collectionPath(nodes, "web")).toThrow(
      expect.objectContaining({
        code: "KUBE_SCOPE_MISMATCH",
        message: "resource v1/Node is cluster wide. Cannot search for it inside of a namespace",
      }),
    );
  });
});
