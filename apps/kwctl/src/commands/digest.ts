import { defineCommand } from "../define-command.ts";
import { outputFlag } from "../flags/output.ts";
import { policyUri } from "../flags/policy-argument.ts";
import { sourcesFlags } from "../flags/sources.ts";
import { openRegistries } from "../store/open-registries.ts";
import { registryImage } from "../verification/registry-image.ts";

const timeoutMs = 60_000;

/** `kwctl digest` (kwctl-and-oci.md 6) */
export const digest = defineCommand({
  summary: "Fetch digest from the OCI manifest of a policy",
  args: [policyUri],
  flags: { ...outputFlag, ...sourcesFlags },
  async run({ args: [uri], flags, stdout, ...deps }) {
    const reference = registryImage(uri, "Looking up a digest");
    await using registries = await openRegistries(flags, deps);
    const signal = AbortSignal.timeout(timeoutMs);
    const found = await registries.client.fetchDigest(reference, { signal });
    const text = flags.output === "json" ? JSON.stringify({ uri, digest: found }) : `${uri}@${found}`;
    stdout.write(`${text}\n`);
  },
});
