import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packPackages } from "../../tools/pack/pack-packages.ts";
import { type Finished, runProcess } from "../../tools/run-process.ts";

const installMs = 300_000;
const root = join(import.meta.dirname, "../..");

/** The one thing of the network that a new policy needs. */
const registryAnswers =
  (await runProcess("npm", ["ping", "--fetch-retries=0", "--fetch-timeout=5000"], { cwd: tmpdir() }))
    .exitCode === 0;

describe.skipIf(!registryAnswers)("a new policy (needs the npm registry)", () => {
  let folder: string;
  let project: string;
  let tarballs: Awaited<ReturnType<typeof packPackages>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-create-policy-"));
    project = join(folder, "needs-owner");
    tarballs = await packPackages(join(folder, "tarballs"));
  }, installMs);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Runs npm outside of the repository; the Node.js is that of the tests. */
  async function npm(args: readonly string[], cwd: string): Promise<Finished> {
    const own = join(root, "node_modules");
    const others = (process.env["PATH"] ?? "").split(delimiter).filter((path) => !path.startsWith(own));
    const path = [dirname(process.execPath), ...others].join(delimiter);
    return await runProcess("env", [`PATH=${path}`, "npm", ...args], { cwd });
  }

  async function succeeds(args: readonly string[]): Promise<string> {
    const { exitCode, output } = await npm(args, project);
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.anything() });
    return output;
  }

  it("policies-and-sdk 14: is created from a tarball", { timeout: installMs }, async () => {
    const sources = ["--sdk", `file:${tarballs["policy-sdk"]}`, "--kwctl", `file:${tarballs.kwctl}`];
    const command = ["exec", "--yes", `--package=file:${tarballs["create-policy"]}`, "--", "create-policy"];
    const { exitCode, output } = await npm([...command, project, ...sources], folder);
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.stringContaining("npm install\n") });
  });

  it("policies-and-sdk 14: installs, is green and passes its check", { timeout: installMs }, async () => {
    await succeeds(["install", "--no-audit", "--no-fund"]);
    expect(await succeeds(["test"])).toMatch(/policy\.wasm: \d+ bytes[\s\S]*Tests .*13 passed/);
    await succeeds(["run", "check"]);
    expect(await succeeds(["run", "build"])).toMatch(/policy\.wasm: \d+ bytes/);
  });

  it.each([
    ["pod-with-owner", '"allowed":true'],
    ["pod-without-owner", '"message":"the label owner is missing"'],
  ])("policies-and-sdk 14: kwctl run answers for %s", { timeout: 60_000 }, async (request, answer) => {
    const args = ["exec", "--no", "--", "kwctl", "run", "-r", `test_data/${request}.json`, "policy.wasm"];
    expect(await succeeds(args)).toContain(answer);
  });

  it("policies-and-sdk 13: its check finds a form that the settings do not have", {
    timeout: 120_000,
  }, async () => {
    const path = join(project, "questions-ui.yml");
    const made = await readFile(path, "utf8");
    await writeFile(path, made.replace("type: array[", "type: string"));
    const { exitCode, output } = await npm(["run", "check"], project);
    const finding = 'questions-ui.yml: exempt_namespaces: type: expected "array[", received "string"';
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: expect.stringContaining(finding) });
    await succeeds(["run", "questions"]);
    expect(await readFile(path, "utf8")).toBe(made);
  });
});
