import { printable } from "@kubewarden-ts/base";
import type { FlagValues } from "@kubewarden-ts/cli";
import { formatMetadata, type PolicyMetadata } from "@kubewarden-ts/protocol";
import { defineCommand } from "../define-command.ts";
import { uriOrShaPrefix } from "../flags/policy-argument.ts";
import { sourcesFlags } from "../flags/sources.ts";
import { policyDetails } from "../inspect/details.ts";
import {
  findSignatures,
  manifestValue,
  type Signatures,
  signatureDetails,
  signaturesNote,
} from "../inspect/signatures.ts";
import { notAnnotated } from "../policy-module.ts";
import { openRegistries, type RegistryDeps } from "../store/open-registries.ts";
import { readLocalPolicy } from "../store/read-local-policy.ts";
import { yamlText } from "../yaml-text.ts";

const timeoutMs = 60_000;

/** `kwctl inspect` (kwctl-and-oci.md 6.1) */
export const inspect = defineCommand({
  summary: "Inspect Kubewarden policy",
  args: [uriOrShaPrefix],
  flags: {
    output: {
      type: "enum",
      short: "o",
      valueName: "FORMAT",
      values: ["yaml"],
      // not shown: scripts know the list of upstream's error
      hiddenValues: ["json"],
      description: "Output format; kubewarden-ts also writes json",
    },
    "show-signatures": { type: "boolean", description: "Show sigstore signatures" },
    ...sourcesFlags,
  },
  async run({ args: [name], flags, stdout, stderr, ...deps }) {
    const { module, url } = await readLocalPolicy(name, deps);
    const { metadata } = module;
    if (metadata === undefined) throw notAnnotated(url);
    const signatures = flags["show-signatures"] ? await signaturesBeside(url, flags, deps) : undefined;
    if (flags.output === undefined) {
      stdout.write(printable(policyDetails(metadata)));
      if (signatures !== undefined) stdout.write(printable(`\n${signaturesText(signatures)}`));
      return;
    }
    const document = documentOf(metadata, signatures);
    stdout.write(flags.output === "yaml" ? yamlText(document) : printable(`${JSON.stringify(document)}\n`));
    // notes stay out of the document
    if (signatures !== undefined && signatures.kind !== "manifest")
      stderr.write(printable(signaturesNote(signatures)));
  },
});

async function signaturesBeside(
  url: string,
  flags: FlagValues<typeof sourcesFlags>,
  deps: RegistryDeps,
): Promise<Signatures> {
  await using registries = await openRegistries(flags, deps);
  return await findSignatures(url, { client: registries.client, signal: AbortSignal.timeout(timeoutMs) });
}

function signaturesText(signatures: Signatures): string {
  return signatures.kind === "manifest" ? signatureDetails(signatures.manifest) : signaturesNote(signatures);
}

/** One mapping: the keys of the metadata in the order of the custom section, then the signatures. */
function documentOf(metadata: PolicyMetadata, signatures: Signatures | undefined): object {
  const about: object = JSON.parse(formatMetadata(metadata));
  if (signatures?.kind !== "manifest") return about;
  return { ...about, signatures: manifestValue(signatures.manifest) };
}
