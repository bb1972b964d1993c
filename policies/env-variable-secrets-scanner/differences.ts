import type { Difference } from "../difference.ts";

const found = "The following secrets were found in environment variables -> ";

function finds(request: string, reason: string): Difference {
  return {
    reason: "the original does not know this form of secret",
    requests: [request],
    answer: { allowed: false, message: `${found}container: app, key: KEY, reason: ${reason}. ` },
  };
}

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  finds("value-openssh", "SSH (OPENSSH) private key"),
  finds("value-github", "GitHub Token"),
  finds("base64-github", "GitHub Token"),
  finds("value-sendgrid", "SendGrid API Key"),
  {
    reason: "the original does not know tokens of GitHub",
    requests: ["two-keys"],
    rewrite: (text) => `${text}container: app, key: B, reason: GitHub Token. `,
  },
  {
    reason: "the original does not know tokens of GitHub",
    requests: ["two-containers"],
    rewrite: (text) => `${text}container: b, key: B, reason: GitHub Token. `,
  },
];
