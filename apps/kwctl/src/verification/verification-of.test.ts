import type { FlagValues } from "@kubewarden-ts/cli";
import type { VerificationConfig } from "@kubewarden-ts/sigstore";
import { describe, expect, it } from "vitest";
import { kwctlDirectories } from "../directories.ts";
import type { verificationFlags } from "../flags/verification.ts";
import { memoryFiles } from "../testing/memory-files.ts";
import { recordedLog } from "../testing/recorded-log.ts";
import { runKwctl } from "../testing/run-kwctl.ts";
import { verificationOf } from "./verification-of.ts";

type Flags = FlagValues<typeof verificationFlags>;

const absent: Flags = {
  "verification-config-path": undefined,
  "verification-key": [],
  "verification-annotation": [],
  "cert-email": undefined,
  "cert-oidc-issuer": undefined,
  "github-owner": undefined,
  "github-repo": undefined,
  "sigstore-trust-config": undefined,
};
const config = (owner: string) => `apiVersion: v1\nallOf: [{kind: githubAction, owner: ${owner}}]\n`;
const home = "/home/test";
const defaultFile = `${home}/.config/kubewarden/verification-config.yml`;

async function resolved(
  flags: Partial<Flags>,
  contents: Readonly<Record<string, string>> = {},
  options: Parameters<typeof memoryFiles>[1] = {},
) {
  const { log, lines } = recordedLog();
  const directories = kwctlDirectories({ platform: "linux", env: {}, home });
  const all = { "/a.pub": "key a", "/b.pub": "key b", "/v.yml": config("named"), ...contents };
  const files = memoryFiles(all, options);
  const found = await verificationOf({ ...absent, ...flags }, { files, directories, log });
  return { config: found, told: lines.map(({ level, message }) => `${level} ${message}`) };
}

