import { isAtEnd, literal, type MailboxText, take, unexpected, type Word, word } from "./mailbox-words.ts";

/** A person or a list, as RFC 5322 section 3.4 writes them: `name <email>`, or the address alone. */
export interface Mailbox {
  readonly name: string | undefined;
  readonly email: string;
}

/** Between brackets in place of a domain (RFC 5322, section 3.4.1). */
const domainLiteral = /^\[[!-Z^-~]*\]$/;

/**
 * Reads a mailbox list: mailboxes with commas between them; display names may be quoted, and comments stand anywhere.
 * @throws {Error} saying what is wrong and at which character, counted from 1
 * @example parseMailboxList('Jane Doe <jane@example.test>, "Doe, John" <john@example.test>')
 */
export function parseMailboxList(list: string): Mailbox[] {
  const text: MailboxText = { characters: [...list], position: 0 };
  const mailboxes: Mailbox[] = [];
  do mailboxes.push(readMailbox(text));
  while (take(text, ","));
  if (!isAtEnd(text)) throw unexpected(text, "a comma or the end");
  return mailboxes;
}

/** Words before `<` are a name; without `<` they are the local part of an address. */
function readMailbox(text: MailboxText): Mailbox {
  const words = readWords(text);
  if (!take(text, "<")) return { name: undefined, email: readAddress(text, words) };
  const email = readAddress(text, readWords(text));
  if (!take(text, ">")) throw unexpected(text, "'>'");
  const name = words.map((word) => word.text).join(" ");
  return { name: name.trim() === "" ? undefined : name, email };
}

function readWords(text: MailboxText): Word[] {
  const words: Word[] = [];
  for (let next = word(text); next !== undefined; next = word(text)) words.push(next);
  return words;
}

function readAddress(text: MailboxText, [local, ...others]: readonly Word[]): string {
  if (local === undefined || others.length > 0 || !(local.quoted || isDotAtom(local.text))) {
    throw unexpected(text, "an address such as jane@example.test");
  }
  if (!take(text, "@")) throw unexpected(text, "'@'");
  const domain = literal(text) ?? word(text);
  if (domain === undefined || domain.quoted || !isDomain(domain.text)) throw unexpected(text, "a domain");
  return `${local.quoted ? quote(local.text) : local.text}@${domain.text}`;
}

function isDomain(text: string): boolean {
  return text.startsWith("[") ? domainLiteral.test(text) : isDotAtom(text);
}

function isDotAtom(text: string): boolean {
  return !(text.startsWith(".") || text.endsWith(".") || text.includes(".."));
}

function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}
