import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

// Plain JavaScript, which older versions of Node.js run: without types.
const { providePrometheus, provideRegistry } = await import(
  new URL("debian-program.mjs", import.meta.url).href
);

/** Downloads only with lists of its own, as a machine whose lists are empty does. */
const FAKE_APT = `#!/bin/sh
[ -z "$FAKE_APT_FAILS" ] || exit 100
case "$*" in
  *Dir::State::Lists=*download*) touch docker-registry_1_amd64.deb ;;
  *download*) exit 100 ;;
esac
`;
const FAKE_DPKG = `#!/bin/sh
mkdir -p tree/usr/bin
for program in docker-registry prometheus; do
  printf '#!/bin/sh\\n' > tree/usr/bin/$program
  chmod +x tree/usr/bin/$program
done
`;

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

describe("the server of Prometheus", () => {
  it("comes from Debian's package of its own", async () => {
    const path = expect.stringMatching(/prometheus$/);
    expect(await providePrometheus(contextOf({}))).toEqual({ available: true, path });
  });
});

describe("the registry", () => {
  it("is taken from the path", async () => {
    program("docker-registry", "");
    const path = join(folder, "bin/docker-registry");
    expect(await provideRegistry(contextOf({}))).toEqual({ available: true, path });
  });

  it("is unpacked from Debian's package once, and found again without apt-get", async () => {
    const first = await provideRegistry(contextOf({}));
    expect(first).toEqual({ available: true, path: expect.stringMatching(/docker-registry$/) });
    expect(await provideRegistry(contextOf({ PATH: "" }))).toEqual(first);
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
  ])("is missing with a reason when %s", async (_row, env, reason) => {
    expect(await provideRegistry(contextOf(env))).toEqual({
      available: false,
      reason: expect.stringMatching(reason),
    });
  });

  it("can be left out", async () => {
    expect(await provideRegistry(contextOf({}, ["registry"]))).toMatchObject({
      available: false,
      optedOut: true,
    });
  });
});
