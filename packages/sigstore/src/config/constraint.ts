/** Annotations of a signature that must be there with these values. */
export type Annotations = Readonly<Record<string, string>>;

/** Signed with the private key of this public one. */
export interface PubKeyConstraint {
  readonly kind: "pubKey";
  /** For people only. */
  readonly owner?: string | undefined;
  /** PEM, SubjectPublicKeyInfo */
  readonly key: string;
  readonly annotations?: Annotations | undefined;
}

/** Whom a certificate is for: exactly, or what the name begins with; a prefix ends at a slash. */
export type Subject = { readonly equal: string } | { readonly urlPrefix: string };

/** Signed by somebody whom an OpenID Connect issuer vouches for. */
export interface GenericIssuerConstraint {
  readonly kind: "genericIssuer";
  readonly issuer: string;
  readonly subject: Subject;
  readonly annotations?: Annotations | undefined;
}

/** Signed by a workflow of GitHub Actions that was started in a repository. */
export interface GithubActionConstraint {
  readonly kind: "githubAction";
  readonly owner: string;
  /** Without, every repository of the owner. */
  readonly repo?: string | undefined;
  readonly annotations?: Annotations | undefined;
}

/** Signed with the private key of a certificate; only host calls ask for it (kwctl-and-oci 15.4). */
export interface CertificateConstraint {
  readonly kind: "certificate";
  /** PEM */
  readonly certificate: Uint8Array;
  /** PEM, the root last; without, the certificate itself is trusted. */
  readonly chain?: readonly Uint8Array[] | undefined;
  /** Whether the transparency log must have the signature. */
  readonly requireRekorBundle: boolean;
  readonly annotations?: Annotations | undefined;
}

/** What a file may ask for. */
export type FileConstraint = PubKeyConstraint | GenericIssuerConstraint | GithubActionConstraint;

/** What a signature is to be. */
export type Constraint = FileConstraint | CertificateConstraint;

/** What an image is to be signed by (kwctl-and-oci 14): all of `allOf`, and enough of `anyOf`. */
export interface VerificationConfig {
  readonly allOf?: readonly Constraint[] | undefined;
  readonly anyOf?:
    | {
        /** Entries that must be satisfied; 1 or more. */
        readonly minimumMatches: number;
        readonly signatures: readonly Constraint[];
      }
    | undefined;
}
