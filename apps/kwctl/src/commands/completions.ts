import { notAvailable } from "../not-available.ts";

export const completions = notAvailable("completions", {
  summary: "Generates shell completions",
  flags: {
    shell: {
      type: "enum",
      short: "s",
      valueName: "SHELL",
      values: ["bash", "elvish", "fish", "powershell", "zsh"],
      required: true,
      description: "Shell type",
    },
  },
});
