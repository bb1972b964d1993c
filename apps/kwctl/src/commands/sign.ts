import { defineCommand } from "../define-command.ts";
import { policyUri } from "../flags/policy-argument.ts";
import { signingFlags } from "../flags/signing.ts";
import { sourcesFlags } from "../flags/sources.ts";
import { signImage } from "../sign/sign-image.ts";
import { openRegistries } from "../store/open-registries.ts";
import { registryImage } from "../verification/registry-image.ts";

const timeoutMs = 600_000;

/** `kwctl sign` */
export const sign = defineCommand({
  summary: "kubewarden-ts only: sign a policy in a registry",
  args: [policyUri],
  flags: { ...signingFlags, ...sourcesFlags },
  async run({ args: [uri], flags, stdout, ...deps }) {
    const reference = registryImage(uri, "Signing");
    // Loaded when it is needed: other commands do without what makes signatures.
    const { signingOf } = await import("../sign/signer-of.ts");
    const signing = await signingOf(flags, deps);
    await using registries = await openRegistries(flags, deps);
    const signal = AbortSignal.timeout(timeoutMs);
    const { digest } = await signImage(reference, { ...signing, registry: registries.client, signal });
    const { registry, repository } = reference;
    stdout.write(`Policy successfully signed: ${registry}/${repository}@${digest}\n`);
  },
});
