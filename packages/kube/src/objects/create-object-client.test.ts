import { type ConfigMap, configMaps, leases, validatingWebhookConfigurations } from "@kubewarden-ts/api/core";
import { clusterAdmissionPolicies } from "@kubewarden-ts/api/policies";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KubeClient } from "../client/kube-client.ts";
import { KubeError } from "../errors.ts";
import { controllerKinds, statusAnswer } from "../testing/index.ts";
import { setUpFake } from "../testing/set-up.ts";
import { createObjectClient } from "./create-object-client.ts";

const name = { namespace: "web", name: "a" };
const configMap: ConfigMap = { apiVersion: "v1", kind: "ConfigMap", metadata: name };

async function setUp() {
  const fake = await setUpFake({ server: { kinds: controllerKinds } });
  return { ...fake, objects: createObjectClient(fake.client) };
}

describe("createObjectClient", () => {
  it("lists all pages, with apiVersion and kind", async () => {
    await using fake = await setUp();
    for (let index = 0; index < 501; index++) {
      fake.server.put({ ...configMap, metadata: { namespace: "web", name: `c-${index}` } });
    }
    const found = await fake.objects.list(configMaps, { namespace: "web" });
    expect(found).toHaveLength(501);
    expect(found[0]).toMatchObject({ apiVersion: "v1", kind: "ConfigMap" });
    expect(fake.server.requests).toHaveLength(2);
  });

  it("lists by selectors", async () => {
    await using fake = await setUp();
    fake.server.put({ ...configMap, metadata: { ...name, labels: { a: "b" } } });
    fake.server.put({ ...configMap, metadata: { ...name, name: "other" } });
    const selected = await fake.objects.list(configMaps, { labelSelector: "a=b" });
    expect(selected.map(({ metadata }) => metadata.name)).toEqual(["a"]);
  });

  it("controller 6: numbers come and go as they are", async () => {
    await using fake = await setUp();
    const policy = { apiVersion: "policies.kubewarden.io/v1", kind: "ClusterAdmissionPolicy" };
    const spec = { module: "registry://m", mutating: false, rules: [], settings: { big: 1, one: 2 } };
    fake.server.put({ ...policy, metadata: { name: "p" }, spec }, (json) =>
      json.replace('"big":1', '"big":9007199254740993').replace('"one":2', '"one":1.0'),
    );
    const read = await fake.objects.get(clusterAdmissionPolicies, { name: "p" });
    expect(JSON.stringify(read?.spec)).toContain('{"big":9007199254740993,"one":1.0}');
    await fake.objects.replace(clusterAdmissionPolicies, read!);
    expect(fake.server.requests.at(-1)?.body).toContain('{"big":9007199254740993,"one":1.0}');
  });

  it("a namespaced object needs its namespace", async () => {
    await using fake = await setUp();
    const homeless = { ...configMap, metadata: { name: "a" } };
    await expect(fake.objects.create(configMaps, homeless)).rejects.toMatchObject({
      code: "KUBE_SCOPE_MISMATCH",
    });
    await expect(fake.objects.get(configMaps, { name: "a" })).rejects.toMatchObject({
      code: "KUBE_SCOPE_MISMATCH",
    });
  });

  it("sends what a write asks for", async () => {
    await using fake = await setUp();
    fake.server.put(configMap);
    await fake.objects.mergePatch(configMaps, name, { data: { a: "b" } }, { dryRun: true });
    await fake.objects.apply(configMaps, { metadata: name }, { fieldManager: "me", force: true });
    await fake.objects.delete(configMaps, name, {
      resourceVersion: fake.server.stored(configMaps)[0]!.metadata["resourceVersion"] as string,
    });
    const sent = fake.server.requests.map(({ method, query, headers, body }) => [
      ...[method, String(query), headers["content-type"], JSON.parse(body)],
    ]);
    expect(sent).toEqual([
      ["PATCH", "dryRun=All", "application/merge-patch+json", { data: { a: "b" } }],
      [
        ...["PATCH", "fieldManager=me&force=true", "application/apply-patch+yaml"],
        { apiVersion: "v1", kind: "ConfigMap", metadata: name },
      ],
      ["DELETE", "", "application/json", expect.objectContaining({ propagationPolicy: "Background" })],
    ]);
  });

  const writes = [
    ["POST", (objects) => objects.create(configMaps, configMap)],
    ["PUT", (objects) => objects.replace(configMaps, configMap)],
    ["PATCH", (objects) => objects.mergePatch(configMaps, name, {})],
    ["DELETE", (objects) => objects.delete(configMaps, name)],
  ] as const satisfies [string, (objects: ReturnType<typeof createObjectClient>) => Promise<unknown>][];

  describe.each(writes)("%s", (method, write) => {
    it.each([
      [409, "Conflict", "KUBE_CONFLICT"],
      [410, "Expired", "KUBE_GONE"],
      [403, "Forbidden", "KUBE_FORBIDDEN"],
      [422, "Invalid", "KUBE_REFUSED"],
      [500, "InternalError", "KUBE_UNAVAILABLE"],
    ])("tells a refusal with status %i", async (status, reason, code) => {
      await using fake = await setUp();
      fake.server.put(configMap);
      fake.server.answer({ method }, statusAnswer(status, reason, "because"));
      await expect(write(fake.objects)).rejects.toMatchObject({ code, status, reason, message: "because" });
      expect(fake.server.count({ method })).toBe(1);
    });

    it("waits when the API server asks to, unless it might happen twice", async () => {
      await using fake = await setUp();
      fake.server.put(configMap);
      const busy = { status: 429, headers: { "retry-after": "0" }, body: "busy" };
      fake.server.answer({ method }, busy);
      const written = write(fake.objects);
      if (method === "POST") await expect(written).rejects.toMatchObject({ code: "KUBE_THROTTLED" });
      else await written;
      expect(fake.server.count({ method })).toBe(method === "POST" ? 1 : 2);
    });

    it("ends when its caller does", async () => {
      await using fake = await setUp();
      fake.server.answer({ method }, "hang");
      const caller = new AbortController();
      const slow = createObjectClient({
        ...fake.client,
        request: (path, request) => fake.client.request(path, { ...request, signal: caller.signal }),
      });
      const written = write(slow);
      await fake.server.until(() => fake.server.count({ method }) === 1);
      caller.abort();
      await expect(written).rejects.toMatchObject({ code: "KUBE_ABORTED" });
    });
  });

  it("an API server that is not there is unavailable", async () => {
    const fake = await setUp();
    await fake.server[Symbol.asyncDispose]();
    for (const [, write] of writes) {
      await expect(write(fake.objects)).rejects.toMatchObject({ code: "KUBE_UNAVAILABLE" });
    }
    await fake[Symbol.asyncDispose]().catch(() => {});
  });

  it.each([
    ["another name", { metadata: { name: "b" } }, "it is not the one that was asked for"],
    ["another kind", { kind: "Secret", metadata: { name: "a" } }, "it is a v1 Secret"],
    ["a Status", { kind: "Status", status: "Failure" }, "metadata"],
    ["a field of another type", { metadata: { name: "a" }, data: { a: 1 } }, "data.a"],
    ["a page", "<html>", "it is not JSON"],
  ])("refuses %s", async (_row, body, text) => {
    await using fake = await setUp();
    fake.server.answer({ method: "GET" }, { status: 200, body });
    await expect(fake.objects.get(configMaps, name)).rejects.toMatchObject({
      code: "KUBE_ANSWER_INVALID",
      message: expect.stringContaining(text),
    });
  });

  it("whatever comes is the object that was asked for, or an error", async () => {
    const pieces = [
      '{"metadata":',
      '{"name":"a"',
      '"spec":',
      "{}",
      "}",
      ",",
      "null",
      "[",
      "9".repeat(20),
      "1.0",
    ];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join(""));
    const json = fc.dictionary(
      fc.constantFrom("metadata", "kind", "webhooks", "spec", "__proto__"),
      fc.oneof(fc.jsonValue(), fc.constant({ name: "a" })),
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc
        .oneof(
          text,
          json.map((value) => JSON.stringify(value)),
        )
        .map((any) => new TextEncoder().encode(any)),
    );
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.constantFrom(configMaps, leases, validatingWebhookConfigurations),
        async (body, type) => {
          const answer = async () => ({ status: 200, body });
          const objects = createObjectClient({ get: answer, request: answer } as unknown as KubeClient);
          await objects.get(type, name).then(
            (found) => expect(found).toMatchObject({ kind: type.kind, metadata: { name: "a" } }),
            (error) => expect(error).toBeInstanceOf(KubeError),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });
});
