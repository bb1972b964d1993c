import { staticAccess } from "@kubewarden-ts/kube/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { testPolicy } from "../../packages/host-capabilities/fixtures/host.ts";
import { standingClock } from "../support/clocks.ts";
import { connectHost } from "../support/connected-host.ts";
import { requires } from "../support/requirements.ts";
import { type ControlPlane, controlPlane } from "./control-plane.ts";

const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
/** How long it counts that a kind is unknown, or that a list was refused. */
const failureKeptMs = 10_000;

describe.skipIf(requires("kubernetes").skip)("a custom resource", () => {
  const clock = standingClock();
  let plane: ControlPlane;
  let namespace: string;
  let host: ReturnType<typeof connectHost>;
  beforeAll(async () => {
    plane = await controlPlane();
    namespace = await plane.createNamespace();
    const { url, adminToken: token, ca } = plane;
    host = connectHost({ access: staticAccess(url, { token, tls: { ca } }), clock });
  });
  afterAll(() => host?.[Symbol.asyncDispose]());

  const eventually = (condition: () => Promise<unknown>) => vi.waitFor(condition, 10_000);

  async function install(group: string, plural: string, scope: "Namespaced" | "Cluster"): Promise<void> {
    const openAPIV3Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
    await plane.admin.create(crds, {
      metadata: { name: `${plural}.${group}` },
      spec: {
        ...{ group, scope, names: { kind: "Widget", plural } },
        versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }],
      },
    });
    clock.nowMs += failureKeptMs;
  }

  async function uninstall(group: string, plural: string): Promise<void> {
    const path = `${crds}/${plural}.${group}`;
    await plane.admin.delete(path);
    await eventually(async () => expect((await plane.admin.request(path)).status).toBe(404));
    clock.nowMs += failureKeptMs;
  }

  it("policy-runtime 42: is found wherever it is installed, without a restart", async () => {
    const group = `${namespace}.example.test`;
    const apiVersion = `${group}/v1`;
    const widgets = { api_version: apiVersion, kind: "Widget" };
    const { ask } = testPolicy({
      contextAwareResources: [{ apiVersion, kind: "Widget" }],
      serve: host.serve,
    });
    const list = () => ask("kubernetes/list_resources_all", widgets);
    const get = (more: object) =>
      ask("kubernetes/get_resource", { ...widgets, name: "w", disable_cache: true, ...more });
    const create = (folder: string, size: number) =>
      plane.admin.create(`/apis/${apiVersion}/${folder}`, {
        ...{ apiVersion, kind: "Widget", metadata: { name: "w" }, size },
      });
    const failed = (text: string) => ({ error: expect.stringContaining(text) });
    const listed = (...items: object[]) => ({ answer: { kind: "WidgetList", items } });

    expect(await list()).toMatchObject(failed(`error finding resource ${apiVersion} / Widget`));

    await install(group, "widgets", "Namespaced");
    await eventually(() => create(`namespaces/${namespace}/widgets`, 1));
    await eventually(async () =>
      expect(await list()).toMatchObject(listed({ metadata: { namespace, name: "w" }, size: 1 })),
    );
    expect(await get({ namespace })).toMatchObject({ answer: { kind: "Widget", size: 1 } });
    expect(await get({})).toMatchObject(failed("is namespaced, but no namespace was provided"));

    await uninstall(group, "widgets");
    await eventually(async () => expect(await list()).toHaveProperty("error"));
    expect(await get({ namespace })).toHaveProperty("error");

    await install(group, "gadgets", "Cluster");
    await eventually(() => create("gadgets", 2));
    await eventually(async () => {
      expect(await list()).toMatchObject(listed({ metadata: { name: "w" }, size: 2 }));
    });
    expect(await get({})).toMatchObject({ answer: { kind: "Widget", size: 2 } });
    expect(await ask("kubernetes/list_resources_by_namespace", { ...widgets, namespace })).toMatchObject(
      failed("is cluster wide. Cannot search for it inside of a namespace"),
    );
    await uninstall(group, "gadgets");
  });
});
