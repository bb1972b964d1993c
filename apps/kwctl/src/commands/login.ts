import type { Credential } from "@kubewarden-ts/oci";
import { storeCredential } from "@kubewarden-ts/oci";
import { defineCommand } from "../define-command.ts";
import { invalidInput } from "../errors.ts";
import { sourcesFlags } from "../flags/sources.ts";
import { keepOptions } from "../login/keep-options.ts";
import { registryArgument, registryOf } from "../login/registry-argument.ts";
import { readSources } from "../sources-file.ts";

const timeoutMs = 60_000;

/** `kwctl login` */
export const login = defineCommand({
  summary: "kubewarden-ts only: keep credentials of a registry",
  description: "They are kept where `docker login` keeps them, once the registry has accepted them.",
  args: [registryArgument],
  flags: {
    username: {
      type: "string",
      short: "u",
      valueName: "NAME",
      required: true,
      description: "Name of the user",
    },
    "password-stdin": { type: "boolean", description: "Read the password, or a token, from standard input" },
    ...sourcesFlags,
  },
  async run({ args: [text], flags, env, stdout, log, readStdin, connectRegistries, ...deps }) {
    const registry = registryOf(text);
    // on the command line everybody on the machine could read it
    if (!flags["password-stdin"])
      throw invalidInput("the password is read from standard input: --password-stdin");
    const dockerConfigFolder = flags["docker-config-json-path"];
    const kept = keepOptions(dockerConfigFolder, env);
    const sources = await readSources(flags["sources-path"], { ...deps, env, log });
    const password = withoutLineEnd(Buffer.from(await readStdin()).toString());
    if (password === "") throw invalidInput("standard input holds no password");
    const credential: Credential = { kind: "password", username: flags.username, password };
    await using registries = await connectRegistries({
      ...{ sources, dockerConfigFolder },
      credentials: { credentialFor: async (asked) => (asked === registry ? credential : undefined) },
    });
    await registries.client.checkAccess(registry, { signal: AbortSignal.timeout(timeoutMs) });
    const keeper = await storeCredential(registry, credential, kept);
    if (keeper.kind === "file") {
      log.warn("the password is kept unencrypted: a credential helper of Docker would protect it", {
        path: keeper.path,
      });
    }
    stdout.write("Login Succeeded\n");
  },
});

/** `echo` adds one. */
function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, "");
}
