import { errorText } from "@kubewarden-ts/base";
import type { StoredPolicy } from "@kubewarden-ts/policy-store";
import { defineCommand, type KwctlDeps } from "../define-command.ts";
import { KwctlError } from "../errors.ts";
import { localPolicy, locatePolicy } from "../locate-policy.ts";
import { type PackedFile, packArchive } from "../store/pack-archive.ts";
import { writeUserFile } from "../user-file.ts";

/** `kwctl save` (kwctl-and-oci.md 4 and 6) */
export const save = defineCommand({
  summary: "Save policies to a tar.gz file",
  args: [{ name: "<policies...>", description: "Policies to save" }],
  flags: {
    output: {
      type: "string",
      short: "o",
      valueName: "FILE",
      required: true,
      description: "Path where the file will be stored",
    },
  },
  async run({ args: [names], flags: { output }, files, policies }) {
    const found = new Map<string, StoredPolicy>();
    for (const name of names) {
      const policy = await storedPolicy(name, { files, policies });
      found.set(policy.uri, policy);
    }
    // nothing of the file is touched before all is known to be there
    const archive = packArchive(packed([...found.values()], policies));
    await writeUserFile(files, output, archive, `cannot create file ${output}`);
  },
});

type Deps = Pick<KwctlDeps, "files" | "policies">;

async function storedPolicy(name: string, deps: Deps): Promise<StoredPolicy> {
  const found = await findPolicy(name, deps);
  if (found.kind === "stored") return found.policy;
  const listed = (await deps.policies.list()).find(({ path }) => path === found.path);
  if (listed !== undefined) return listed;
  throw notSaved(`cannot find path for policy ${name}: ${found.path} does not lie in the store`);
}

async function findPolicy(name: string, { files, policies }: Deps) {
  try {
    return await localPolicy(await locatePolicy(name, { files, policies }), policies);
  } catch (error) {
    throw notSaved(`cannot find policy ${name}: ${errorText(error)}`);
  }
}

/**
 * The files of policies, as an archive has them.
 * @throws {KwctlError} naming the policy that cannot be read, or not be put into the archive
 */
export async function* packed(
  found: readonly StoredPolicy[],
  policies: Pick<Deps["policies"], "read" | "about" | "manifests">,
): AsyncGenerator<PackedFile> {
  for (const policy of found) {
    const { bytes } = await policies.read(policy).catch((error: unknown) => {
      throw notSaved(`cannot open policy file ${policy.uri}: ${errorText(error)}`);
    });
    try {
      const about = await policies.about(policy);
      yield { segments: policy.segments, bytes, ...about };
      // where there is no registry, a digest is checked with these
      for (const manifest of await policies.manifests(policy)) yield { ...manifest, ...about };
    } catch (error) {
      throw notSaved(`cannot append policy ${policy.uri} to tar file: ${errorText(error)}`);
    }
  }
}

function notSaved(message: string): KwctlError {
  return new KwctlError(message, { code: "KWCTL_POLICY_NOT_FOUND" });
}
