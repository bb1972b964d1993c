import { defineCommand } from "@kubewarden-ts/cli";
import { expect, it } from "vitest";
import { commandsDocument } from "./commands.ts";

const child = defineCommand({
  summary: "Does more",
  flags: { secret: { type: "boolean", hidden: true, env: "DEMO_SECRET", description: "Not shown" } },
  run() {},
});
const program = defineCommand({
  name: "demo",
  summary: "Does things",
  flags: { loud: { type: "boolean", description: "In capitals" } },
  subcommands: { more: child },
});

it("style 2: every flag of a command table is in the reference, hidden ones too", () => {
  const { path, text } = commandsDocument(program);
  expect(path).toBe("docs/reference/demo.md");
  expect(text).toContain("`--loud`");
  expect(text).toContain("* `demo more --secret` — Not shown; environment variable: `DEMO_SECRET`");
});
