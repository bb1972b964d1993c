/** A form of secret, and what it is called. */
export interface Detector {
  readonly reason: string;
  /**
   * Starts with fixed text or one character and repeats only within bounds or before what ends it, so that the time it
   * takes is linear in that of the text.
   */
  readonly pattern: RegExp;
}

const googleKey = /AIza[0-9A-Za-z_-]{35}/;
const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/** What is looked for, in no particular order. */
export const detectors: readonly Detector[] = [
  { reason: "RSA private key", pattern: /-----BEGIN RSA PRIVATE KEY-----/ },
  { reason: "SSH (DSA) private key", pattern: /-----BEGIN DSA PRIVATE KEY-----/ },
  { reason: "SSH (EC) private key", pattern: /-----BEGIN EC PRIVATE KEY-----/ },
  { reason: "SSH (OPENSSH) private key", pattern: /-----BEGIN OPENSSH PRIVATE KEY-----/ },
  { reason: "Private key", pattern: /-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/ },
  { reason: "PGP private key block", pattern: /-----BEGIN PGP PRIVATE KEY BLOCK-----/ },
  {
    reason: "Amazon AWS Access Key ID",
    pattern: /(?:A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}/,
  },
  { reason: "Amazon MWS Auth Token", pattern: new RegExp(`amzn\\.mws\\.${uuid}`) },
  { reason: "Slack Token", pattern: /xox[abeoprs]-[0-9A-Za-z-]{10}/ },
  {
    reason: "Slack Webhook",
    pattern: /https:\/\/hooks\.slack\.com\/services\/T[0-9A-Z]{8,12}\/B[0-9A-Z]{8,12}\/[0-9A-Za-z]{24}/,
  },
  { reason: "GitHub Token", pattern: /gh[oprsu]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{22}/ },
  { reason: "GitLab Token", pattern: /glpat-[0-9A-Za-z_-]{20}/ },
  { reason: "npm Token", pattern: /npm_[0-9A-Za-z]{36}/ },
  { reason: "Google API Key", pattern: googleKey },
  { reason: "Google Cloud Platform API Key", pattern: googleKey },
  { reason: "Google Drive API Key", pattern: googleKey },
  { reason: "Google Gmail API Key", pattern: googleKey },
  { reason: "Google YouTube API Key", pattern: googleKey },
  { reason: "Google OAuth Access Token", pattern: /ya29\.[0-9A-Za-z_-]{20}/ },
  { reason: "Google (GCP) Service-account", pattern: /"type"\s{0,8}:\s{0,8}"service_account"/ },
  { reason: "Stripe API Key", pattern: /sk_live_[0-9A-Za-z]{24}/ },
  { reason: "Stripe Restricted API Key", pattern: /rk_live_[0-9A-Za-z]{24}/ },
  { reason: "Square Access Token", pattern: /sq0atp-[0-9A-Za-z_-]{22}/ },
  { reason: "Square OAuth Secret", pattern: /sq0csp-[0-9A-Za-z_-]{43}/ },
  {
    reason: "PayPal Braintree Access Token",
    pattern: /access_token\$production\$[0-9a-z]{16}\$[0-9a-f]{32}/,
  },
  { reason: "Twilio API Key", pattern: /SK[0-9a-f]{32}/ },
  { reason: "SendGrid API Key", pattern: /SG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}/ },
  { reason: "MailChimp API Key", pattern: /[0-9a-f]{32}-us[0-9]{1,2}/ },
  { reason: "MailGun API Key", pattern: /key-[0-9A-Za-z]{32}/ },
  { reason: "Facebook Access Token", pattern: /EAACEdEose0cBA[0-9A-Za-z]/ },
  { reason: "Telegram Bot API Key", pattern: /[0-9]:AA[0-9A-Za-z_-]{33}/ },
  {
    reason: "Credentials in absolute URL",
    pattern: /[A-Za-z]:\/\/[^\s/:@"']{1,200}:[^\s/:@"']{1,200}@[^\s/@]/,
  },
];
