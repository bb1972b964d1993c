import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

// Plain JavaScript, which older versions of Node.js run: without types.
const { provideWasmtime } = await import(new URL("wasmtime.mjs", import.meta.url).href);

/** Stands for Go: says the version and the C compiler it is told, and builds a file. */
const FAKE_GO = `#!/bin/sh
case "$1 $2" in
  "env GOVERSION") echo "$FAKE_GO_VERSION" ;;
  "env CC") echo "$FAKE_CC -m64" ;;
  build*)
    if [ -n "$FAKE_GO_ERROR" ]; then echo "first line" >&2; echo "$FAKE_GO_ERROR" >&2; exit 1; fi
    if [ "$CGO_ENABLED" != 1 ]; then echo "without cgo" >&2; exit 1; fi
    while [ "$1" != "-o" ]; do shift; done
    echo wasmtime > "$2" ;;
esac
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "set-up-"));
  cpSync(join(import.meta.dirname, "../../tests/wasmtime"), join(folder, "tests/wasmtime"), {
    recursive: true,
  });
  mkdirSync(join(folder, "bin"));
  for (const [name, script] of [
    ["go", FAKE_GO],
    ["fake-cc", "#!/bin/sh\n"],
  ] as const) {
    writeFileSync(join(folder, "bin", name), script);
    chmodSync(join(folder, "bin", name), 0o755);
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

function contextOf(env: Record<string, string> = {}, skipped: string[] = []) {
  return {
    root: folder,
    machineCacheFolder: join(folder, "cache"),
    skipped: new Set(skipped),
    say: () => {},
    env: {
      PATH: `${folder}/bin:/usr/bin:/bin`,
      ...{ FAKE_GO_VERSION: "go1.26.1", FAKE_CC: "fake-cc", CGO_ENABLED: "0" },
      ...env,
    },
  };
}

describe("the program that runs policies in wasmtime", () => {
  it("is built once, and found again without Go", async () => {
    const built = await provideWasmtime(contextOf());
    expect(built).toEqual({ available: true, path: expect.stringMatching(/\/wasmtime-host$/) });
    expect(await provideWasmtime(contextOf({ PATH: "" }))).toEqual(built);
  });

  it("is built anew when its sources in Go change, not when its tests do", async () => {
    const { path } = await provideWasmtime(contextOf());
    writeFileSync(join(folder, "tests/wasmtime/policies.test.ts"), "");
    expect((await provideWasmtime(contextOf())).path).toBe(path);
    writeFileSync(join(folder, "tests/wasmtime/main.go"), "package main");
    expect((await provideWasmtime(contextOf())).path).not.toBe(path);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ["Go is missing", { PATH: "/nowhere" }, /^Go is not installed: install Go 1\.25 or newer/],
    ["Go is too old", { FAKE_GO_VERSION: "go1.24.7" }, /^Go 1\.24\.7 is too old: install Go 1\.25 or newer/],
    [
      "there is no C compiler",
      { FAKE_CC: "no-cc" },
      /^there is no C compiler no-cc: install one, or name it in CC/,
    ],
    [
      "the build fails",
      { FAKE_GO_ERROR: "no space left" },
      /^go build of tests\/wasmtime failed: no space left$/,
    ],
  ])("is missing with a reason when %s", async (_row, env, reason) => {
    const missing = { available: false, reason: expect.stringMatching(reason) };
    expect(await provideWasmtime(contextOf(env))).toEqual(missing);
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
    expect(files.filter((name) => name.endsWith("wasmtime-host"))).toEqual([]);
  });

  it("can be left out", async () => {
    expect(await provideWasmtime(contextOf({}, ["wasmtime"]))).toEqual({
      available: false,
      reason: "left out by KUBEWARDEN_TS_SKIP",
      optedOut: true,
    });
  });
});
