import { describe, expect, it } from "vitest";
import { kwctlDirectories } from "./directories.ts";

const windows = { APPDATA: "C:\\Roaming", LOCALAPPDATA: "C:\\Local" };
const xdg = { XDG_CONFIG_HOME: "/c", XDG_CACHE_HOME: "/k" };

describe("kwctlDirectories", () => {
  it.each<[string, NodeJS.Platform, Record<string, string>, string, string]>([
    ["Linux", "linux", {}, "/home/a/.config/kubewarden", "/home/a/.cache/kubewarden/store"],
    ["XDG variables", "linux", xdg, "/c/kubewarden", "/k/kubewarden/store"],
    [
      "relative XDG variables, which are ignored",
      "linux",
      { XDG_CONFIG_HOME: "c", XDG_CACHE_HOME: "" },
      "/home/a/.config/kubewarden",
      "/home/a/.cache/kubewarden/store",
    ],
    [
      "macOS",
      "darwin",
      xdg,
      "/home/a/Library/Application Support/io.kubewarden.kubewarden",
      "/home/a/Library/Caches/io.kubewarden.kubewarden/store",
    ],
    ["Windows", "win32", windows, "C:\\Roaming\\kubewarden\\config", "C:\\Local\\kubewarden\\cache\\store"],
  ])("follows %s", (_row, platform, env, config, store) => {
    expect(kwctlDirectories({ platform, env, home: "/home/a" })).toMatchObject({ config, store });
  });
});
