export { wantsColor } from "./color.ts";
export { createLogWriter, type LogWriterOptions } from "./log-writer.ts";
