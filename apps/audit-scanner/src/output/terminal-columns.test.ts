import { describe, expect, it } from "vitest";
import { terminalColumns } from "./terminal-columns.ts";

describe("terminalColumns", () => {
  it.each([
    ["is that of the terminal", { isTTY: true, columns: 120 }, {}, 120],
    ["is the usual one where the terminal does not tell", { isTTY: true, columns: 0 }, {}, 80],
    ["is none in a pipe or a file", {}, { TERM: "xterm" }, undefined],
    [
      "is none on a terminal that can only go forward",
      { isTTY: true, columns: 80 },
      { TERM: "dumb" },
      undefined,
    ],
    [
      "is there with NO_COLOR: a progress bar has no colours",
      { isTTY: true, columns: 80 },
      { NO_COLOR: "1" },
      80,
    ],
  ])("%s", (_row, stream, env, columns) => {
    expect(terminalColumns(stream, env)?.()).toBe(columns);
  });

  it("follows the terminal", () => {
    const stream = { isTTY: true, columns: 80 };
    const columns = terminalColumns(stream, {});
    stream.columns = 40;
    expect(columns?.()).toBe(40);
  });
});
