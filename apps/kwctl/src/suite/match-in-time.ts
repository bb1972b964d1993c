import { runInNewContext } from "node:vm";

/** Far more than any pattern takes that does not try all ways to divide a text. */
const defaultTimeoutMs = 1000;

/**
 * Whether a text has a match of a regular expression. There are patterns that take longer than anybody lives, for a text
 * that a policy chose: the search is given up.
 * @param pattern - in the syntax of JavaScript, with the flag `u`
 * @returns `timed-out` when it is not known
 */
export function matchInTime(
  pattern: string,
  text: string,
  timeoutMs = defaultTimeoutMs,
): "match" | "no-match" | "timed-out" {
  try {
    // of all ways to run JavaScript, this one can be interrupted in the middle of a search
    const isMatch: unknown = runInNewContext(
      'new RegExp(pattern, "u").test(text)',
      { pattern, text },
      { timeout: timeoutMs },
    );
    return isMatch === true ? "match" : "no-match";
  } catch (error) {
    if (isTimeout(error)) return "timed-out";
    throw error;
  }
}

/** The error may be one of the other context, and no `Error` of this one. */
function isTimeout(error: unknown): boolean {
  const hasCode = typeof error === "object" && error !== null && "code" in error;
  return hasCode && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
