import { defineFlags } from "@kubewarden-ts/cli";

/** Of commands whose output upstream has as text only. */
export const outputFlag = defineFlags({
  output: {
    type: "enum",
    short: "o",
    valueName: "FORMAT",
    values: ["text", "json"],
    default: "text",
    description: "kubewarden-ts only: output format",
  },
});
