/** A certificate and its private key, as PEM. */
export interface PemPair {
  readonly certificate: string;
  /** SEC1, as upstream writes and wants it: `EC PRIVATE KEY` */
  readonly key: string;
}
