import { errorText, mapConcurrent } from "@kubewarden-ts/base";
import {
  type BlobReader,
  type Descriptor,
  type ImageReference,
  type ManifestReader,
  OciError,
} from "@kubewarden-ts/oci";
import type { Bundle } from "@sigstore/bundle";
import { readBundle } from "../bundle/read-bundle.ts";
import { invalidSignature, SigstoreError } from "../errors.ts";
import { quoted } from "../quoted.ts";
import { readLayer, type SimpleSigningLayer, simpleSigningType } from "../simple-signing/layer.ts";

/** Of a registry client, what reads signatures. */
export interface SignatureReader extends ManifestReader {
  readonly fetchBlob: BlobReader;
  /** The manifests that refer to a manifest, by the referrers API or the tag that stands in for it. */
  readonly fetchReferrers: (
    reference: ImageReference,
    digest: string,
    options: { signal: AbortSignal },
  ) => Promise<readonly Referrer[]>;
}

/** A manifest that refers to another. */
export interface Referrer extends Descriptor {
  /** What it is; registries may say nothing, or something else. */
  readonly artifactType?: string | undefined;
}

/** What was found, unverified. */
export interface FoundSignatures {
  readonly layers: readonly SimpleSigningLayer[];
  readonly bundles: readonly { readonly origin: string; readonly bundle: Bundle }[];
  /** Why a place cannot be read. */
  readonly problems: readonly { readonly place: string; readonly error: string }[];
  /** Why signatures that are there cannot be read. */
  readonly unreadable: readonly string[];
  /** Where more refers to the image than is looked at: how many manifests there are, and how many were. */
  readonly passedOver: { readonly total: number; readonly lookedAt: number } | undefined;
}

const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
/** Of one image; who has more wants to keep us busy. */
const maxSignatures = 100;
/** Payloads have some hundred bytes, bundles some ten thousand. */
const maxPayloadBytes = 64 * 1024;
const maxBundleBytes = 512 * 1024;
const concurrency = 4;

interface FindOptions {
  readonly client: SignatureReader;
  readonly signal: AbortSignal;
}

/**
 * Finds the signatures of a manifest (kwctl-and-oci 15.1, 16.4): in the image beside it, and among those that refer to
 * it. A place that cannot be read counts as one without signatures.
 * @param digest - of the manifest
 */
export async function findSignatures(
  reference: ImageReference,
  digest: string,
  options: FindOptions,
): Promise<FoundSignatures> {
  const problems: { place: string; error: string }[] = [];
  const from = async <Found>(place: string, find: () => Promise<Found[]>): Promise<Found[]> => {
    try {
      return await find();
    } catch (error) {
      options.signal.throwIfAborted();
      if (error instanceof OciError && error.code === "OCI_NOT_FOUND") return [];
      if (!(error instanceof OciError || error instanceof SigstoreError)) throw error;
      problems.push({ place, error: errorText(error) });
      return [];
    }
  };
  const unreadable: string[] = [];
  const reader = { reference, digest, ...options, unreadable };
  let passedOver: FoundSignatures["passedOver"];
  const likely = (referrers: readonly Referrer[]): readonly Referrer[] => {
    const total = referrers.length;
    if (total > maxSignatures) passedOver = { total, lookedAt: maxSignatures };
    return likelyOnes(referrers);
  };
  const [layers, bundles] = await Promise.all([
    from(signatureTag(digest), () => findLayers(reader)),
    from("referrers", () => findBundles(reader, likely)),
  ]);
  return { layers, bundles, problems, unreadable, passedOver };
}

interface Reader extends FindOptions {
  readonly reference: ImageReference;
  readonly digest: string;
  readonly unreadable: string[];
}

function signatureTag(digest: string): string {
  return `${digest.replace(":", "-")}.sig`;
}

async function findLayers(reader: Reader): Promise<SimpleSigningLayer[]> {
  const { client, digest, signal } = reader;
  const { registry, repository } = reader.reference;
  const image = { registry, repository };
  const { manifest } = await client.fetchManifest({ ...image, tag: signatureTag(digest) }, { signal });
  if (manifest.kind !== "image") throw invalidSignature("the signatures are an image index");
  const other = manifest.layers.find(({ mediaType }) => mediaType !== simpleSigningType);
  if (other !== undefined) throw invalidSignature(`a layer is of type ${quoted(other.mediaType)}`);
  return await readEach(reader, manifest.layers, async (layer) => {
    const limits = { signal, maxBytes: maxPayloadBytes };
    return [readLayer(layer, await client.fetchBlob({ ...image, digest }, layer, limits))];
  });
}

async function findBundles(
  reader: Reader,
  likely: (referrers: readonly Referrer[]) => readonly Referrer[],
): Promise<{ origin: string; bundle: Bundle }[]> {
  const { client, digest, signal } = reader;
  const { registry, repository } = reader.reference;
  const referrers = await client.fetchReferrers(reader.reference, digest, { signal });
  // all together, whichever manifests hold them, and one that stands twice once
  const seen = new Set<string>();
  return await readEach(reader, likely(referrers), async (referrer) => {
    const reference = { registry, repository, digest: referrer.digest };
    const { manifest } = await client.fetchManifest(reference, { signal });
    // what else refers to an image: lists of its parts, results of scans
    const layers = manifest.kind === "image" ? manifest.layers : [];
    const found = layers.filter(
      (layer) => layer.mediaType === bundleType && !seen.has(layer.digest) && seen.add(layer.digest),
    );
    checkNumber(seen.size);
    return await mapConcurrent(found, 1, async (layer) => {
      const bytes = await client.fetchBlob(reference, layer, { signal, maxBytes: maxBundleBytes });
      return { origin: referrer.digest, bundle: readBundle(bytes) };
    });
  });
}

/** Those that may be signatures; an image may have many referrers that are something else, and do not say so. */
function likelyOnes(referrers: readonly Referrer[]): readonly Referrer[] {
  const isBundle = ({ artifactType }: Referrer): boolean => artifactType === bundleType;
  const others = referrers.filter((each) => !isBundle(each));
  return [...referrers.filter(isBundle), ...others].slice(0, maxSignatures);
}

/** Reads each of several; one that cannot be read is left out. */
async function readEach<Found>(
  { signal, unreadable }: Reader,
  descriptors: readonly Descriptor[],
  read: (descriptor: Descriptor) => Promise<Found[]>,
): Promise<Found[]> {
  checkNumber(descriptors.length);
  const found = await mapConcurrent(descriptors, concurrency, async (descriptor) => {
    try {
      return await read(descriptor);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof OciError || error instanceof SigstoreError)) throw error;
      unreadable.push(`${descriptor.digest}: ${errorText(error)}`);
      return [];
    }
  });
  return found.flat();
}

function checkNumber(count: number): void {
  if (count > maxSignatures) throw invalidSignature(`there are ${count}, more than ${maxSignatures}`);
}
