import { defineFlags } from "@kubewarden-ts/cli";

/** Flags of every command that talks to registries and web servers (kwctl-and-oci.md 5, SRC). */
export const sourcesFlags = defineFlags({
  "docker-config-json-path": {
    type: "string",
    valueName: "PATH",
    description: "Path to a directory containing the Docker 'config.json' file",
  },
  "sources-path": {
    type: "string",
    valueName: "PATH",
    description: "YAML file holding source information (https, registry insecure hosts, custom CAs...)",
  },
});
