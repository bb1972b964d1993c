import { describe, expect, it } from "vitest";
import { entryFor, platformOf } from "./platform.ts";

describe("platformOf", () => {
  it.each([
    ["linux", "x64", "linux", "amd64"],
    ["linux", "arm64", "linux", "arm64"],
    ["darwin", "arm64", "darwin", "arm64"],
    ["win32", "ia32", "windows", "386"],
    ["linux", "s390x", "linux", "s390x"],
    ["linux", "constructor", "linux", "constructor"],
  ])("names %s on %s", (platform, arch, os, architecture) => {
    expect(platformOf({ platform, arch })).toEqual({ os, architecture });
  });
});

describe("entryFor", () => {
  const entries = [
    { name: "without platform" },
    { name: "attestation", platform: { os: "unknown", architecture: "unknown" } },
    { name: "arm v6", platform: { os: "linux", architecture: "arm", variant: "v6" } },
    { name: "arm v7", platform: { os: "linux", architecture: "arm", variant: "v7" } },
    { name: "windows", platform: { os: "windows", architecture: "amd64" } },
    { name: "first", platform: { os: "linux", architecture: "amd64" } },
    { name: "second", platform: { os: "linux", architecture: "amd64" } },
  ];
  it.each([
    [{ os: "linux", architecture: "amd64" }, "first"],
    [{ os: "linux", architecture: "arm" }, "arm v6"],
    [{ os: "linux", architecture: "arm", variant: "v7" }, "arm v7"],
    [{ os: "linux", architecture: "arm", variant: "v9" }, "arm v6"],
    [{ os: "linux", architecture: "s390x" }, undefined],
  ])("finds for %j: %s", (platform, name) => {
    expect(entryFor(entries, platform)?.name).toBe(name);
  });
});
