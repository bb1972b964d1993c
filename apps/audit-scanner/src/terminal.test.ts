import { systemClock } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import { accepting } from "./evaluation/testing/fake-policy-server.ts";
import { cap, namespace, pod } from "./scan/testing/scan-fixtures.ts";
import { logLines } from "./testing/scanned-cluster.ts";
import { scannerGround } from "./testing/scanner-in-process.ts";

const pods = 20;
const objects = [
  ...[namespace("shop"), cap("psp")],
  ...Array.from({ length: pods }, (_, index) => pod(`shop/web-${index}`)),
];
const drawnAgain = "\r\u001b[K";
const terminalColumns = () => 120;

/** Every look at it is half a second later, so that each progress is drawn. */
function hurryingClock() {
  let ms = 0;
  return { ...systemClock, now: () => (ms += 500) };
}

describe("the scanner on a terminal", () => {
  it("audit-and-reports defect 17: shows how many objects there are, how far it is, how fast, and the time left", async () => {
    let counted: Promise<void> | undefined;
    await using ground = await scannerGround(objects, async () => {
      counted ??= ground.api.until(() =>
        ground.api.requests.some(({ path, query }) => path.endsWith("/pods") && query.get("limit") === "1"),
      );
      await counted;
      return accepting;
    });
    const argv = ["-n", "shop", "--parallel-resources", "1"];
    const { exitCode, stderr } = await ground.run(argv, { terminalColumns, clock: hurryingClock() });
    expect(exitCode).toBe(0);
    const drawn = stderr.split(drawnAgain);
    expect(drawn).toContainEqual(
      expect.stringMatching(/^\[#+\.+\] \d+% \d+ of about 20 objects, \d+\/s, about (\d+ min )?\d+ s left$/),
    );
    expect(drawn.at(-1)).toBe("");
  });

  it("audit-and-reports defect 17: with --output-format only results are on standard output, and the log makes room for the line", async () => {
    await using ground = await scannerGround(objects);
    const { stdout, stderr } = await ground.run(["--output-format", "json"], { terminalColumns });
    expect(JSON.parse(stdout)).toMatchObject({ summary: { objects: pods } });
    expect(stderr).toContain(drawnAgain);
    const before = stderr.split('{"time":').slice(0, -1);
    expect(before.filter((text) => !/(^|\n|\r\u001b\[K)$/.test(text))).toEqual([]);
    const log = stderr.replaceAll(/\r\u001b\[K[^\r\n{]*/g, "");
    expect(logLines(log).at(-1)).toMatchObject({ message: "audit finished" });
    expect(stderr.endsWith(drawnAgain)).toBe(true);
  });

  it.each([[[]], [["--output-format", "text"]]])(
    "audit-and-reports defect 17: elsewhere no line is drawn, %j",
    async (argv) => {
      await using ground = await scannerGround(objects);
      const { stdout, stderr } = await ground.run(argv);
      expect(stdout + stderr).not.toContain("\u001b");
      expect(ground.api.requests.filter(({ query }) => query.get("limit") === "1")).toEqual([]);
    },
  );
});
