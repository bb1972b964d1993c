import type { Container, KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const volume = (path: string, name = "v") => ({ name, hostPath: { path } });
const mounting = (name = "v", readOnly?: boolean): Container => ({
  name: "c",
  volumeMounts: [{ name, mountPath: "/m", readOnly }],
});
const notAllowed = (path: string, name = "v") =>
  `hostPath '${path}' mounted as '${name}' is not in the AllowedHostPaths list`;
const shouldBe = (path: string, readOnly: boolean, name = "v") =>
  `hostPath '${path}' mounted as '${name}' should be readOnly '${readOnly}'`;
const allowing = (...paths: [string, boolean][]) => ({
  allowedHostPaths: paths.map(([pathPrefix, readOnly]) => ({ pathPrefix, readOnly })),
});
const settings = allowing(["/srv", true]);
const lists = ["initContainers", "containers", "ephemeralContainers"] as const;

describe.each(bothWays("hostpaths-psp", policy))("hostpaths-psp %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  describe.each(workloadKinds)("policies-and-sdk 18: in a %s", (kind) => {
    it.each(lists)("policies-and-sdk 28: mounts of %s are checked", async (list) => {
      const volumes = [volume("/etc"), volume("/srv/a", "w")];
      const object = workload(kind, { volumes, [list]: [mounting("v", true), mounting("w", true)] });
      expect(await runner.run({ object, settings })).toEqual({
        accepted: false,
        message: notAllowed("/etc"),
      });
    });

    it("policies-and-sdk 28: an allowed mount and an unmounted volume are accepted", async () => {
      const volumes = [volume("/etc"), volume("/srv/a", "w"), { name: "x", emptyDir: {} }];
      const containers = [mounting("w", true), mounting("x")];
      const object = workload(kind, { volumes, containers });
      expect(await runner.run({ object, settings })).toEqual({ accepted: true });
    });

    it("policies-and-sdk 18: a missing pod spec is accepted", async () => {
      expect(await runner.run({ object: workload(kind), settings })).toEqual({ accepted: true });
    });
  });

  it.each<[string, boolean, [string, boolean][], string | undefined]>([
    ["/foo", false, [["/foo", false]], undefined],
    ["/foo/bar", false, [["/foo", false]], undefined],
    ["/foo/", false, [["/foo", false]], undefined],
    ["/foo", false, [["/foo/", false]], undefined],
    ["/foobar", false, [["/foo", false]], notAllowed("/foobar")],
    ["/FOO", false, [["/foo", false]], notAllowed("/FOO")],
    ["/", false, [["/foo", false]], notAllowed("/")],
    ["/foo", false, [["/", false]], undefined],
    ["foo", false, [["/", false]], notAllowed("foo")],
    ["/foo", false, [["/foo", true]], shouldBe("/foo", true)],
    ["/foo", true, [["/foo", false]], shouldBe("/foo", false)],
    [
      "/a/b/c",
      false,
      [
        ["/a", true],
        ["/a/b", false],
      ],
      undefined,
    ],
    [
      "/a/b/c",
      false,
      [
        ["/a/b", false],
        ["/a", true],
      ],
      undefined,
    ],
    [
      "/a/b/c",
      true,
      [
        ["/a", true],
        ["/a/b", false],
      ],
      shouldBe("/a/b/c", false),
    ],
    [
      "/a/c",
      false,
      [
        ["/a", true],
        ["/a/b", false],
      ],
      shouldBe("/a/c", true),
    ],
    [
      "/a",
      false,
      [
        ["/a", true],
        ["/a", false],
      ],
      undefined,
    ],
    [
      "/a",
      true,
      [
        ["/a", true],
        ["/a", false],
      ],
      shouldBe("/a", false),
    ],
    [
      "/a/b",
      false,
      [
        ["/a", true],
        ["/a/b", true],
      ],
      `${shouldBe("/a/b", true)}\n${shouldBe("/a/b", true)}`,
    ],
    ["/a/..", false, [["/a", false]], notAllowed("/a/..")],
    ["/a/../etc", false, [["/a", false]], notAllowed("/a/../etc")],
    [
      "/a//b",
      false,
      [
        ["/a", false],
        ["/a/b", true],
      ],
      shouldBe("/a//b", true),
    ],
    [
      "/a/./b",
      false,
      [
        ["/a", false],
        ["/a/b", true],
      ],
      shouldBe("/a/./b", true),
    ],
    ["", false, [["/a", false]], notAllowed("")],
  ])("policies-and-sdk 28: %s mounted with readOnly %s under %j", async (path, readOnly, paths, message) => {
    const object = pod({ volumes: [volume(path)], containers: [mounting("v", readOnly)] });
    const outcome = await runner.run({ object, settings: allowing(...paths) });
    expect(outcome).toEqual(message === undefined ? { accepted: true } : { accepted: false, message });
  });

  it("policies-and-sdk 22, 28: each mount has its line: init, other and ephemeral containers", async () => {
    const object = pod({
      volumes: [volume("/a", "a"), volume("/b", "b"), volume("/srv", "c")],
      ephemeralContainers: [mounting("a")],
      containers: [mounting("b"), mounting("c")],
      initContainers: [mounting("a")],
    });
    const lines = [
      notAllowed("/a", "a"),
      notAllowed("/b", "b"),
      shouldBe("/srv", true, "c"),
      notAllowed("/a", "a"),
    ];
    expect(await runner.run({ object, settings })).toEqual({ accepted: false, message: lines.join("\n") });
  });

  it.each([{}, { allowedHostPaths: [] }, { allowedHostPaths: null }])(
    "policies-and-sdk 28: settings %j accept everything",
    async (empty) => {
      const object = pod({ volumes: [volume("/etc")], containers: [mounting()] });
      expect(await runner.run({ object, settings: empty })).toEqual({ accepted: true });
    },
  );

  it("policies-and-sdk 19: a request for pods/ephemeralcontainers is checked", async () => {
    const oldObject = pod({ volumes: [volume("/etc")] });
    const object = pod({ volumes: [volume("/etc")], ephemeralContainers: [mounting()] });
    const outcome = await runner.run({ object, oldObject, subResource: "ephemeralcontainers", settings });
    expect(outcome).toEqual({ accepted: false, message: notAllowed("/etc") });
  });

  it("policies-and-sdk 20: DELETE, which has no object, is accepted", async () => {
    const oldObject = pod({ volumes: [volume("/etc")], containers: [mounting()] });
    expect(await runner.run({ object: null, oldObject, settings })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 21: an UPDATE that only removes a finalizer is rejected all the same", async () => {
    const object = pod({ volumes: [volume("/etc")], containers: [mounting()] });
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    const outcome = await runner.run({ object, oldObject, settings });
    expect(outcome).toEqual({ accepted: false, message: notAllowed("/etc") });
  });

  it.each<[string, KubernetesObject]>([
    [
      "object should be one of these kinds: Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job, CronJob, Pod",
      { apiVersion: "v1", kind: "Service" },
    ],
    ["containers: expected array, got string", { ...pod({}), spec: { containers: "none" } }],
    ["volumes[0]: expected object, got null", { ...pod({}), spec: { volumes: [null] } }],
    [
      "volumes[0].hostPath: expected object, got string",
      { ...pod({}), spec: { volumes: [{ hostPath: "/" }] } },
    ],
    [
      "volumes[0].hostPath.path: expected string, got number",
      { ...pod({}), spec: { volumes: [{ hostPath: { path: 1 } }] } },
    ],
    [
      "containers[0].volumeMounts[0].readOnly: expected boolean, got string",
      { ...pod({}), spec: { containers: [{ volumeMounts: [{ name: "v", readOnly: "true" }] }] } },
    ],
  ])("rejects what cannot be read: %s", async (message, object) => {
    expect(await runner.run({ object, settings })).toEqual({ accepted: false, code: 400, message });
  });

  it.each([
    [null, { valid: true }],
    [{ ...settings, other: 1 }, { valid: true }],
    [
      { allowedHostPaths: [{ readOnly: true }, { pathPrefix: "/a" }, {}] },
      {
        valid: false,
        message:
          "pathPrefix key is missing; readOnly key for pathPrefix '/a' is missing; pathPrefix key is missing",
      },
    ],
    [
      { allowedHostPaths: [{ pathPrefix: 1, readOnly: "yes" }] },
      {
        valid: false,
        message:
          "allowedHostPaths.0.pathPrefix: expected string, got number; allowedHostPaths.0.readOnly: expected boolean, got string",
      },
    ],
    [{ allowedHostPaths: "/srv" }, { valid: false, message: "allowedHostPaths: expected array, got string" }],
  ])("policies-and-sdk 9, 28: settings %j", async (value, expected) => {
    expect(await runner.validateSettings(value)).toEqual(expected);
  });
});

it.each(lists)("policies-and-sdk 28: passes over no mount of %s", (list) => {
  const isOther = (value: unknown) => typeof value === "string" && value !== "v";
  expectNothingPassedOver(policy, {
    object: pod({ volumes: [volume("/etc")], [list]: [mounting("v", false)] }),
    settings,
    violations: [
      { path: ["spec", "volumes", 0, "hostPath"], isHarmless: () => false },
      { path: ["spec", "volumes", 0, "name"], isHarmless: isOther },
      { path: ["spec", list, 0, "volumeMounts", 0, "name"], isHarmless: isOther },
    ],
  });
});
