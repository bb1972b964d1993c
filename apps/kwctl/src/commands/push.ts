import type { FlagValues } from "@kubewarden-ts/cli";
import type { ImageReference } from "@kubewarden-ts/oci";
import { pushModule } from "@kubewarden-ts/policy-store";
import { defineCommand } from "../define-command.ts";
import { invalidInput, KwctlError } from "../errors.ts";
import { signingFlags } from "../flags/signing.ts";
import { sourcesFlags } from "../flags/sources.ts";
import type { PolicyModule } from "../policy-module.ts";
import { pushDestination } from "../push/destination.ts";
import { manifestAnnotations } from "../push/manifest-annotations.ts";
import { signImage } from "../sign/sign-image.ts";
import type { Signing, SigningDeps } from "../sign/signer-of.ts";
import { openRegistries } from "../store/open-registries.ts";
import { progressOn } from "../store/progress.ts";
import { readLocalPolicy } from "../store/read-local-policy.ts";
import type { Registries } from "../store/registries.ts";

/** For all uploads of one policy. */
const timeoutMs = 1_800_000;

/** `kwctl push` (kwctl-and-oci.md 6 and 11) */
export const push = defineCommand({
  summary: "Pushes a Kubewarden policy to an OCI registry",
  args: [
    { name: "<policy>", description: "Policy to push: its path, URI or SHA prefix in the store" },
    { name: "<uri>", description: "Where to push it: registry://…" },
  ],
  flags: {
    force: { type: "boolean", short: "f", description: "Push also a policy that is not annotated" },
    output: {
      type: "enum",
      short: "o",
      valueName: "FORMAT",
      values: ["text", "json"],
      default: "text",
      description: "Output format",
    },
    sign: {
      type: "boolean",
      description:
        "kubewarden-ts only: sign what is pushed, with --key or --identity-token, as `kwctl sign` does",
    },
    ...signingFlags,
    ...sourcesFlags,
  },
  async run({ args: [policy, uri], flags, stdout, stderr, ...deps }) {
    const { module } = await readLocalPolicy(policy, deps);
    checkPushable(module, flags.force);
    if (module.metadata === undefined) stderr.write("Warning: pushing a non-annotated policy!\n");
    const reference = pushDestination(uri);
    // What is wrong with a key shows before anything is pushed.
    const signing = await signingOfPush(flags, deps);
    await using registries = await openRegistries(flags, deps);
    using status = deps.status.begin(`Pushing ${uri}`);
    const digest = await pushModule(reference, module.bytes, {
      client: registries.client,
      annotations: manifestAnnotations(module.metadata, deps.log),
      progress: progressOn(status, `Pushing ${uri}`),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { registry, repository } = reference;
    if (signing !== undefined) await signPushed({ registry, repository, digest }, signing, registries);
    const immutableRef = `${registry}/${repository}@${digest}`;
    const text = `Policy successfully pushed: ${immutableRef}\n`;
    stdout.write(flags.output === "json" ? JSON.stringify({ immutable_ref: immutableRef }) : text);
  },
});

/** @throws {KwctlError} also for a key without `--sign`: nobody gives one for a policy that stays unsigned */
async function signingOfPush(
  flags: FlagValues<typeof signingFlags> & { readonly sign: boolean },
  deps: SigningDeps,
): Promise<Signing | undefined> {
  if (!flags.sign && (flags.key !== undefined || flags.annotation.length > 0)) {
    throw invalidInput("--key and --annotation are about signatures: give --sign too");
  }
  if (!flags.sign) return undefined;
  const { signingOf } = await import("../sign/signer-of.ts");
  return await signingOf(flags, deps);
}

async function signPushed(
  image: Required<Pick<ImageReference, "registry" | "repository" | "digest">>,
  signing: Signing,
  { client }: Registries,
): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  await signImage(image, { ...signing, registry: client, signal });
}

function checkPushable({ metadata, isRego }: PolicyModule, force: boolean): void {
  if (metadata !== undefined) return;
  if (!force) {
    const text = "Cannot push a policy that is not annotated. Use `annotate` command or `push --force`";
    throw new KwctlError(text, { code: "KWCTL_POLICY_INVALID" });
  }
  if (isRego) {
    const text = "Rego policies cannot be pushed without metadata";
    throw new KwctlError(text, { code: "KWCTL_POLICY_INVALID" });
  }
}
