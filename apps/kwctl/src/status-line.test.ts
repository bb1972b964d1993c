import { describe, expect, it } from "vitest";
import { createStatusLine } from "./status-line.ts";

/** A terminal, and what makes time pass on it. */
function screen(columns = 80) {
  let written = "";
  const running = new Set<() => void>();
  return {
    terminal: {
      columns,
      write(text: string) {
        written += text;
      },
    },
    every(_ms: number, run: () => void) {
      running.add(run);
      return () => void running.delete(run);
    },
    tick: () => running.forEach((run) => void run()),
    taken() {
      const text = written;
      written = "";
      return text;
    },
  };
}

describe("kwctl-and-oci 47: the status line", () => {
  it("turns, tells what is new, and is gone in the end", () => {
    const { tick, taken, ...options } = screen();
    const line = createStatusLine(options);
    {
      using status = line.begin("Pulling a");
      expect(taken()).toBe("\r\u001b[K⠋ Pulling a");
      status.update("Pulling b");
      tick();
      expect(taken()).toBe("\r\u001b[K⠙ Pulling b");
      line.hide();
      expect(taken()).toBe("\r\u001b[K");
      line.hide();
      expect(taken()).toBe("");
      tick();
      expect(taken()).toBe("\r\u001b[K⠹ Pulling b");
    }
    expect(taken()).toBe("\r\u001b[K");
    tick();
    expect(taken()).toBe("");
  });

  it("does not wrap", () => {
    const { taken, ...options } = screen(10);
    using _status = createStatusLine(options).begin("a long text");
    expect(taken()).toBe("\r\u001b[K⠋ a long ");
  });

  it("is absent without a terminal", () => {
    const every = () => expect.fail("no time passes");
    const line = createStatusLine({ terminal: undefined, every });
    using status = line.begin("Pulling a");
    status.update("Pulling b");
    line.hide();
  });
});
