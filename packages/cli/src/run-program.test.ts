import { describe, expect, it } from "vitest";
import { commandDefiner } from "./command.ts";
import { runProgram } from "./run-program.ts";

const defineCommand = commandDefiner<{ greeting: string }>();

const program = defineCommand({
  name: "greeter",
  version: { short: "greeter 1" },
  summary: "Greets",
  flags: { loud: { type: "boolean", global: true, description: "In capitals" } },
  subcommands: {
    greet: defineCommand({
      summary: "Greets somebody",
      args: ["<who>"],
      run: ({ args: [who], greeting, stdout }) => void stdout.write(`${greeting} ${who}\n`),
    }),
    fail: defineCommand({
      summary: "Fails",
      async run() {
        throw new Error("cannot greet", { cause: new Error("nobody there") });
      },
    }),
    code: defineCommand({ summary: "Gives a code", run: async () => 7 }),
  },
});

async function outcome(argv: readonly string[]) {
  const written = { stdout: "", stderr: "" };
  const write = (stream: "stdout" | "stderr") => ({
    write: (text: string | Uint8Array) => {
      written[stream] += text;
    },
  });
  const deps = ({ loud }: { loud: boolean }) => ({ greeting: loud ? "HELLO" : "hello" });
  const io = { argv, env: {}, stdout: write("stdout"), stderr: write("stderr") };
  return { code: await runProgram(program, { ...io, deps }), ...written };
}

describe("runProgram", () => {
  it.each([
    ["a result", ["greet", "you"], { code: 0, stdout: "hello you\n", stderr: "" }],
    ["what the globals changed", ["--loud", "greet", "you"], { code: 0, stdout: "HELLO you\n", stderr: "" }],
    ["the version", ["-V"], { code: 0, stdout: "greeter 1\n", stderr: "" }],
    ["a code of the command", ["code"], { code: 7, stdout: "", stderr: "" }],
    [
      "a failure",
      ["fail"],
      { code: 1, stdout: "", stderr: "Error: cannot greet\n\nCaused by:\n    nobody there\n" },
    ],
  ])("writes %s", async (_row, argv, expected) => {
    expect(await outcome(argv)).toEqual(expected);
  });

  it("kwctl-and-oci 21: a usage error goes to stderr with exit code 2", async () => {
    const { code, stdout, stderr } = await outcome(["greet"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: the following required arguments were not provided:\n {2}<who>\n\n/);
  });
});
