export { mapConcurrent } from "./concurrency.ts";
export { errorText } from "./errors.ts";
export {
  createLogger,
  type LogFields,
  type Logger,
  type LogLevel,
  type LogLine,
  type LogSpan,
  type LogValue,
  logLevels,
  silentLogger,
} from "./logger.ts";
export { osErrorText } from "./os-error.ts";
