import type { Container } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";
import { probeFields } from "./settings.ts";

const both = { liveness: { enforce: true }, readiness: { enforce: true } };
const bounded = (bounds: object) => ({
  liveness: { enforce: true, ...bounds },
  readiness: { enforce: false },
});
const probe = { httpGet: { path: "/", port: 80 } };
const probed = (name: string) => ({ name, livenessProbe: probe, readinessProbe: probe });
const without = (name: string, kind: string) => `container ${name} without ${kind} probe is not accepted`;
const refused = (message: string) => ({ accepted: false, message });
const unreadable = refused("Cannot parse validation request");

describe.each(bothWays("probes", policy))("probes %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each<[string, object, Container, string | undefined]>([
    ["both", both, probed("a"), undefined],
    ["no liveness probe", both, { name: "a", readinessProbe: probe }, without("a", "liveness")],
    ["no readiness probe", both, { name: "a", livenessProbe: probe }, without("a", "readiness")],
    ["a probe that is null", both, { ...probed("a"), livenessProbe: null }, without("a", "liveness")],
    ["a startup probe alone", both, { name: "a", startupProbe: probe }, without("a", "liveness")],
    ["no readiness probe where none is needed", bounded({}), { name: "a", livenessProbe: probe }, undefined],
    ["an empty probe without bounds", bounded({}), { name: "a", livenessProbe: {} }, undefined],
  ])("%s", async (_row, settings, container, problem) => {
    const expected =
      problem === undefined ? { accepted: true } : refused(`container a is invalid: ${problem}`);
    expect(await runner.run({ object: pod({ containers: [container] }), settings })).toEqual(expected);
  });

  it.each(probeFields)("bounds %s", async (field) => {
    const answers = [undefined, null, 0, 2, 3, 5, 6].map(async (value) => {
      const livenessProbe = { ...probe, ...(value === undefined ? {} : { [field]: value }) };
      const object = pod({ containers: [{ name: "a", livenessProbe }] });
      const { message } = await runner.run({
        object,
        settings: bounded({ [field]: { minimum: 3, limit: 5 } }),
      });
      return message?.replace(`container a is invalid: ${field} validation failed: `, "");
    });
    expect(await Promise.all(answers)).toEqual([
      "missing value",
      "missing value",
      "0 is below the minimum of 3",
      "2 is below the minimum of 3",
      undefined,
      undefined,
      "6 is above the limit of 5",
    ]);
  });

  it("policies-and-sdk 22: problems in the order of fields and containers", async () => {
    const settings = bounded({ timeoutSeconds: { limit: 1 }, periodSeconds: { limit: 1 } });
    const livenessProbe = { ...probe, timeoutSeconds: 2, periodSeconds: 2 };
    const sidecar = { name: "s", restartPolicy: "Always" };
    const containers = [{ name: "a", livenessProbe }, {}];
    const object = pod({ containers, initContainers: [sidecar] });
    expect(await runner.run({ object, settings })).toEqual(
      refused(
        "container a is invalid: periodSeconds validation failed: 2 is above the limit of 1; " +
          "container  is invalid: container  without liveness probe is not accepted; " +
          "init container s is invalid: container s without liveness probe is not accepted",
      ),
    );
  });

  it("policies-and-sdk 19: what cannot have probes needs none", async () => {
    const object = pod({
      containers: [probed("a")],
      initContainers: [{ name: "i" }, { ...probed("s"), restartPolicy: "Always" }],
      ephemeralContainers: [{ name: "e" }],
    });
    expect(await runner.run({ object, settings: both })).toEqual({ accepted: true });
  });

  it.each(workloadKinds)("policies-and-sdk 18: in a %s", async (kind) => {
    const bad = workload(kind, { containers: [{ name: "a" }] });
    const message = `container a is invalid: ${without("a", "liveness")}`;
    expect(await runner.run({ object: bad, settings: both })).toEqual(refused(message));
    const good = workload(kind, { containers: [probed("a")] });
    expect(await runner.run({ object: good, settings: both })).toEqual({ accepted: true });
    expect(await runner.run({ object: workload(kind), settings: both })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 21: refuses an UPDATE that only removes a finalizer", async () => {
    const object = pod({ containers: [{ name: "a" }] });
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    expect((await runner.run({ object, oldObject, settings: both })).accepted).toBe(false);
  });

  it.each<[string, object]>([
    ["another kind", { object: { apiVersion: "v1", kind: "Service" } }],
    ["policies-and-sdk 20: a DELETE", { object: null, oldObject: pod({}) }],
    ["a probe that is a text", { object: pod({ containers: [{ ...probed("a"), livenessProbe: "yes" }] }) }],
    ["a probe that is a list", { object: pod({ containers: [{ ...probed("a"), readinessProbe: [] }] }) }],
    [
      "a number that is a text",
      { object: pod({ containers: [{ ...probed("a"), livenessProbe: { periodSeconds: "5" } }] }) },
    ],
    [
      "a number that is none",
      { object: pod({ containers: [{ ...probed("a"), livenessProbe: { periodSeconds: 5.5 } }] }) },
    ],
    ["containers that are no list", { object: { ...pod({}), spec: { containers: {} } } }],
    ["a container that is null", { object: { ...pod({}), spec: { containers: [null] } } }],
  ])("cannot read %s", async (_row, options) => {
    expect(await runner.run({ ...options, settings: both })).toEqual(unreadable);
  });

  it.each<[unknown, string | undefined]>([
    [both, undefined],
    [{ ...both, unknown: 1 }, undefined],
    [bounded({ periodSeconds: null }), undefined],
    [bounded({ periodSeconds: { minimum: 1, maximum: 3 } }), undefined],
    [bounded({ terminationGracePeriodSeconds: { minimum: 4_294_967_296 } }), undefined],
    [null, "liveness: expected a value, got nothing; readiness: expected a value, got nothing"],
    [{ liveness: { enforce: true } }, "readiness: expected a value, got nothing"],
    [{ ...both, liveness: {} }, "liveness.enforce: expected a value, got nothing"],
    [bounded({ enforce: "x" }), "liveness.enforce: expected boolean, got string"],
    [bounded({ unknown: 1 }), "liveness.unknown: unknown setting"],
    [bounded({ periodSeconds: 5 }), "liveness.periodSeconds: expected object, got number"],
    [
      bounded({ periodSeconds: { minimum: 4_294_967_296 } }),
      "liveness.periodSeconds.minimum: expected <=2147483647, got 4294967296",
    ],
    [bounded({ enforce: false }), "at least one of liveness or readiness probe enforcement must be enabled"],
  ])("policies-and-sdk 9: settings %j", async (settings, message) => {
    const expected = message === undefined ? { valid: true } : { valid: false, message };
    expect(await runner.validateSettings(settings)).toEqual(expected);
  });

  it.each([
    [{}, "at least one of minimum or limit must be set"],
    [{ minimum: 0, limit: 0 }, "minimum must be greater than zero"],
    [{ limit: 0 }, "limit must be greater than zero"],
    [{ minimum: 1, limit: -2 }, "limit must be greater than zero"],
    [{ minimum: 5, limit: 1 }, "minimum cannot be greater than limit"],
  ])("bounds of %j are refused, for a probe that is not enforced, too", async (bounds, problem) => {
    for (const field of probeFields) {
      const settings = { liveness: { enforce: true }, readiness: { enforce: false, [field]: bounds } };
      const message = `invalid readiness probe settings: ${field} validation failed: ${problem}`;
      expect(await runner.validateSettings(settings)).toEqual({ valid: false, message });
    }
  });
});

it("nothing that decides is passed over", () => {
  const object = pod({ containers: [{ ...probed("a"), livenessProbe: { ...probe, periodSeconds: 1 } }] });
  expectNothingPassedOver(policy, {
    object,
    settings: bounded({ periodSeconds: { minimum: 5 } }),
    violations: [{ path: ["spec", "containers", 0], isHarmless: () => false }],
  });
});
