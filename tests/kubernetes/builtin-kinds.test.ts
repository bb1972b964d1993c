import { builtinKind, isNamespacedResource } from "@kubewarden-ts/api";
import { silentLogger } from "@kubewarden-ts/base";
import { createKubeClient, listServedKinds } from "@kubewarden-ts/kube";
import { staticAccess } from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import { requires } from "../support/requirements.ts";
import { controlPlane } from "./control-plane.ts";

/** Groups of Kubernetes itself: those of custom resources have names of other people's. */
function isOfKubernetes(group: string): boolean {
  return !group.includes(".") || group.endsWith(".k8s.io");
}

describe.skipIf(requires("kubernetes").skip)("the table of Kubernetes' own kinds", () => {
  it("kwctl-and-oci 32: agrees with what an API server serves", async () => {
    const { url, adminToken: token, ca } = await controlPlane();
    const access = staticAccess(url, { token, tls: { ca } });
    await using client = createKubeClient(access, { log: silentLogger, userAgent: "kubewarden-ts-test" });
    const { resources, failures } = await listServedKinds(client);
    const own = resources.filter(({ group }) => isOfKubernetes(group));
    expect(failures).toEqual([]);
    expect(own.length).toBeGreaterThan(50);
    const known = own.map(({ group, kind, plural }) => ({
      ...{ group, kind, ...builtinKind(group, kind) },
      alsoByName: isNamespacedResource(group, plural),
    }));
    expect(known).toEqual(
      own.map(({ group, kind, plural, namespaced }) => ({
        ...{ group, kind, plural, namespaced, alsoByName: namespaced },
      })),
    );
  });
});
