import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFakeClock } from "../testing/fake-clock.ts";
import { fakeFiles } from "../testing/fake-files.ts";
import { loadClusterAccess } from "./cluster-access.ts";
import { type RunProgram, runProcess } from "./run-program.ts";

const apiVersion = "client.authentication.k8s.io/v1";
const credential = (status: object) => JSON.stringify({ apiVersion, kind: "ExecCredential", status });

async function accessWith(exec: object, runProgram: RunProgram, clock = createFakeClock()) {
  const cluster = {
    server: "https://main.test",
    "certificate-authority-data": Buffer.from("CA").toString("base64"),
  };
  const config = {
    "current-context": "a",
    contexts: [{ name: "a", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster }],
    users: [{ name: "u", user: { exec: { apiVersion, command: "login", ...exec } } }],
  };
  const { readFile } = fakeFiles({ "/k/config": JSON.stringify(config) });
  const env = { KUBECONFIG: "/k/config", PATH: process.env["PATH"] };
  return await loadClusterAccess({ env, readFile, runProgram, clock });
}

/** A program that prints one text after the other. */
function programPrinting(...texts: string[]) {
  const calls: { command: string; args: readonly string[]; env: NodeJS.ProcessEnv }[] = [];
  const runProgram: RunProgram = async (command, args, env) => {
    calls.push({ command, args, env });
    return { exitCode: 0, stdout: texts.shift() ?? "", stderr: "" };
  };
  return { calls, runProgram };
}

describe("a credential plugin", () => {
  it("is asked at the first request, with what the kubeconfig says", async () => {
    const { calls, runProgram } = programPrinting(credential({ token: "t" }));
    const exec = { args: ["--x"], env: [{ name: "A", value: "b" }], provideClusterInfo: true };
    const access = await accessWith(exec, runProgram);
    expect(calls).toEqual([]);
    expect(await access.credentials()).toEqual({ headers: { authorization: "Bearer t" }, tls: { ca: "CA" } });
    expect(calls).toMatchObject([
      { command: "login", args: ["--x"], env: { A: "b", KUBECONFIG: "/k/config" } },
    ]);
    expect(JSON.parse(calls[0]?.env["KUBERNETES_EXEC_INFO"] ?? "")).toEqual({
      apiVersion,
      kind: "ExecCredential",
      spec: {
        interactive: false,
        cluster: {
          server: "https://main.test",
          "certificate-authority-data": Buffer.from("CA").toString("base64"),
        },
      },
    });
  });

  it("is asked again when its credentials end, and when the API server refused them", async () => {
    const clock = createFakeClock();
    const until = new Date(clock.now() + 70_000).toISOString();
    const { runProgram } = programPrinting(
      credential({ token: "one", expirationTimestamp: until }),
      credential({ token: "two" }),
      credential({ token: "three" }),
    );
    const access = await accessWith({}, runProgram, clock);
    const token = async () => (await access.credentials()).headers["authorization"];
    expect(await token()).toBe("Bearer one");
    await clock.advance(59_000);
    expect(await token()).toBe("Bearer one");
    await clock.advance(2000);
    expect(await token()).toBe("Bearer two");
    await clock.advance(86_400_000);
    expect(await token()).toBe("Bearer two");
    access.forgetCredentials();
    expect(await token()).toBe("Bearer three");
  });

  it("may give a client certificate", async () => {
    const status = { clientCertificateData: "CERT", clientKeyData: "KEY" };
    const access = await accessWith({}, programPrinting(credential(status)).runProgram);
    expect(await access.credentials()).toEqual({ headers: {}, tls: { ca: "CA", cert: "CERT", key: "KEY" } });
  });

  it("is found beside the kubeconfig when its command is a path", async () => {
    const { calls, runProgram } = programPrinting(credential({ token: "t" }));
    await (await accessWith({ command: "./bin/login" }, runProgram)).credentials();
    expect(calls[0]?.command).toBe("/k/bin/login");
  });

  it.each([
    [
      "another version",
      '{"apiVersion":"v2","kind":"ExecCredential","status":{"token":"t"}}',
      `it printed v2, not ${apiVersion}`,
    ],
    [
      "nothing useful",
      credential({ clientKeyData: "KEY" }),
      "it printed neither a token nor certificate and key",
    ],
    ["another shape", credential({ token: 5 }), "status.token: expected string, received 5"],
    ["no JSON", "secret-text", "what it printed is not JSON"],
  ])("is refused when it prints %s", async (_row, text, message) => {
    const access = await accessWith({}, programPrinting(text).runProgram);
    await expect(access.credentials()).rejects.toMatchObject({
      code: "KUBE_CREDENTIALS_UNAVAILABLE",
      message: `credential plugin login of the kubeconfig failed: ${message}`,
    });
  });

  it("is not started when it needs a terminal", async () => {
    const { calls, runProgram } = programPrinting(credential({ token: "t" }));
    const access = await accessWith({ interactiveMode: "Always" }, runProgram);
    await expect(access.credentials()).rejects.toMatchObject({ code: "KUBE_CREDENTIALS_UNAVAILABLE" });
    expect(calls).toEqual([]);
  });
});

describe("a credential plugin as a process", () => {
  let folder = "";
  const script = (name: string) => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kube-exec-"));
    const write = async (name: string, code: string) => {
      await writeFile(script(name), `#!${process.execPath}\n${code}`);
      await chmod(script(name), 0o755);
    };
    const status = { token: "from-process" };
    await write("good", `console.log(${JSON.stringify(credential(status))})`);
    await write("bad", `console.error("log in first"); process.exit(3)`);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("prints to us", async () => {
    const access = await accessWith({ command: script("good") }, runProcess);
    expect((await access.credentials()).headers).toEqual({ authorization: "Bearer from-process" });
  });

  it.each([
    ["bad", "exit code 3: log in first\ninstall it"],
    ["missing", "No such file or directory (os error 2)\ninstall it"],
  ])("fails in its own words: %s", async (name, message) => {
    const access = await accessWith({ command: script(name), installHint: "install it" }, runProcess);
    await expect(access.credentials()).rejects.toMatchObject({
      message: `credential plugin ${script(name)} of the kubeconfig failed: ${message}`,
    });
  });
});
