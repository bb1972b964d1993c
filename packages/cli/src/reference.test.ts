import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defineCommand } from "./command.ts";
import { docsCommand } from "./docs-command.ts";
import { reference } from "./reference.ts";
import { runProgram } from "./run-program.ts";

const program = defineCommand({
  name: "kwctl",
  summary: "Kubewarden",
  subcommands: {
    docs: docsCommand({ open }),
    hidden: defineCommand({ summary: "Internal", hidden: true, run() {} }),
    pull: defineCommand({
      summary: "Pulls",
      args: [{ name: "<uri>", description: "Policy URI" }],
      flags: {
        level: {
          type: "enum",
          short: "l",
          env: "LEVEL",
          values: ["a", "b"],
          default: "a",
          description: "Level",
        },
        secret: { type: "boolean", hidden: true, description: "Internal" },
      },
      run() {},
    }),
  },
});

const pullMarkdown = `## \`kwctl pull\`

Pulls

**Usage:** \`kwctl pull [OPTIONS] <uri>\`

###### **Arguments:**

* \`<uri>\` — Policy URI

###### **Options:**

* \`-l\`, \`--level <LEVEL>\` — Level

  Default value: \`a\`

  Environment variable: \`LEVEL\`

  Possible values: \`a\`, \`b\``;

const pullAsciidoc = `[#kwctl-pull]
== \`+kwctl pull+\`

Pulls

*Usage:* \`+kwctl pull [OPTIONS] <uri>+\`

.Arguments
* \`+<uri>+\` -- Policy URI

.Options
* \`+-l+\`, \`+--level <LEVEL>+\` -- Level
+
Default value: \`+a+\`
+
Environment variable: \`+LEVEL+\`
+
Possible values: \`+a+\`, \`+b+\``;

describe("reference", () => {
  it.each([
    ["markdown", pullMarkdown, "* [`kwctl pull`↴](#kwctl-pull)"],
    ["asciidoc", pullAsciidoc, "* <<kwctl-pull,`+kwctl pull+`>>"],
  ] as const)("kwctl-and-oci 43: writes %s of every visible command", (format, page, overview) => {
    const text = reference(program, format);
    expect(text).toContain(page);
    expect(text).toContain(overview);
    expect(text).not.toMatch(/Internal|secret/);
  });
});

describe("docsCommand", () => {
  async function docs(output: string) {
    let stderr = "";
    const sink = {
      write: (text: string | Uint8Array) => {
        stderr += text;
      },
    };
    const io = { argv: ["docs", "-o", output], env: {}, stdout: sink, stderr: sink };
    return { code: await runProgram(program, io), stderr };
  }

  it("kwctl-and-oci 43: chooses the format by the file's extension", async () => {
    const folder = await mkdtemp(join(tmpdir(), "docs-"));
    try {
      expect(await docs(join(folder, "a.md"))).toEqual({ code: 0, stderr: "" });
      expect(await docs(join(folder, "a.adoc"))).toEqual({ code: 0, stderr: "" });
      expect(await readFile(join(folder, "a.md"), "utf8")).toBe(reference(program, "markdown"));
      expect(await readFile(join(folder, "a.adoc"), "utf8")).toBe(reference(program, "asciidoc"));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("kwctl-and-oci 44: names the file it cannot create", async () => {
    expect(await docs("/nowhere/at/all.md")).toEqual({
      code: 1,
      stderr: "Error: cannot create file /nowhere/at/all.md: No such file or directory (os error 2)\n",
    });
  });
});
