import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@kubewarden-ts/base";
import { createFakeApiServer } from "@kubewarden-ts/kube/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterKinds } from "./cluster-kinds.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cluster-kinds-"));
});
afterAll(() => rm(folder, { recursive: true }));

const deps = { userAgent: "kwctl/test", log: silentLogger };

describe("clusterKinds", () => {
  it("kwctl-and-oci 32: asks the cluster of the kubeconfig, by name", async () => {
    await using server = await createFakeApiServer();
    const path = join(folder, "kubeconfig");
    const kubeconfig = {
      clusters: [{ name: "c", cluster: { server: server.url } }],
      users: [{ name: "u", user: { token: "t" } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    };
    await writeFile(path, JSON.stringify(kubeconfig));
    const { resources } = await clusterKinds({ env: { KUBECONFIG: path }, ...deps });
    expect(resources.map(({ kind }) => kind)).toContain("Deployment");
    const { "user-agent": userAgent, authorization } = server.requests[0]?.headers ?? {};
    expect({ userAgent, authorization }).toEqual({ userAgent: "kwctl/test", authorization: "Bearer t" });
  });

  it("kwctl-and-oci 32: fails where no cluster is configured", async () => {
    await expect(clusterKinds({ env: { HOME: folder }, ...deps })).rejects.toMatchObject({
      code: "KUBE_CONFIG_INVALID",
    });
  });
});
