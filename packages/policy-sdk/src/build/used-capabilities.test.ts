import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { usedCapabilities } from "@kubewarden-ts/host-capabilities";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guestEntries } from "./guest-entries.ts";
import { createPolicyBuilder, type PolicyBuilder } from "./policy-builder.ts";

let folder: string;
let builder: PolicyBuilder;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-sdk-capabilities-"));
  builder = createPolicyBuilder();
});
afterAll(async () => {
  await builder[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe("a built file", () => {
  it.each([
    ["accept()", []],
    ["host.kubernetes.get({})", ["kubernetes/get_resource"]],
    ["host.kubernetes.list({})", ["kubernetes/list_resources_by_namespace"]],
    ["host.kubernetes.listAll({})", ["kubernetes/list_resources_all"]],
    ["host.kubernetes.canI({})", ["kubernetes/can_i"]],
    ["host.oci.manifest('')", ["oci/v1/oci_manifest"]],
    ["host.oci.manifestDigest('')", ["oci/v1/manifest_digest"]],
    ["host.oci.manifestAndConfig('')", ["oci/v1/oci_manifest_config"]],
    ["host.sigstore.verifyPublicKeys('', [])", ["oci/v2/verify"]],
    ["host.sigstore.verifyKeyless('', [])", ["oci/v2/verify"]],
    ["host.sigstore.verifyKeylessPrefix('', [])", ["oci/v2/verify"]],
    ["host.sigstore.verifyGithubActions('', {})", ["oci/v2/verify"]],
    ["host.sigstore.verifyCertificate('', {})", ["oci/v2/verify"]],
    ["host.crypto.verifyCertificate({})", ["crypto/v1/is_certificate_trusted"]],
    ["host.net.lookupHost('')", ["net/v1/dns_lookup_host"]],
    [
      "host.net.lookupHost(host.oci.manifestDigest(''))",
      ["net/v1/dns_lookup_host", "oci/v1/manifest_digest"],
    ],
  ])(
    "policies-and-sdk 13: of a policy that calls %s names %j and no other capability",
    async (call, expected) => {
      const entry = join(folder, "policy.ts");
      await writeFile(
        entry,
        `import { accept, host } from "@kubewarden-ts/policy-sdk";
       export const policy = { settings: {}, validate: () => { ${call}; return accept(); } };`,
      );
      const { wasm } = await builder.build({ entry, abi: "wapc" });
      expect(usedCapabilities(wasm)).toEqual(expected);
      const [bytes, usesManifests] = [Buffer.from(wasm), call.includes("host.oci.")];
      expect(bytes.includes("mediaType"), "has what reads manifests").toBe(usesManifests);
    },
  );
});

it("a policy may import what the package exports for it, and nothing else of the SDK", async () => {
  const manifest = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  const exported = Object.entries<string>(manifest.exports)
    .filter(([, file]) => file.startsWith("./src/guest/"))
    .map(([name, file]) => [name.slice(1), file.replace("./src/guest/", "")]);
  expect(Object.fromEntries(exported)).toEqual(guestEntries);
});
