import { createLogger } from "@kubewarden-ts/base";
import { expect, it } from "vitest";
import { createSlogWriter } from "./slog-writer.ts";

function logged(now?: () => string) {
  const lines: string[] = [];
  const write = createSlogWriter({ write: (text) => lines.push(text), ...(now && { now }) });
  return { lines, log: createLogger({ level: "trace", target: "scanner", write }) };
}

it.each([
  ["trace", "debug"],
  ["debug", "debug"],
  ["info", "info"],
  ["warn", "warning"],
  ["error", "error"],
] as const)(
  "audit-and-reports 34: a line of level %s is one of level %s, in the order of Go's",
  (level, name) => {
    const { lines, log } = logged(() => "2026-01-02T03:04:05.123456789Z");
    log.log(level, "scan started", { RunUID: "u", count: 3n, rate: Number.NaN });
    expect(lines).toEqual([
      `{"time":"2026-01-02T03:04:05.123456789Z","level":"${name}","message":"scan started","component":"scanner","RunUID":"u","count":"3","rate":"NaN"}\n`,
    ]);
  },
);

it("audit-and-reports section 2.12: a field does not hide what a line is", () => {
  const { lines, log } = logged();
  log
    .child({ target: "k8sclient" })
    .info("real", { message: "false", level: "x", time: "y", component: "z" });
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
    ...{ level: "info", message: "real", component: "k8sclient" },
  });
});

it("a text with line ends stays one line", () => {
  const { lines, log } = logged();
  log.info("a", { error: "b\nc\u2028d" });
  expect(lines[0]?.split("\n")).toHaveLength(2);
});
