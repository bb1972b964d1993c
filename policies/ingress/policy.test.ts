import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { policy } from "./policy.ts";

const backend = (number?: unknown) => ({
  service: { name: "s", port: number === undefined ? { name: "http" } : { number } },
});
const rule = (host: string | null, ...ports: unknown[]) => ({
  ...(host === null ? {} : { host }),
  http: { paths: ports.map((port) => ({ path: "/", backend: backend(port) })) },
});
const ingress = (spec?: unknown) =>
  JSON.parse(
    JSON.stringify({ apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name: "site" }, spec }),
  );
const noTls = "Not all hosts have TLS enabled";

describe.each(bothWays("ingress", policy))("ingress %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each<[string, object, string | undefined]>([
    [
      "every host",
      { rules: [rule("a", 1), rule("b", 1)], tls: [{ hosts: ["b"] }, { hosts: ["a"] }] },
      undefined,
    ],
    ["a host of two rules", { rules: [rule("a", 1), rule("a", 2)], tls: [{ hosts: ["a"] }] }, undefined],
    ["all but one host", { rules: [rule("a", 1), rule("b", 1)], tls: [{ hosts: ["a"] }] }, noTls],
    ["a host without rule", { rules: [rule("a", 1)], tls: [{ hosts: ["a", "c"] }] }, noTls],
    ["another case", { rules: [rule("A", 1)], tls: [{ hosts: ["a"] }] }, noTls],
    ["no host", { rules: [rule("a", 1)], tls: [{ secretName: "s" }] }, noTls],
    ["nothing", { rules: [rule("a", 1)] }, noTls],
    ["nothing, a rule being for every host", { rules: [rule(null, 1)] }, noTls],
    [
      "one of the hosts, a rule being for every host",
      { rules: [rule(null, 1), rule("a", 1)], tls: [{ hosts: ["a"] }] },
      noTls,
    ],
    ["every host, a rule being for every host", { rules: [rule(null, 1)], tls: [{ hosts: [] }] }, undefined],
    ["nothing, the default backend being for every host", { defaultBackend: backend(1) }, noTls],
    ["nothing, there being no rule", { rules: [] }, undefined],
  ])("policies-and-sdk 39: requireTLS with TLS for %s", async (_row, spec, message) => {
    const object = ingress(spec);
    const outcome = await runner.run({ object, settings: { requireTLS: true } });
    expect(outcome).toEqual(message === undefined ? { accepted: true } : { accepted: false, message });
    expect(await runner.run({ object, settings: { requireTLS: false } })).toEqual({ accepted: true });
  });

  it.each<[string, object, object, string | undefined]>([
    ["allowed ones", { allowPorts: [443, 80] }, { rules: [rule("a", 80, 443)] }, undefined],
    [
      "policies-and-sdk 22: others than allowed, sorted by number",
      { allowPorts: [443] },
      { rules: [rule("a", 3000, 443), rule("b", 80, 3000)] },
      "these ports are not on the allowed list: Set{80, 3000}",
    ],
    [
      "any when none is allowed or denied",
      { allowPorts: [], denyPorts: [] },
      { rules: [rule("a", 1)] },
      undefined,
    ],
    ["none that is denied", { denyPorts: [3000] }, { rules: [rule("a", 80)] }, undefined],
    [
      "denied ones",
      { denyPorts: [3000, 1] },
      { rules: [rule("a", 80, 3000)] },
      "these ports are explicitly denied: Set{3000}",
    ],
    [
      "a denied one behind the default backend",
      { denyPorts: [3000] },
      { defaultBackend: backend(3000) },
      "these ports are explicitly denied: Set{3000}",
    ],
    [
      "one with a name, which is not seen",
      { allowPorts: [443] },
      { rules: [rule("a", undefined)] },
      undefined,
    ],
    [
      "a backend that is no service",
      { allowPorts: [1] },
      { rules: [{ http: { paths: [{ backend: { resource: {} } }] } }] },
      undefined,
    ],
    ["a rule without paths", { allowPorts: [1] }, { rules: [{ host: "a" }, { http: null }] }, undefined],
  ])("policies-and-sdk 39: ports: %s", async (_row, settings, spec, message) => {
    const outcome = await runner.run({ object: ingress(spec), settings });
    expect(outcome).toEqual(message === undefined ? { accepted: true } : { accepted: false, message });
  });

  it("policies-and-sdk 39: the first of TLS, allowed and denied ports is answered", async () => {
    const settings = { requireTLS: true, allowPorts: [443], denyPorts: [3000] };
    const spec = { rules: [rule("a", 3000)] };
    expect(await runner.run({ object: ingress(spec), settings })).toMatchObject({ message: noTls });
    const secured = { ...spec, tls: [{ hosts: ["a"] }] };
    expect(await runner.run({ object: ingress(secured), settings })).toMatchObject({
      message: "these ports are not on the allowed list: Set{3000}",
    });
  });

  const strict = { requireTLS: true, allowPorts: [443] };

  it.each([
    ["another kind", { object: { apiVersion: "v1", kind: "Service", spec: { ports: [{ port: 1 }] } } }],
    ["policies-and-sdk 20: DELETE", { object: null, oldObject: ingress({ rules: [rule("a", 1)] }) }],
    ["no spec", { object: ingress() }],
  ])("accepts %s", async (_row, options) => {
    expect(await runner.run({ ...options, settings: strict })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 21: judges an UPDATE whatever it changes", async () => {
    const object = ingress({ rules: [rule("a", 1)] });
    const oldObject = { ...object, metadata: { name: "site", finalizers: ["a/b"] } };
    expect(await runner.run({ object, oldObject, settings: strict })).toEqual({
      accepted: false,
      message: noTls,
    });
  });

  it.each([
    ["spec", "x", "spec: expected object, got string"],
    ["rules", { rules: {} }, "spec.rules: expected array, got object"],
    ["a rule", { rules: [null] }, "spec.rules[0]: expected object, got null"],
    ["a host", { rules: [{ host: 1 }] }, "spec.rules[0].host: expected string, got number"],
    [
      "a port",
      { rules: [rule("a", "443")] },
      "spec.rules[0].http.paths[0].backend.service.port.number: expected integer, got string",
    ],
    ["hosts", { tls: [{ hosts: "a" }] }, "spec.tls[0].hosts: expected array, got string"],
    ["the default backend", { defaultBackend: 3000 }, "spec.defaultBackend: expected object, got number"],
  ])("rejects %s of another type", async (_row, spec, message) => {
    expect(await runner.run({ object: ingress(spec), settings: strict })).toEqual({
      accepted: false,
      message,
    });
  });

  it.each<[unknown, string]>([
    [{ allowPorts: [80, 443], denyPorts: [443] }, "No port can be allowed and denied at the same time"],
    [{ requireTLS: "true" }, "requireTLS: expected boolean, got string"],
    [{ allowPorts: 443 }, "allowPorts: expected array, got number"],
    [{ allowPorts: ["443"] }, "allowPorts.0: expected number, got string"],
    [{ denyPorts: [1.5] }, "denyPorts.0: expected integer, got 1.5"],
    [{ denyPorts: [-1] }, "denyPorts.0: expected >=0, got -1"],
    [{ requireTls: true }, "requireTls: unknown setting, expected requireTLS"],
  ])("policies-and-sdk 9: settings %j are refused", async (refused, message) => {
    expect(await runner.validateSettings(refused)).toEqual({ valid: false, message });
  });

  it.each([null, {}, { requireTLS: null, allowPorts: null, denyPorts: null }, { other: 1, allowPorts: [0] }])(
    "settings %j are taken",
    async (taken) => {
      expect(await runner.validateSettings(taken)).toEqual({ valid: true });
    },
  );
});

it("passes over no port that is denied, whatever else is spoiled", () => {
  const object = ingress({ rules: [rule("a", 80, 3000)], tls: [{ hosts: ["a"] }] });
  const path = ["spec", "rules", 0, "http", "paths", 1, "backend", "service", "port", "number"];
  expectNothingPassedOver(policy, {
    object,
    settings: { denyPorts: [3000] },
    violations: [{ path, isHarmless: (value) => value === 1 }],
  });
});
