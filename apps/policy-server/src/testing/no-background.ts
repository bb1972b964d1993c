import type { Background } from "../daemon/background.ts";

/** For programs that run in the process of a test: it cannot be started again. */
export const noBackground: Background = {
  role: "starter",
  spawn() {
    throw new Error("tests do not start themselves again");
  },
};
