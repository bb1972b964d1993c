import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPolicy } from "@kubewarden-ts/policy-sdk/build";
import { afterAll, expect, it } from "vitest";
import { bundleApp } from "./bundle-app.ts";
import { runProcess } from "./run-process.ts";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "kubewarden-ts-bundle-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("a bundled program runs outside of the checkout, and finds its workers", async () => {
  const policy = join(root, "policies/pod-privileged");
  const { wasm } = await buildPolicy({
    entry: join(policy, "policy.ts"),
    metadataPath: join(policy, "metadata.yml"),
    abi: "wapc",
  });
  writeFileSync(join(folder, "policy.wasm"), wasm);
  await bundleApp("kwctl", join(folder, "kwctl"));
  const request = join(root, "examples/requests/privileged-pod.json");
  const args = ["kwctl/main.js", "run", "--request-path", request, "policy.wasm"];
  const { exitCode, output } = await runProcess(process.execPath, args, { cwd: folder });
  expect([exitCode, JSON.parse(output)]).toMatchObject([
    0,
    { allowed: false, status: { message: "Privileged container is not allowed" } },
  ]);

  const annotate = ["annotate", "policy.wasm", "-m", join(policy, "metadata.yml"), "-o", "annotated.wasm"];
  expect(await runProcess(process.execPath, ["kwctl/main.js", ...annotate], { cwd: folder })).toMatchObject({
    exitCode: 0,
  });
});

it("a bundle says of which modules something is in it", async () => {
  const bundled = await bundleApp("policy-server", join(folder, "policy-server"));
  const modules = bundled.flatMap((file) => file.modules);
  expect(modules).toContain(join(root, "packages/base/src/logger.ts"));
  // exports what others have, and leaves nothing
  expect(modules).not.toContain(join(root, "packages/base/src/index.ts"));
});
