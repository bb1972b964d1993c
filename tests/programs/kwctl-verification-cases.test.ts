import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Signed } from "../registry/signature-layers.ts";
import { requires } from "../support/requirements.ts";
import { moduleNamed, openSigningGround, type SigningGround } from "./signing-ground.ts";

describe.skipIf(requires("registry").skip)("kwctl verifies what it uses", () => {
  let ground: SigningGround;
  let signed: Signed;
  let unsigned: Signed;
  interface Verifying {
    readonly argsFor: (uri: string) => readonly string[];
    readonly success: { readonly stdout: unknown; readonly log: string };
    readonly notAnImage: string;
  }
  const commands: [name: string, Verifying][] = [
    [
      "verify",
      {
        argsFor: (uri) => ["verify", uri],
        success: { stdout: "", log: "Policy successfully verified" },
        notAnImage:
          "Verification only works with OCI images: Not a valid oci image: invalid reference format",
      },
    ],
    [
      "run",
      {
        argsFor: (uri) => ["run", uri, "-r", ground.file("request.json")],
        success: {
          stdout: expect.stringContaining('"allowed":true'),
          log: "Local checksum successfully verified",
        },
        notAnImage: "Invalid OCI image reference: invalid reference format",
      },
    ],
  ];
  beforeAll(async () => {
    ground = await openSigningGround();
    signed = await ground.push("good");
    unsigned = await ground.push("unsigned");
    await ground.signKeyless(signed, {});
    const folder = ground.file("default-config/kubewarden");
    await mkdir(folder, { recursive: true });
    const config = await readFile(ground.file("verification.yml"));
    await writeFile(join(folder, "verification-config.yml"), config);
  });
  afterAll(() => ground?.[Symbol.asyncDispose]());

  /** With the default file of verification. */
  const withDefault = (args: readonly string[]) =>
    ground.kwctl([...args, ground.flags.sources, ground.flags.trust], {
      env: { XDG_CONFIG_HOME: ground.file("default-config") },
    });

  it.each(commands)(
    "kwctl-and-oci 9: the default file has %s take what is signed",
    async (_name, command) => {
      const { stdout, log } = command.success;
      const accepted = await withDefault(command.argsFor(ground.uri(signed)));
      expect(accepted).toMatchObject({ exitCode: 0, stdout });
      expect(accepted.stderr).toContain("Default verification config present, using it");
      expect(accepted.stderr).toContain(log);
    },
  );

  it.each(commands)(
    "kwctl-and-oci 9: the default file has %s refuse all else",
    async (_name, { argsFor, notAnImage }) => {
      await writeFile(ground.file("local.wasm"), moduleNamed("local"));
      const cases = [
        [ground.uri(unsigned), "no signatures found for image: "],
        [`file://${ground.file("local.wasm")}`, notAnImage],
        [`https://${ground.registry.host}/p.wasm`, notAnImage],
      ] as const;
      for (const [uri, reason] of cases) {
        const refused = await withDefault(argsFor(uri));
        expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
        expect(refused.stderr).toContain(`Error: Policy ${uri} cannot be validated\n`);
        expect(refused.stderr).toContain(reason);
      }
    },
  );

  /** Nobody listens there: what is not for the registry of this machine fails. */
  const noNetwork = {
    HTTPS_PROXY: "http://127.0.0.1:9",
    HTTP_PROXY: "http://127.0.0.1:9",
    NO_PROXY: "127.0.0.1",
  };

  it("kwctl-and-oci 23: a trust configuration needs no network but the registry", async () => {
    const { uri, flags, kwctl } = ground;
    const args = ["verify", uri(signed), flags.sources, flags.verification];
    const verified = await kwctl([...args, flags.trust], { env: noNetwork });
    expect(verified).toMatchObject({ exitCode: 0, stdout: "" });
    expect(verified.stderr).toMatch(/ INFO \S*: Policy successfully verified\n$/);
    const refused = await kwctl(args, { env: noNetwork, home: "without-trust-root" });
    expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
    expect(refused.stderr).toContain("Error building Sigstore trust root: ");
  });

  it("kwctl-and-oci 24: a key needs no network but the registry", async () => {
    const { uri, flags, file, kwctl } = ground;
    const image = await ground.push("by-key");
    const key = ["sign", uri(image), flags.sources, `--key=${file("key.pem")}`];
    expect(await kwctl(key, { env: noNetwork })).toMatchObject({ exitCode: 0 });
    const args = ["verify", uri(image), flags.sources, "-k", file("key.pub")];
    expect(await kwctl(args, { env: noNetwork, home: "without-trust-root" })).toMatchObject({
      ...{ exitCode: 0, stdout: "" },
      stderr: expect.stringContaining("Policy successfully verified"),
    });
  });
});
