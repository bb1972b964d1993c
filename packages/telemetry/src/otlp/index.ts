export { type Otlp, type OtlpOptions, startOtlp } from "./start-otlp.ts";
