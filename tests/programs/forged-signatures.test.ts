import { stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Signed } from "../registry/signature-layers.ts";
import { requires } from "../support/requirements.ts";
import { attacks } from "./signature-attacks.ts";
import { openSigningGround, type SigningGround } from "./signing-ground.ts";

describe.skipIf(requires("registry").skip)("policies that are not signed as they seem", () => {
  let ground: SigningGround;
  let signed: Signed;
  const forged: Record<string, Signed> = {};
  beforeAll(async () => {
    ground = await openSigningGround();
    signed = await ground.push("good");
    await ground.signKeyless(signed, {});
    for (const [name, , attack] of attacks) forged[name] = await attack({ ...ground, signed }, name);
  });
  afterAll(() => ground?.[Symbol.asyncDispose]());

  const policies = () =>
    Object.fromEntries(
      Object.entries(forged).map(([name, target]) => [name, { module: ground.uri(target) }]),
    );

  it.each(attacks)("kwctl-and-oci 1, 2, 4, 5: kwctl refuses %s", async (name, reason) => {
    const { uri, flags, file, kwctl } = ground;
    const target = forged[name] ?? expect.fail();
    const args = ["pull", uri(target), flags.sources, flags.verification, flags.trust];
    const ended = await kwctl(args, { home: name });
    expect(ended).toMatchObject({ exitCode: 1, stdout: "" });
    expect(ended.stderr).toMatch(reason);
    expect(ended.stderr).toContain(`Error: Policy ${uri(target)} cannot be validated\n`);
    await expect(stat(file(join(name, ".cache/kubewarden/store/registry")))).rejects.toThrow("ENOENT");
  });

  it("policy-server 27: policy-server names each of them, and does not start", async () => {
    const { exitCode, stderr, stdout } = await ground.refusedServer(policies());
    expect(exitCode).toBe(1);
    for (const [name, reason] of attacks) {
      expect(stderr, name).toContain(`Error: Policy '${name}' cannot be verified: `);
      const told = stdout.split("\n").filter((line) => line.includes(`policies/${name}:v1`));
      expect(told.join("\n"), name).toMatch(reason);
    }
    expect(stdout).not.toContain("started");
  });

  it("policy-server 24, 27: policy-server serves the others where it is told to go on", async () => {
    const all = { good: { module: ground.uri(signed) }, ...policies() };
    await using server = await ground.server(all, "continued", "--continue-on-errors");
    expect(await server.ask("good")).toEqual({ allowed: true });
    for (const name of Object.keys(forged)) {
      const { allowed, status } = await server.ask(name);
      expect(allowed, name).toBe(false);
      const text = `bootstrap failure: ${name}: Policy '${name}' cannot be verified: `;
      expect(status?.message?.slice(0, text.length)).toBe(text);
    }
  });
});
