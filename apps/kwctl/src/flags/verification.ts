import { defineFlags } from "@kubewarden-ts/cli";

/** Flags of every command that verifies signatures (kwctl-and-oci.md 5, VER). */
export const verificationFlags = defineFlags({
  "verification-config-path": {
    type: "string",
    valueName: "PATH",
    description: "YAML file holding verification config information (signatures, public keys...)",
  },
  "verification-key": {
    type: "string",
    short: "k",
    valueName: "PATH",
    repeatable: true,
    description: "Path to key used to verify the policy. Can be repeated multiple times",
  },
  "verification-annotation": {
    type: "string",
    short: "a",
    valueName: "KEY=VALUE",
    form: "key=value",
    repeatable: true,
    description: "Annotation in key=value format. Can be repeated multiple times",
  },
  "cert-email": { type: "string", valueName: "VALUE", description: "Expected email in Fulcio certificate" },
  "cert-oidc-issuer": {
    type: "string",
    valueName: "VALUE",
    description: "Expected OIDC issuer in Fulcio certificates",
  },
  "github-owner": {
    type: "string",
    valueName: "VALUE",
    description: "GitHub owner expected in the certificates generated in CD pipelines",
  },
  "github-repo": {
    type: "string",
    valueName: "VALUE",
    description: "GitHub repository expected in the certificates generated in CD pipelines",
  },
  "sigstore-trust-config": {
    type: "string",
    valueName: "PATH",
    description: "JSON file with a Sigstore ClientTrustConfig, in place of the public Sigstore instance",
  },
});
