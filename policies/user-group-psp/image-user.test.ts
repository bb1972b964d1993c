import type { Container } from "@kubewarden-ts/policy-sdk";
import { type FakeHost, fakeHost } from "@kubewarden-ts/policy-sdk/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod } from "../workloads.ts";
import { policy } from "./policy.ts";

const ranges = [{ min: 5, max: 5 }];
const must = { rule: "MustRunAs", ranges };
const may = { rule: "MayRunAs", ranges };
const nonRoot = { rule: "MustRunAsNonRoot" };
const context = (securityContext: object): Container => ({
  name: "c",
  image: "registry.test/app:1",
  securityContext: { ...securityContext },
});
const rejected = (message: string) => ({ accepted: false, message });
const accepted = { accepted: true };
const inRange = { containers: [context({ runAsUser: 5, runAsGroup: 5 })] };

function imageHost(User: unknown, os = "linux"): FakeHost {
  const digest = `sha256:${"a".repeat(64)}`;
  const descriptor = { mediaType: "application/vnd.oci.image.config.v1+json", digest, size: 7 };
  const config = { os, config: User === undefined ? {} : { User } };
  const answer = { manifest: { schemaVersion: 2, config: descriptor, layers: [] }, digest, config };
  return fakeHost({ "oci/v1/oci_manifest_config": () => answer });
}

describe.each(bothWays("user-group-psp", policy))("images for user-group-psp %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each([
    [{ run_as_user: must }, "5", undefined],
    [{ run_as_user: must }, "5:staff", 'Invalid group ID in the container image configuration: "staff"'],
    [{ run_as_user: must }, "4", "User ID defined in the container image is outside defined ranges"],
    [{ run_as_user: must }, "0:0", "User ID defined in the container image is outside defined ranges"],
    [{ run_as_group: may }, "0:4", "Group ID defined in the container image is outside defined ranges"],
    [{ run_as_group: must }, "0:4", "Group ID defined in the container image is outside defined ranges"],
    [{ run_as_group: must }, "0:5", undefined],
    [{}, "nobody", 'Invalid user ID in the container image configuration: "nobody"'],
    [{}, "", 'Invalid user ID in the container image configuration: ""'],
    [{}, ":5", 'Invalid user ID in the container image configuration: ""'],
    [{}, "0:0", undefined],
    [{ run_as_user: must }, undefined, undefined],
  ])("policies-and-sdk 26: image configuration: %j with %j", async (strategies, user, message) => {
    const settings = { validate_container_image_configuration: true, ...strategies };
    const host = imageHost(user);
    const outcome = await runner.run({ object: pod(inRange), settings, host });
    expect(outcome).toEqual(message === undefined ? accepted : rejected(message));
    const payload = "registry.test/app:1";
    expect(host.calls).toEqual([{ capability: "oci/v1/oci_manifest_config", payload }]);
  });

  it("policies-and-sdk 26: an image must not run as root with MustRunAsNonRoot", async () => {
    const settings = { validate_container_image_configuration: true, run_as_user: nonRoot };
    const object = pod({ initContainers: [context({ runAsNonRoot: true })] });
    const message = "User ID defined in the container image cannot be root ID (0)";
    expect(await runner.run({ object, settings, host: imageHost("0") })).toEqual(rejected(message));
  });

  it("policies-and-sdk 26: images of Windows are skipped", async () => {
    const settings = { validate_container_image_configuration: true, run_as_user: must };
    const host = imageHost("ContainerAdministrator", "windows");
    expect(await runner.run({ object: pod(inRange), settings, host })).toEqual(accepted);
  });

  it("policies-and-sdk 7: what the host does not tell is an error", async () => {
    const settings = { validate_container_image_configuration: true };
    const call = () => {
      throw new Error("denied");
    };
    const denied = runner.run({ object: pod(inRange), settings, host: { call, calls: [], logs: [] } });
    await expect(denied).rejects.toThrow("denied");
    const odd = runner.run({ object: pod(inRange), settings, host: imageHost(5) });
    await expect(odd).rejects.toThrow("unexpected answer of the host: config.User");
  });
});
