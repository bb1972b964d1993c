import { defineFlags } from "@kubewarden-ts/cli";

/** Of the commands that pull what is absent. */
export const pullFlags = defineFlags({
  "pull-policy": {
    type: "enum",
    valueName: "WHEN",
    values: ["missing", "always", "never"],
    default: "missing",
    description:
      "kubewarden-ts only: when to ask registries and web servers: for what is not in the store and for the tag 'latest', always, or never",
  },
});
