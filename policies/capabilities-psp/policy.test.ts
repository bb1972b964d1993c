import type { Container } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { allWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const adding = (...add: string[]): Container => ({ name: "a", securityContext: { capabilities: { add } } });
const notAllowed = "PSP capabilities policies doesn't allow these capabilities to be added";
const onDropList = `${notAllowed} because they are on the \`required_drop_capabilities\` list`;

describe.each(allWays("capabilities-psp", policy))("capabilities-psp %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each<[string, object, Container[], string | undefined]>([
    ["nothing added", {}, [{ name: "a" }], undefined],
    ["an allowed one", { allowed_capabilities: ["KILL"] }, [adding("KILL")], undefined],
    ["any when * is allowed", { allowed_capabilities: ["*"] }, [adding("KILL", "SYS_ADMIN")], undefined],
    [
      "one that is not allowed",
      { allowed_capabilities: ["KILL"] },
      [adding("CHOWN")],
      `${notAllowed}: {"CHOWN"}`,
    ],
    [
      "policies-and-sdk 22: several, sorted over all containers",
      {},
      [adding("SYS_TIME", "KILL"), adding("CHOWN", "KILL")],
      `${notAllowed}: {"CHOWN", "KILL", "SYS_TIME"}`,
    ],
    [
      "one that must be dropped",
      { allowed_capabilities: ["*"], required_drop_capabilities: ["SYS_ADMIN"] },
      [adding("SYS_ADMIN")],
      `${onDropList}: {"SYS_ADMIN"}`,
    ],
  ])("policies-and-sdk 25: %s", async (_row, settings, containers, message) => {
    const outcome = await runner.run({ object: pod({ containers }), settings });
    expect(outcome).toMatchObject(message === undefined ? { accepted: true } : { accepted: false, message });
  });

  it("policies-and-sdk 25: init containers are checked, ephemeral ones are not", async () => {
    const init = pod({ containers: [], initContainers: [adding("KILL")] });
    expect(await runner.run({ object: init })).toMatchObject({ message: `${notAllowed}: {"KILL"}` });
    expect(await runner.run({ object: pod({ ephemeralContainers: [adding("KILL")] }) })).toEqual({
      accepted: true,
    });
  });

  it.each(workloadKinds)(
    "policies-and-sdk 18, 25: adds defaults and drops in a %s, in place",
    async (kind) => {
      const settings = {
        allowed_capabilities: ["CHOWN", "KILL"],
        default_add_capabilities: ["KILL", "CHOWN"],
        required_drop_capabilities: ["NET_RAW"],
      };
      const changed = { add: ["CHOWN", "KILL"], drop: ["NET_RAW"] };
      const compliant = { name: "c", securityContext: { runAsUser: 10, capabilities: changed } };
      const spec = {
        containers: [adding("CHOWN"), { ...compliant }],
        initContainers: [{ name: "i", securityContext: { runAsUser: 5 } }],
        ephemeralContainers: [{ name: "e" }],
        futureField: { a: 1 },
      };
      const object = workload(kind, spec);
      expect(await runner.run({ object, settings })).toEqual({
        accepted: true,
        mutatedObject: workload(kind, {
          containers: [{ name: "a", securityContext: { capabilities: changed } }, compliant],
          initContainers: [{ name: "i", securityContext: { runAsUser: 5, capabilities: changed } }],
          ephemeralContainers: [{ name: "e" }],
          futureField: { a: 1 },
        }),
      });
    },
  );

  it("policies-and-sdk 25: leaves alone what has the defaults and drops, and a missing spec", async () => {
    const settings = { allowed_capabilities: ["*"], default_add_capabilities: ["KILL"] };
    expect(await runner.run({ object: pod({ containers: [adding("KILL")] }), settings })).toEqual({
      accepted: true,
    });
    expect(await runner.run({ object: workload("Deployment"), settings })).toEqual({ accepted: true });
  });

  it.each([
    [
      "another kind",
      { object: { apiVersion: "v1", kind: "Service" } },
      "Object should be one of these kinds: Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job, CronJob, Pod",
    ],
    ["policies-and-sdk 20: DELETE", { object: null, oldObject: pod({}) }, "the request has no object"],
    [
      "lists of another type",
      { object: { ...pod({}), spec: { containers: "none" } } },
      "containers: expected a list",
    ],
    [
      "capabilities of another type",
      {
        object: { ...pod({}), spec: { containers: [{ securityContext: { capabilities: { add: "ALL" } } }] } },
      },
      "securityContext.capabilities.add: expected array",
    ],
  ])("cannot read %s", async (_row, options, problem) => {
    const message = `Error deserializing Pod specification: ${problem}`;
    expect(await runner.run(options)).toEqual({ accepted: false, message });
  });

  it.each<[object, string]>([
    [
      { allowed_capabilities: ["KILL", "CHOWN"], required_drop_capabilities: ["KILL", "CHOWN"] },
      'These capabilities cannot be allowed because they are also required to be dropped: {"CHOWN", "KILL"}',
    ],
    [
      {
        allowed_capabilities: ["*"],
        required_drop_capabilities: ["KILL"],
        default_add_capabilities: ["KILL"],
      },
      'These capabilities cannot be added by default because they are also required to be dropped: {"KILL"}',
    ],
    [
      { allowed_capabilities: ["CHOWN"], default_add_capabilities: ["KILL"] },
      'These capabilities cannot be added by default because they are not allowed: {"KILL"}',
    ],
    [{ allowed_capabilities: null }, "allowed_capabilities: expected array, got null"],
  ])("policies-and-sdk 25: settings %j are refused", async (settings, message) => {
    expect(await runner.validateSettings(settings)).toEqual({ valid: false, message });
  });
});
