import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const containers = [{ name: "app" }];
const set = (value: string) => ({ name: "ndots", value });

describe.each(bothWays("pod-ndots", policy))("pod-ndots %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each<[string, object, object]>([
    ["no configuration", {}, { options: [set("1")] }],
    ["a configuration that is null", { dnsConfig: null }, { options: [set("1")] }],
    ["options that are null", { dnsConfig: { options: null } }, { options: [set("1")] }],
    [
      "another value",
      { dnsConfig: { nameservers: ["1.1.1.1"], options: [{ name: "edns0" }, set("5")] } },
      { nameservers: ["1.1.1.1"], options: [{ name: "edns0" }, set("1")] },
    ],
    ["no value", { dnsConfig: { options: [{ name: "ndots" }] } }, { options: [set("1")] }],
    ["the option twice", { dnsConfig: { options: [set("1"), set("3")] } }, { options: [set("1"), set("1")] }],
    [
      "the name in other letters",
      { dnsConfig: { options: [{ name: "NDOTS", value: "5" }] } },
      { options: [{ name: "NDOTS", value: "5" }, set("1")] },
    ],
  ])("changes %s, and nothing else", async (_row, spec, dnsConfig) => {
    const object = pod({ containers, futureField: { a: 1 }, ...spec });
    expect(await runner.run({ object })).toEqual({
      accepted: true,
      mutatedObject: pod({ containers, futureField: { a: 1 }, ...spec, dnsConfig }),
    });
  });

  it("leaves alone what has the value", async () => {
    const object = pod({ containers, dnsConfig: { options: [set("7")] } });
    expect(await runner.run({ object, settings: { ndots: 7 } })).toEqual({ accepted: true });
  });

  it.each(workloadKinds.filter((kind) => kind !== "Pod"))("takes a %s as it is", async (kind) => {
    expect(await runner.run({ object: workload(kind, { containers }) })).toEqual({ accepted: true });
  });

  it("takes a pod without spec as it is", async () => {
    expect(await runner.run({ object: workload("Pod") })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 21: an UPDATE that only removes a finalizer is changed", async () => {
    const object = pod({ containers });
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    expect(await runner.run({ object, oldObject })).toMatchObject({ accepted: true, mutatedObject: {} });
  });

  it.each<[string, object, string]>([
    [
      "policies-and-sdk 20: a DELETE",
      { object: null, oldObject: pod({ containers }) },
      "the request has no object",
    ],
    [
      "a configuration that is a list",
      { object: pod({ dnsConfig: [] }) },
      "dnsConfig: expected object, got array",
    ],
    [
      "options that are no list",
      { object: pod({ dnsConfig: { options: "ndots:5" } }) },
      "dnsConfig.options: expected array, got string",
    ],
    [
      "an option that is null",
      { object: pod({ dnsConfig: { options: [null] } }) },
      "dnsConfig.options[0]: expected object, got null",
    ],
    [
      "a value that is a number",
      { object: pod({ dnsConfig: { options: [{ name: "ndots", value: 1 }] } }) },
      "dnsConfig.options[0].value: expected string, got number",
    ],
    [
      "containers that are no list",
      { object: { ...pod({}), spec: { containers: "none" } } },
      "containers: expected a list",
    ],
  ])("fails on %s", async (_row, options, message) => {
    await expect(runner.run(options)).rejects.toThrow(message);
  });

  it.each<[unknown, string | undefined]>([
    [null, undefined],
    [{ ndots: 0 }, undefined],
    [{ ndots: 4_294_967_295 }, undefined],
    [{ nDots: 3 }, undefined],
    [{ ndots: "2" }, "ndots: expected number, got string"],
    [{ ndots: null }, "ndots: expected number, got null"],
    [{ ndots: 1.5 }, "ndots: expected integer, got 1.5"],
    [{ ndots: -1 }, "ndots: expected >=0, got -1"],
    [{ ndots: 4_294_967_296 }, "ndots: expected <=4294967295, got 4294967296"],
  ])("policies-and-sdk 9: settings %j", async (settings, message) => {
    const expected = message === undefined ? { valid: true } : { valid: false, message };
    expect(await runner.validateSettings(settings)).toEqual(expected);
  });

  it("no configuration is taken without the option", async () => {
    const odd = fc.oneof(fc.constant(null), fc.string(), fc.integer(), fc.constant([]), fc.constant({}));
    const option = fc.oneof(odd, fc.record({ name: fc.oneof(fc.constant("ndots"), odd), value: odd }));
    const dnsConfig = fc.oneof(odd, fc.record({ options: fc.oneof(odd, fc.array(option)) }));
    await fc.assert(
      fc.asyncProperty(dnsConfig, async (config) => {
        const outcome = await runner.run({ object: pod({ containers, dnsConfig: config }) }).catch(String);
        if (typeof outcome === "string") expect(outcome).toMatch(/: expected (object|array|string), got /);
        else expect(JSON.stringify(outcome.mutatedObject)).toContain('"name":"ndots","value":"1"');
      }),
      { numRuns: 50 },
    );
  });
});
