import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { bundleByKey, createPrivateSigstore, createTestKey } from "@kubewarden-ts/sigstore/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ConformanceCase,
  conformanceCases,
} from "../../packages/sigstore/fixtures/conformance-cases.ts";
import { requires } from "../support/requirements.ts";
import { parseArguments, UsageError } from "./arguments.ts";
import { verifyByArguments } from "./verify.ts";

const identity = ["--certificate-identity", "id", "--certificate-oidc-issuer", "https://issuer"];
const bundle = ["--bundle", "b"];

describe("the arguments of the client", () => {
  it.each<[string[], object]>([
    [
      ["verify-bundle", ...bundle, ...identity, "a"],
      { bundle: "b", signer: { identity: "id", issuer: "https://issuer" }, artifact: "a" },
    ],
    [
      ["verify-bundle", ...bundle, "--key", "k", "--trusted-root", "r", "a"],
      { bundle: "b", signer: { keyFile: "k" }, trustedRoot: "r", artifact: "a" },
    ],
    [["verify-bundle", "--bundle=b", "--key=k", "--", "-a"], { signer: { keyFile: "k" }, artifact: "-a" }],
  ])("make a question: %j", (args, question) => {
    expect(parseArguments(args)).toMatchObject(question);
  });

  it.each<[string, string[]]>([
    ["nothing", []],
    ["another command", ["sign-bundle", ...bundle, ...identity, "a"]],
    ["no bundle", ["verify-bundle", ...identity, "a"]],
    ["a bundle without a value", ["verify-bundle", ...identity, "a", "--bundle"]],
    ["two bundles", ["verify-bundle", ...bundle, ...bundle, ...identity, "a"]],
    ["no artifact", ["verify-bundle", ...bundle, ...identity]],
    ["two artifacts", ["verify-bundle", ...bundle, ...identity, "a", "a"]],
    ["no signer", ["verify-bundle", ...bundle, "a"]],
    ["an identity without an issuer", ["verify-bundle", ...bundle, ...identity.slice(0, 2), "a"]],
    ["an issuer without an identity", ["verify-bundle", ...bundle, ...identity.slice(2), "a"]],
    [
      "an empty identity",
      ["verify-bundle", ...bundle, "--certificate-identity", "", ...identity.slice(2), "a"],
    ],
    ["a key and an identity", ["verify-bundle", ...bundle, ...identity, "--key", "k", "a"]],
    ["a key and an issuer", ["verify-bundle", ...bundle, ...identity.slice(2), "--key", "k", "a"]],
    ["an option that nobody knows", ["verify-bundle", "--staging", ...bundle, ...identity, "a"]],
  ])("make none with %s", (_what, args) => {
    expect(() => parseArguments(args)).toThrow(UsageError);
  });
});

/** As the public suite calls clients. */
function argumentsFor({ files, identity, issuer }: ConformanceCase, artifact: string): string[] {
  const signer =
    files.key === undefined
      ? ["--certificate-identity", identity, "--certificate-oidc-issuer", issuer]
      : ["--key", files.key];
  const root = files.trustedRoot === undefined ? [] : ["--trusted-root", files.trustedRoot];
  return ["verify-bundle", "--bundle", files.bundle, ...signer, ...root, artifact];
}

const cases = conformanceCases().map((each) => [each.name, each] as const);

describe.skipIf(requires("shared-data").skip)("kwctl-and-oci 22: cases of the public suite", () => {
  it.each(cases)("%s", async (_name, each) => {
    const verifying = verifyByArguments(argumentsFor(each, each.files.artifact));
    if (each.mustFail) await expect(verifying).rejects.toThrow();
    else await verifying;
  });

  it.each(cases)("%s, by the digest", async (_name, each) => {
    const digest = createHash("sha256").update(readFileSync(each.files.artifact)).digest("hex");
    const verifying = verifyByArguments(argumentsFor(each, `sha256:${digest}`));
    if (each.mustFail) await expect(verifying).rejects.toThrow();
    else await verifying;
  });
});

describe("the client as a process", () => {
  let folder: string;
  const digest = `sha256:${"0".repeat(64)}`;
  const file = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-client-"));
    const sigstore = await createPrivateSigstore();
    const key = createTestKey();
    await writeFile(file("bundle"), JSON.stringify(await bundleByKey(digest, { sigstore, key })));
    await writeFile(file("root"), sigstore.trustedRoot);
    await writeFile(file("key"), key.publicKey);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = async (...args: string[]): Promise<{ code: number | null; stderr: string }> => {
    const script = join(import.meta.dirname, "sigstore-client");
    const child = spawn(script, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    const [stderr] = await Promise.all([text(child.stderr), once(child, "close")]);
    return { code: child.exitCode, stderr };
  };

  it.each<[string, string[], number, RegExp]>([
    ["0 for a bundle that holds", [digest], 0, /^$/],
    ["1 for one that does not", [`sha256:${"1".repeat(64)}`], 1, /^the statement is about something else\n$/],
    ["1 for a file that is not there", ["nothing"], 1, /no such file/i],
    ["2 for arguments that are no question", [], 2, /^one FILE_OR_DIGEST is expected\n$/],
  ])("ends with %s", async (_what, rest, code, stderr) => {
    const options = ["--bundle", "bundle", "--key", "key", "--trusted-root", "root"];
    expect(await run("verify-bundle", ...options, ...rest)).toEqual({
      code,
      stderr: expect.stringMatching(stderr),
    });
  });
});
