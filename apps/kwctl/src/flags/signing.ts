import { defineFlags } from "@kubewarden-ts/cli";

/** Flags of the commands that sign: `sign`, and `push` with `--sign`. */
export const signingFlags = defineFlags({
  key: {
    type: "string",
    short: "k",
    valueName: "PATH",
    conflictsWith: ["identity-token"],
    description:
      "Private key to sign with: PEM, in PKCS #8 or as cosign writes it. COSIGN_PASSWORD holds the password of an encrypted one",
  },
  "identity-token": {
    type: "string",
    valueName: "TOKEN_OR_PATH",
    description:
      "Identity token, or a file with one, to sign with in place of a key, by means of Sigstore. Without both, SIGSTORE_ID_TOKEN may hold a token",
  },
  annotation: {
    type: "string",
    short: "a",
    valueName: "KEY=VALUE",
    form: "key=value",
    repeatable: true,
    description: "Annotation of the signature in key=value format. Can be repeated multiple times",
  },
  "sigstore-trust-config": {
    type: "string",
    valueName: "PATH",
    description:
      "JSON file with a Sigstore ClientTrustConfig, whose signing config is used in place of the public Sigstore instance",
  },
});
