import { defineCommand } from "../define-command.ts";
import { invalidInput } from "../errors.ts";
import { policyUri } from "../flags/policy-argument.ts";
import { sourcesFlags } from "../flags/sources.ts";
import { verificationFlags } from "../flags/verification.ts";
import { openRegistries } from "../store/open-registries.ts";
import { notValidated } from "../verification/not-validated.ts";
import { registryImage } from "../verification/registry-image.ts";
import { verificationOf } from "../verification/verification-of.ts";

const timeoutMs = 600_000;

/** Upstream's text does not say what to do. */
const nobodyNamed = new Error(
  "nothing says who must have signed: give --verification-key, --cert-email and --cert-oidc-issuer, --github-owner, or --verification-config-path",
);

/** `kwctl verify` (kwctl-and-oci.md 6) */
export const verify = defineCommand({
  summary: "Verify a Kubewarden policy from a given URI using Sigstore",
  args: [policyUri],
  flags: { ...sourcesFlags, ...verificationFlags },
  async run({ args: [uri], flags, ...deps }) {
    const config = await verificationOf(flags, deps);
    if (config === undefined) throw invalidInput("could not retrieve sigstore options", nobodyNamed);
    await using registries = await openRegistries(flags, deps);
    // Loaded when it is needed: most commands verify nothing, and what that takes is large.
    const { openImageVerifier } = await import("../verification/open-image-verifier.ts");
    const verifier = await openImageVerifier(flags["sigstore-trust-config"], registries, deps);
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      await verifier.verify(registryImage(uri, "Verification"), config, { signal });
    } catch (error) {
      throw notValidated(uri, error);
    }
    deps.log.info("Policy successfully verified");
  },
});
