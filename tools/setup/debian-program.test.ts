import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

// Plain JavaScript, which older versions of Node.js run: without types.
const { DEBIAN_PARTS } = await import(new URL("debian-programs.mjs", import.meta.url).href);
const { SKIPPABLE } = await import(new URL("skip.mjs", import.meta.url).href);

/** Downloads only with lists of its own, as a machine whose lists are empty does. */
const FAKE_APT = `#!/bin/sh
[ -z "$FAKE_APT_FAILS" ] || exit 100
case "$*" in
  *Dir::State::Lists=*download*) ;;
  *download*) exit 100 ;;
esac
while [ "$#" != 0 ] && [ "$1" != download ]; do shift; done
for package in "$@"; do [ "$package" = download ] || touch "$package"_1_amd64.deb; done
`;
/** Each package holds a program of its name, which tells where it lies and what it was given, and texts. */
const FAKE_DPKG = `#!/bin/sh
package=\${2%%_*}
mkdir -p tree/usr/bin tree/usr/share/doc tree/etc tree/usr/lib/here
[ "$package" != "$FAKE_DPKG_FAILS" ] || exit 2
printf '#!/bin/sh\necho "$0 $*"\n' > tree/usr/bin/$package
chmod +x tree/usr/bin/$package
`;

type Provide = (context: object) => Promise<{ available: boolean; path?: string }>;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "set-up-"));
  mkdirSync(join(folder, "bin"));
  program("apt-get", FAKE_APT);
  program("dpkg-deb", FAKE_DPKG);
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, text: string): void {
  writeFileSync(join(folder, "bin", name), text);
  chmodSync(join(folder, "bin", name), 0o755);
}

function contextOf(env: Record<string, string>, skipped: string[] = []) {
  return {
    machineCacheFolder: join(folder, "cache"),
    skipped: new Set(skipped),
    say: () => {},
    env: { PATH: `${folder}/bin:/bin`, ...env },
  };
}

describe.each(Object.entries<Provide>(DEBIAN_PARTS))("the part %s", (part, provide) => {
  it("comes out of Debian's packages once, and is found again without apt-get", async () => {
    const first = await provide(contextOf({}));
    expect(first).toEqual({ available: true, path: expect.stringContaining(join(folder, "cache", part)) });
    expect(await provide(contextOf({ PATH: "" }))).toEqual(first);
  });

  it("can be left out", async () => {
    expect(SKIPPABLE).toContain(part);
    expect(await provide(contextOf({}, [part]))).toMatchObject({ available: false, optedOut: true });
  });
});

describe("a shell that takes more than its program", () => {
  it.each(["fish", "zsh"])(
    "%s is started out of the tree of its packages, without their texts",
    async (name) => {
      const { path } = await DEBIAN_PARTS[name](contextOf({}));
      const { stdout } = await promisify(execFile)(path, ["one word", "-v"]);
      expect(stdout).toMatch(new RegExp(`^${dirname(path)}/tree/usr/bin/${name} .*one word -v\n$`));
      expect(existsSync(join(dirname(path), "tree/usr/share/doc"))).toBe(false);
    },
  );
});

describe("the registry", () => {
  it("is taken from the path", async () => {
    program("docker-registry", "");
    const path = join(folder, "bin/docker-registry");
    expect(await DEBIAN_PARTS.registry(contextOf({}))).toEqual({ available: true, path });
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      "there is no apt-get",
      { PATH: "/nowhere" },
      /without apt-get it cannot be fetched: put CNCF Distribution's/,
    ],
    [
      "the package cannot be fetched",
      { FAKE_APT_FAILS: "1" },
      /could not be fetched: put CNCF Distribution's/,
    ],
    [
      "the package cannot be unpacked",
      { FAKE_DPKG_FAILS: "docker-registry" },
      /^Debian's package docker-registry could not be unpacked: put/,
    ],
  ])("is missing with a reason when %s", async (_row, env, reason) => {
    expect(await DEBIAN_PARTS.registry(contextOf(env))).toEqual({
      available: false,
      reason: expect.stringMatching(reason),
    });
  });
});
