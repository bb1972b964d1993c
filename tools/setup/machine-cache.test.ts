import { homedir } from "node:os";
import { describe, expect, it } from "vitest";

// Plain JavaScript, which older versions of Node.js run: without types.
const { machineCacheFolder } = await import(new URL("machine-cache.mjs", import.meta.url).href);

describe("machineCacheFolder", () => {
  it.each([
    ["XDG_CACHE_HOME", { XDG_CACHE_HOME: "/var/cache/me" }, "/var/cache/me/kubewarden-ts"],
    ["the home folder without it", {}, `${homedir()}/.cache/kubewarden-ts`],
    [
      "the home folder where it is relative",
      { XDG_CACHE_HOME: "cache" },
      `${homedir()}/.cache/kubewarden-ts`,
    ],
  ])("lies in %s", (_row, env, folder) => {
    expect(machineCacheFolder(env)).toBe(folder);
  });
});
