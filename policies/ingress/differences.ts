import type { Difference } from "../difference.ts";

const noTls = "Not all hosts have TLS enabled";

/** Settings, and what is said of port 3000 behind the default backend. */
const defaultBackend: readonly (readonly [readonly string[], string])[] = [
  [["s7"], "these ports are explicitly denied: Set{3000}"],
  [["s10", "s12"], "these ports are not on the allowed list: Set{3000}"],
];

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "443.0 is a whole number",
    settings: ["s26"],
    settingsMessage: null,
  },
  {
    reason:
      "a setting spelt in another case is refused; the original reads it, and to ignore it would let through",
    settings: ["s24"],
    answer: {
      allowed: false,
      code: 500,
      message: "invalid settings: requireTls: unknown setting, expected requireTLS",
    },
  },
  {
    reason: "what is for every host needs TLS for every host; the original looks at named hosts only",
    settings: ["s2", "s8", "s9", "s13"],
    requests: ["rule-without-host", "one-rule-without-host", "default-backend"],
    answer: { allowed: false, message: noTls },
  },
  ...defaultBackend.map(([settings, message]) => ({
    reason: "the port of the default backend counts; the original does not look there",
    settings,
    requests: ["default-backend"],
    answer: { allowed: false, message },
  })),
  {
    reason: "a port that is no number is refused; the original takes the number in the text",
    settings: ["s2", "s9", "s10", "s12", "s13", "s14"],
    requests: ["port-string"],
    answer: {
      allowed: false,
      message: "spec.rules[0].http.paths[0].backend.service.port.number: expected integer, got string",
    },
  },
  {
    reason: "a port that is null is none; the original takes it for port 0",
    settings: ["s5", "s10", "s14"],
    requests: ["port-null"],
    answer: { allowed: true },
  },
];
