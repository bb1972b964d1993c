import { parseVerificationConfig } from "@kubewarden-ts/sigstore";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { runKwctl } from "../testing/run-kwctl.ts";

describe("kwctl scaffold verification-config", () => {
  it("kwctl-and-oci 33: writes a configuration that can be used, and where it belongs", async () => {
    const { code, stdout, stderr } = await runKwctl(["scaffold", "verification-config"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("#   /home/test/.config/kubewarden/verification-config.yml\n");
    expect(parse(stdout)).toEqual({
      apiVersion: "v1",
      allOf: [{ kind: "githubAction", owner: "kubewarden", repo: null, annotations: null }],
      anyOf: null,
    });
    expect(parseVerificationConfig(stdout)).toMatchObject({
      allOf: [{ kind: "githubAction", owner: "kubewarden" }],
    });
  });
});
