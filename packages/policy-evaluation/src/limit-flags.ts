import { defineFlags, type FlagValues } from "@kubewarden-ts/cli";
import { defaultLimits, type GuestLimits } from "@kubewarden-ts/policy-runtime";

const pagesPerMebibyte = 16;
const bytesPerMebibyte = 1024 * 1024;
const oneGibibyte = 1024 * bytesPerMebibyte;

/** Flags of every program that evaluates policies: what one evaluation may take. Messages of policies that are stopped name them. */
export const limitFlags = defineFlags({
  "max-policy-memory-mib": {
    type: "number",
    valueName: "MIB",
    env: "KUBEWARDEN_MAX_POLICY_MEMORY_MIB",
    default: defaultLimits.maxMemoryPages / pagesPerMebibyte,
    min: 1,
    max: 4096,
    description: "kubewarden-ts only: memory that one evaluation may take, in MiB",
  },
  "max-policy-output-bytes": {
    type: "number",
    valueName: "BYTES",
    env: "KUBEWARDEN_MAX_POLICY_OUTPUT_BYTES",
    default: defaultLimits.maxOutputBytes,
    min: 1024,
    max: oneGibibyte,
    description:
      "kubewarden-ts only: largest answer of a policy, and largest payload of its host calls, in bytes",
  },
  "max-policy-log-lines": {
    type: "number",
    valueName: "LINES",
    env: "KUBEWARDEN_MAX_POLICY_LOG_LINES",
    default: defaultLimits.maxLogLines,
    max: 1_000_000,
    description: "kubewarden-ts only: lines that one evaluation may log; what is more is dropped",
  },
  "max-host-calls": {
    type: "number",
    valueName: "CALLS",
    env: "KUBEWARDEN_MAX_HOST_CALLS",
    default: defaultLimits.maxHostCalls,
    max: 100_000_000,
    description: "kubewarden-ts only: host calls that one evaluation may make",
  },
  "max-host-answer-bytes": {
    type: "number",
    valueName: "BYTES",
    env: "KUBEWARDEN_MAX_HOST_ANSWER_BYTES",
    default: defaultLimits.maxHostAnswerBytes,
    min: 1024,
    max: 4 * oneGibibyte,
    description: "kubewarden-ts only: bytes that the host calls of one evaluation may be answered with",
  },
  "max-waiting-memory-mib": {
    type: "number",
    valueName: "MIB",
    env: "KUBEWARDEN_MAX_WAITING_MEMORY_MIB",
    default: defaultLimits.maxWaitingBytes / bytesPerMebibyte,
    min: 16,
    max: 1024 * 1024,
    description:
      "kubewarden-ts only: memory of evaluations that wait for host calls, of each worker, in MiB; their policies then get no further ones",
  },
});

/** The limits that the flags say. */
export function limitsOf(flags: FlagValues<typeof limitFlags>): GuestLimits {
  return {
    ...defaultLimits,
    maxMemoryPages: flags["max-policy-memory-mib"] * pagesPerMebibyte,
    maxOutputBytes: flags["max-policy-output-bytes"],
    maxLogLines: flags["max-policy-log-lines"],
    maxHostCalls: flags["max-host-calls"],
    maxHostAnswerBytes: flags["max-host-answer-bytes"],
    maxWaitingBytes: flags["max-waiting-memory-mib"] * bytesPerMebibyte,
  };
}
