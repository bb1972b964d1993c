/** `--output-format`. */
export const outputFormats = ["text", "json", "junit", "sarif"] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** `--fail-on`: the least grave result that makes the exit code tell. */
export type FailOn = "fail" | "error";
