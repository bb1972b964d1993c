import { describe, expect, it } from "vitest";
import { checkDockerConfig } from "./sources-file.ts";
import { kwctlWithRegistry } from "./testing/kwctl-with-registry.ts";
import { memoryFiles } from "./testing/memory-files.ts";
import { recordedLog } from "./testing/recorded-log.ts";

async function warnings(folder: string | undefined, dockerConfig: string | undefined): Promise<string[]> {
  const { log, lines } = recordedLog();
  const files = memoryFiles({ "/full/config.json": "{}", "/empty/other.json": "{}" });
  await checkDockerConfig(folder, { files, env: { DOCKER_CONFIG: dockerConfig }, log });
  return lines.map(({ level, message, fields }) => `${level} ${message} ${JSON.stringify(fields)}`);
}

describe("the folder of registry credentials", () => {
  it.each<[string, string | undefined, string | undefined, string | undefined]>([
    ["a folder without config.json in $DOCKER_CONFIG", undefined, "/empty", "/empty/config.json"],
    ["no folder in $DOCKER_CONFIG", undefined, "/none", "/none/config.json"],
    ["a folder without config.json in the flag", "/empty", undefined, "/empty/config.json"],
    ["the flag, which counts before $DOCKER_CONFIG", "/none", "/full", "/none/config.json"],
  ])("kwctl-and-oci 5: is warned about with its full path: %s", async (_what, folder, variable, path) => {
    expect(await warnings(folder, variable)).toEqual([
      `warn Docker config file not found ${JSON.stringify({ path })}`,
    ]);
  });

  it.each<[string, string | undefined, string | undefined]>([
    ["config.json is there", undefined, "/full"],
    ["the flag has it", "/full", "/none"],
    ["nobody named one", undefined, undefined],
  ])("kwctl-and-oci 5: is not warned about where %s", async (_what, folder, variable) => {
    expect(await warnings(folder, variable)).toEqual([]);
  });

  it("kwctl-and-oci 5: is warned about, and the command goes on", async () => {
    await using under = await kwctlWithRegistry();
    const { code, lines } = await under.kwctl("pull HOST/acme/p:v1", { env: { DOCKER_CONFIG: "/none" } });
    expect(code).toBe(0);
    expect(lines.map(({ message }) => message)).toContain("Docker config file not found");
  });
});
