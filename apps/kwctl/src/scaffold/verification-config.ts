/**
 * A configuration to begin with: every policy must have been signed by a workflow of the organisation kubewarden
 * (kwctl-and-oci.md 7.2).
 * @param defaultPath - the file that turns verification on when it exists
 */
export function verificationConfigTemplate(defaultPath: string): string {
  return `# Which signatures policies must have.
#
# Saved as
#   ${defaultPath}
# it is used by every command that pulls, runs or verifies policies; under another name with the flag
# --verification-config-path.
#
# All signatures in allOf must be there, and of those in anyOf.signatures as many as anyOf.minimumMatches says. Kinds:
#   githubAction   owner, and repo if it matters: a workflow on GitHub
#   genericIssuer  issuer, and subject with equal or urlPrefix: whoever an OpenID Connect issuer vouches for
#   pubKey         key: the holder of a private key, as PEM
# Each may have annotations, all of which the signature must carry.
apiVersion: v1
allOf:
- kind: githubAction
  owner: kubewarden
  repo: null
  annotations: null
anyOf: null
`;
}
