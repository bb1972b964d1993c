import type { Container } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const lists = ["containers", "initContainers", "ephemeralContainers"] as const;
const digest = `sha256:${"1".repeat(64)}`;
const having = (...images: unknown[]): Container[] =>
  JSON.parse(JSON.stringify(images.map((image, index) => ({ name: `c${index}`, image }))));
const refused = (problems: string) => ({
  accepted: false,
  message: `not allowed, reported errors: ${problems}`,
});
const trusting = { registries: { allow: ["registry.test"] } };

describe.each(bothWays("trusted-repos", policy))("trusted-repos %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each<[object, string[], string[]]>([
    [
      { registries: { allow: ["registry.test"] } },
      ["registry.test/a", "Registry.Test/a:1"],
      ["registry.test:5000/a"],
    ],
    [{ registries: { allow: ["docker.io"] } }, ["nginx", "a/b", "index.docker.io/a/b"], ["docker.io.test/a"]],
    [
      { registries: { allow: ["*.example", "a.t?st"] } },
      ["x.example/a", "a.test/b"],
      ["example/a", "a.tst/b"],
    ],
    [
      { registries: { reject: ["evil.example", "localhost:*"] } },
      ["localhost/a", "nginx"],
      ["evil.example/a"],
    ],
    [{ tags: { reject: ["latest", "*-rc*"] } }, ["a:1", `a@${digest}`], ["a", "a:latest", "a:1-rc2"]],
    [
      { images: { allow: ["nginx"] } },
      ["nginx", "docker.io/library/nginx:1", `nginx@${digest}`],
      ["a/nginx"],
    ],
    [{ images: { allow: ["docker.io/library/nginx:1"] } }, ["nginx:1"], ["nginx", `nginx:1@${digest}`]],
    [{ images: { allow: [`nginx@${digest}`] } }, [`nginx@${digest}`], ["nginx:1"]],
    [
      { images: { allow: ["r.test/shop/*", "ghcr.io/a/b:v1.*"] } },
      ["r.test/shop/a:1", "ghcr.io/a/b:v1.2"],
      ["r.test/a", "ghcr.io/a/b:v2"],
    ],
    [{ images: { allow: ["shop/*"] } }, ["r.test/shop/a:1"], ["r.test/b/shop"]],
    [{ images: { allow: ["GHCR.IO/a/b"] } }, ["ghcr.io/a/b:1", "GHCR.io/a/b"], ["ghcr.io/a/c"]],
    [
      { images: { reject: ["quay.io/a/db:9"] } },
      ["quay.io/a/db:8", "quay.io/a/db"],
      ["quay.io/a/db:9", `quay.io/a/db:9@${digest}`],
    ],
    [{ images: { reject: [`nginx@${digest}`] } }, ["nginx"], [`nginx@${digest}`, `nginx:1@${digest}`]],
    [{ images: { reject: ["*:latest"] } }, ["a:1", `a@${digest}`], ["a", "a:latest", `a:latest@${digest}`]],
    [{}, ["a", "b:latest", "!!!"], []],
  ])("policies-and-sdk 29: with %j", async (settings, allowed, notAllowed) => {
    for (const image of allowed) {
      expect(await runner.run({ object: pod({ containers: having(image) }), settings }), image).toEqual({
        accepted: true,
      });
    }
    for (const image of notAllowed) {
      const outcome = await runner.run({ object: pod({ containers: having(image) }), settings });
      expect(outcome.message, image).toMatch(
        /^not allowed, reported errors: (registries|tags|images) not allowed: /,
      );
    }
  });

  it("policies-and-sdk 22, 29: all problems are said, sorted, each once", async () => {
    const settings = { ...trusting, tags: { reject: ["latest"] }, images: { reject: ["*/b"] } };
    const images = ["worse.example/b:1", "evil.example/b", "evil.example/b", "registry.test/a"];
    expect(await runner.run({ object: pod({ containers: having(...images) }), settings })).toEqual(
      refused(
        "registries not allowed: evil.example, worse.example; tags not allowed: latest; images not allowed: evil.example/b, worse.example/b:1",
      ),
    );
  });

  describe.each(workloadKinds)("policies-and-sdk 18: in a %s", (kind) => {
    it.each(lists)("policies-and-sdk 19, 29: %s are looked at, beside ones without image", async (list) => {
      const object = workload(kind, { containers: [], [list]: having(undefined, "", "evil.example/a:1") });
      expect(await runner.run({ object, settings: trusting })).toEqual(
        refused("registries not allowed: evil.example"),
      );
    });

    it("trusted ones are accepted, as is a missing pod spec", async () => {
      const object = workload(kind, { containers: having("registry.test/a"), initContainers: null });
      expect(await runner.run({ object, settings: trusting })).toEqual({ accepted: true });
      expect(await runner.run({ object: workload(kind), settings: trusting })).toEqual({ accepted: true });
    });
  });

  it.each(["!!!", "https://registry.test/a", "registry.test/A", "registry.test/a:b c", "nginx@sha256:1"])(
    "policies-and-sdk 29: %s, which is no image reference, is rejected",
    async (image) => {
      const object = pod({ containers: having("registry.test/a", image) });
      expect(await runner.run({ object, settings: trusting })).toEqual(
        refused(`images not allowed: ${image}`),
      );
    },
  );

  it("policies-and-sdk 19: a request for pods/ephemeralcontainers is checked", async () => {
    const containers = having("registry.test/a");
    const oldObject = pod({ containers });
    const object = pod({ containers, ephemeralContainers: having("evil.example/a:1") });
    const outcome = await runner.run({
      object,
      oldObject,
      subResource: "ephemeralcontainers",
      settings: trusting,
    });
    expect(outcome).toEqual(refused("registries not allowed: evil.example"));
  });

  it.each([
    ["another kind", { object: { apiVersion: "v1", kind: "Service" } }],
    [
      "policies-and-sdk 20: DELETE",
      { object: null, oldObject: pod({ containers: having("evil.example/a") }) },
    ],
  ])("accepts %s", async (_row, options) => {
    expect(await runner.run({ ...options, settings: trusting })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 21: an UPDATE that only removes a finalizer is judged as any other", async () => {
    const object = pod({ containers: having("evil.example/a") });
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    expect(await runner.run({ object, oldObject, settings: trusting })).toMatchObject({ accepted: false });
  });

  it.each([
    ["containers", { containers: {} }, "containers: expected array, got object"],
    ["a container", { initContainers: [null] }, "initContainers[0]: expected object, got null"],
    [
      "an image",
      { ephemeralContainers: having("a", 5) },
      "ephemeralContainers[1].image: expected string, got number",
    ],
  ])("rejects %s of another type", async (_row, spec, message) => {
    const object = { ...pod({}), spec: JSON.parse(JSON.stringify(spec)) };
    expect(await runner.run({ object, settings: trusting })).toEqual({ accepted: false, code: 400, message });
  });

  it.each<[unknown, string]>([
    [
      { registries: { allow: ["a"], reject: ["b"] } },
      "only one of registries allow or reject can be provided",
    ],
    [
      {
        registries: { allow: ["a"], reject: ["b"] },
        images: { allow: ["a"], reject: ["b"] },
        tags: { reject: ["z z", "ok", "*", "bad tag"] },
      },
      'only one of registries allow or reject can be provided, only one of images allow or reject can be provided, tags ["bad tag", "z z"] are invalid, they must be valid OCI tags or wildcard patterns',
    ],
    [{ tags: { reject: [""] } }, 'tags [""] are invalid, they must be valid OCI tags or wildcard patterns'],
    [{ images: { allow: ["not an image"] } }, 'image "not an image" is invalid: invalid reference format'],
    [{ images: { reject: [""] } }, 'image "" is invalid: repository name must have at least one component'],
    [{ registries: ["a"] }, "registries: expected object, got array"],
    [{ registries: { allow: null } }, "registries.allow: expected array, got null"],
    [{ tags: { reject: [1] } }, "tags.reject.0: expected string, got number"],
  ])("policies-and-sdk 9, 29: settings %j are refused", async (bad, message) => {
    expect(await runner.validateSettings(bad)).toEqual({ valid: false, message });
  });

  it.each([null, {}, { tags: { allow: ["x"] }, more: 1 }, { images: { allow: ["*/*"], reject: [] } }])(
    "settings %j are taken",
    async (taken) => {
      expect(await runner.validateSettings(taken)).toEqual({ valid: true });
    },
  );
});

it("passes over no image that is not trusted, whatever else is spoiled", () => {
  const containers = having("registry.test/a");
  const object = pod({ containers, initContainers: having("registry.test/a", "evil.example/a") });
  const path = ["spec", "initContainers", 1, "image"];
  expectNothingPassedOver(policy, {
    object,
    settings: trusting,
    violations: [{ path, isHarmless: () => false }],
  });
});
