import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

// Plain JavaScript, which older versions of Node.js run: without types.
const { provideKubernetes } = await import(new URL("kubernetes.mjs", import.meta.url).href);

/** Stands for Go: says the version it is told, builds a program of two lines, and counts its builds. */
const FAKE_GO = `#!/bin/sh
case "$1" in
  env) echo "$FAKE_GO_VERSION" ;;
  list) printf 'one\\ntwo\\n' ;;
  build)
    echo build >> "$FAKE_GO_LOG"
    if [ -n "$FAKE_GO_ERROR" ]; then echo "first line" >&2; echo "$FAKE_GO_ERROR" >&2; exit 1; fi
    while [ "$1" != "-o" ]; do shift; done
    printf '#!/bin/sh\\necho Kubernetes\\n' > "$2"
    chmod +x "$2" ;;
esac
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "set-up-"));
  cpSync(join(import.meta.dirname, "../kubernetes"), join(folder, "tools/kubernetes"), { recursive: true });
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin/go"), FAKE_GO);
  chmodSync(join(folder, "bin/go"), 0o755);
  writeFileSync(join(folder, "builds"), "");
});
afterEach(() => rmSync(folder, { recursive: true }));

function contextOf(env: Record<string, string>, skipped: string[] = []) {
  return {
    root: folder,
    machineCacheFolder: join(folder, "cache"),
    skipped: new Set(skipped),
    say: () => {},
    env: {
      PATH: `${folder}/bin:/usr/bin:/bin`,
      FAKE_GO_VERSION: "go1.26.1",
      FAKE_GO_LOG: join(folder, "builds"),
      ...env,
    },
  };
}

describe("the programs of a control plane", () => {
  it("are built once, and found again without Go", async () => {
    const built = await provideKubernetes(contextOf({}));
    expect(readdirSync(built.path).sort()).toEqual([
      ...["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl", "kubernetes"],
    ]);
    expect(existsSync(join(folder, "cache/kubernetes/build"))).toBe(false);
    expect(await provideKubernetes(contextOf({ PATH: "" }))).toEqual({ available: true, path: built.path });
  });

  it("are built by one set-up while the others wait", async () => {
    const lines: string[] = [];
    const context = { ...contextOf({}), say: (line: string) => lines.push(line) };
    const [first, second] = await Promise.all([provideKubernetes(context), provideKubernetes(context)]);
    expect(second).toEqual(first);
    expect(lines.filter((line) => line.includes("waiting for build of kube-apiserver"))).toHaveLength(1);
    expect(lines.filter((line) => line.includes("KUBEWARDEN_TS_SKIP=kubernetes"))).toHaveLength(1);
  });

  it("are built anew when their sources change", async () => {
    const before = await provideKubernetes(contextOf({}));
    writeFileSync(join(folder, "tools/kubernetes/main.go"), "package main");
    const after = await provideKubernetes(contextOf({}));
    expect(after.path).not.toBe(before.path);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      "Go is missing",
      { PATH: "/nowhere" },
      /^Go is not installed: install Go 1\.25 or newer.*KUBEBUILDER_ASSETS/,
    ],
    ["Go is too old", { FAKE_GO_VERSION: "go1.24.7" }, /^Go 1\.24\.7 is too old: install Go 1\.25 or newer/],
    [
      "the build fails",
      { FAKE_GO_ERROR: "no space left" },
      /^go build of tools\/kubernetes failed: no space left$/,
    ],
    [
      "the given folder lacks one",
      { KUBEBUILDER_ASSETS: "/usr" },
      /\/usr holds no kube-apiserver and no etcd/,
    ],
  ])("are missing with a reason when %s", async (_row, env, reason) => {
    expect(await provideKubernetes(contextOf(env))).toEqual({
      available: false,
      reason: expect.stringMatching(reason),
    });
    const cache = join(folder, "cache/kubernetes");
    const kept = existsSync(cache) ? readdirSync(cache) : [];
    expect(kept.filter((name) => name.startsWith("v"))).toEqual([]);
  });

  it("are taken from the folder that KUBEBUILDER_ASSETS names", async () => {
    const assets = join(folder, "assets");
    mkdirSync(assets);
    for (const name of ["kube-apiserver", "etcd"]) writeFileSync(join(assets, name), "");
    const found = await provideKubernetes(contextOf({ KUBEBUILDER_ASSETS: assets, PATH: "/nowhere" }));
    expect(found).toEqual({ available: true, path: assets });
  });

  it("can be left out", async () => {
    expect(await provideKubernetes(contextOf({}, ["kubernetes"]))).toEqual({
      available: false,
      reason: "left out by KUBEWARDEN_TS_SKIP",
      optedOut: true,
    });
  });
});
