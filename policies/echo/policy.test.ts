import { RawNumber } from "@kubewarden-ts/policy-sdk";
import { GuestError } from "@kubewarden-ts/policy-sdk/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, type Runner } from "../both-ways.ts";
import { policy } from "./policy.ts";

const podWith = (...annotations: string[]) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "web",
    annotations: Object.fromEntries(annotations.map((name) => [`io.kubewarden.policy.echo.${name}`, ""])),
  },
});
const bare = { apiVersion: "v1", kind: "Pod", metadata: { name: "web", annotations: null } };

describe.each(bothWays("echo", policy))("echo %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each([
    ["CREATE", { object: podWith("create") }],
    ["CONNECT", { object: podWith("connect") }],
    ["UPDATE", { object: bare, oldObject: podWith("update") }],
    ["DELETE", { object: null, oldObject: podWith("delete") }],
  ])("policies-and-sdk 20, 43: returns the request of a %s with 418", async (operation, objects) => {
    const outcome = await runner.run({ ...objects, operation });
    expect(outcome).toMatchObject({ accepted: false, code: 418 });
    expect(JSON.parse(outcome.message ?? "")).toMatchObject({ operation, ...objects });
  });

  it.each([
    ["CREATE", { object: bare }],
    ["CREATE", { object: podWith("update", "delete", "connect") }],
    ["UPDATE", { object: podWith("update"), oldObject: bare }],
    ["DELETE", { object: null, oldObject: podWith("create") }],
    ["DELETE", { object: null, oldObject: null }],
  ])("policies-and-sdk 43: accepts a %s of %j", async (operation, objects) => {
    expect(await runner.run({ ...objects, operation })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 43: keys are sorted, numbers are as they were", async () => {
    const data = {
      z: new RawNumber("1.0"),
      a: new RawNumber("18446744073709551615"),
      list: [{ y: 1, b: 2 }],
    };
    const raw = { object: { ...podWith("create"), data }, operation: "CREATE", dryRun: false };
    expect((await runner.run({ raw })).message).toBe(
      '{"dryRun":false,"object":{"apiVersion":"v1","data":{"a":18446744073709551615,"list":[{"b":2,"y":1}],"z":1.0},"kind":"Pod","metadata":{"annotations":{"io.kubewarden.policy.echo.create":""},"name":"web"}},"operation":"CREATE"}',
    );
  });

  it.each(["PATCH", "create"])("fails on the operation %s", async (operation) => {
    const failure = await Promise.try(() => runner.run({ object: bare, operation })).catch((error) => error);
    expect(failure).toBeInstanceOf(GuestError);
    expect(failure.message).toBe(`unknown type of operation: ${operation}`);
  });

  it("rejects annotations that are a list", async () => {
    const object = JSON.parse('{"apiVersion": "v1", "kind": "Pod", "metadata": {"annotations": []}}');
    expect(await runner.run({ object })).toEqual({
      accepted: false,
      code: 400,
      message: "metadata.annotations: expected object, got array",
    });
  });
});