describe("what a policy is to be signed by", () => {
  const annotations = { env: "prod", team: "a=b" };
  it.each<[string, Partial<Flags>, VerificationConfig]>([
    [
      "all flags, in upstream's order",
      {
        "verification-key": ["/a.pub", "/b.pub"],
        "verification-annotation": ["env=prod", "team=a=b"],
        "cert-email": "a@b.test",
        "cert-oidc-issuer": "https://issuer.test",
        "github-owner": "acme",
        "github-repo": "policies",
      },
      {
        allOf: [
          {
            kind: "genericIssuer",
            issuer: "https://issuer.test",
            subject: { equal: "a@b.test" },
            annotations,
          },
          { kind: "githubAction", owner: "acme", repo: "policies", annotations },
          { kind: "pubKey", key: "key a", annotations },
          { kind: "pubKey", key: "key b", annotations },
        ],
      },
    ],
    ["a key alone", { "verification-key": ["/a.pub"] }, { allOf: [{ kind: "pubKey", key: "key a" }] }],
    ["an owner alone", { "github-owner": "acme" }, { allOf: [{ kind: "githubAction", owner: "acme" }] }],
    [
      "the file that a flag names",
      { "verification-config-path": "/v.yml" },
      { allOf: [{ kind: "githubAction", owner: "named" }] },
    ],
  ])("kwctl-and-oci 5: is said by %s", async (_what, flags, expected) => {
    const { config, told } = await resolved(flags, { [defaultFile]: "not even looked at" });
    expect(config).toEqual(expected);
    expect(told).toEqual([]);
  });

  it("kwctl-and-oci 9: is said by the default file, which is told of", async () => {
    const { config: found, told } = await resolved({}, { [defaultFile]: config("default") });
    expect(found).toEqual({ allOf: [{ kind: "githubAction", owner: "default" }] });
    expect(told).toEqual(["info Default verification config present, using it"]);
  });

  it("kwctl-and-oci 5: is said by nobody", async () => {
    expect(await resolved({ "sigstore-trust-config": "/t.json" })).toEqual({ config: undefined, told: [] });
  });

  it.each<[string, Partial<Flags>, string]>([
    [
      "flags and a file",
      { "github-owner": "acme", "verification-config-path": "/v.yml" },
      "verification-config-path cannot be used in conjunction with other verification flags",
    ],
    [
      "annotations alone",
      { "verification-annotation": ["env=prod"] },
      "Intending to verify annotations, but no verification keys, OIDC issuer or GitHub owner were passed",
    ],
    [
      "a repository without an owner",
      { "github-repo": "policies" },
      "Intending to verify GitHub actions signature, but the repository owner is missing.",
    ],
    ...(["cert-email", "cert-oidc-issuer"] as const).map((flag): [string, Partial<Flags>, string] => [
      `${flag} alone`,
      { [flag]: "x" },
      "Intending to verify OIDC issuer, but no email or issuer were provided. You must pass the email and OIDC issuer to be validated together ",
    ]),
    [
      "an empty email, as of a variable that is not set",
      { "cert-email": "" },
      "Intending to verify OIDC issuer, but no email or issuer were provided. You must pass the email and OIDC issuer to be validated together ",
    ],
    [
      "a key that is not there",
      { "verification-key": ["/a.pub", "/none.pub"] },
      "could not read file /none.pub: No such file or directory (os error 2)",
    ],
    [
      "a file that is not there",
      { "verification-config-path": "/none.yml" },
      "failed to read verification file: No such file or directory (os error 2) (/none.yml)",
    ],
    [
      "a file without a name",
      { "verification-config-path": "" },
      "failed to read verification file: No such file or directory (os error 2) ()",
    ],
    [
      "a file of another version",
      { "verification-config-path": "/v2.yml" },
      "Not a supported configuration version: Unsupported (/v2.yml)",
    ],
  ])("kwctl-and-oci 26, 44: refuses %s", async (_what, flags, message) => {
    await expect(resolved(flags, { "/v2.yml": "apiVersion: v2\nallOf: []\n" })).rejects.toThrow(
      expect.objectContaining({ code: "KWCTL_INPUT_INVALID", message }),
    );
  });

  it("kwctl-and-oci 9: a default file that cannot be used is an error, never no verification", async () => {
    await expect(resolved({}, { [defaultFile]: "allOf: [{kind: nothing}]" })).rejects.toThrow(
      /^Not a valid configuration file: /,
    );
  });

  it.each([
    ["that leads nowhere", defaultFile],
    ["in a folder that leads nowhere", `${home}/.config/kubewarden`],
    ["below a folder that leads nowhere", `${home}/.config`],
  ])("kwctl-and-oci 9: a default file %s is an error, never no verification", async (_what, link) => {
    const remedy = "its presence turns verification on, so repair it, or remove it to verify nothing";
    const message = `failed to read verification file: No such file or directory (os error 2) (${defaultFile}): ${remedy}`;
    await expect(resolved({}, {}, { danglingLinks: [link] })).rejects.toThrow(
      expect.objectContaining({ code: "KWCTL_INPUT_INVALID", message }),
    );
  });
});

describe("kwctl verify", () => {
  it("kwctl-and-oci 5: wants to know by whom", async () => {
    const { code, stderr } = await runKwctl(["verify", "registry://host.test/p:v1"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^Error: could not retrieve sigstore options\n\nCaused by:\n.*--verification-key, /,
    );
  });

  it.each(["https://host.test/p.wasm", "file:///p.wasm"])("kwctl-and-oci 9: refuses %s", async (uri) => {
    const files = memoryFiles({ "/v.yml": config("acme") });
    const args = ["verify", uri, "--verification-config-path=/v.yml"];
    const { code, stderr } = await runKwctl(args, { files });
    const cause = "Verification only works with OCI images: Not a valid oci image: invalid reference format";
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `Error: Policy ${uri} cannot be validated\n${cause}\n`,
    });
  });
});

describe.each([
  ["pull", ["pull"]],
  ["run", ["run", "-r=/request.json"]],
])("kwctl-and-oci 9: kwctl %s with the default file", (_name, command) => {
  it.each(["https://host.test/p.wasm", "file:///p.wasm"])("refuses %s", async (uri) => {
    const files = memoryFiles({ [defaultFile]: config("acme"), "/request.json": "{}" });
    const { code, stderr } = await runKwctl([...command, uri], { files });
    const cause = "Invalid OCI image reference: invalid reference format";
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `Error: Policy ${uri} cannot be validated\n${cause}\n`,
    });
  });
});
