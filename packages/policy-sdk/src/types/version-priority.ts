const stages = ["alpha", "beta", ""];

/**
 * Orders versions of an API from old to new as Kubernetes does: `v1alpha1`, `v1beta1`, `v1`, `v2`; what is no such
 * version comes first.
 */
export function compareApiVersions(left: string, right: string): number {
  const [leftRank, rightRank] = [rank(left), rank(right)];
  for (const [index, value] of leftRank.entries()) {
    if (value !== rightRank[index]) return Math.sign(value - (rightRank[index] ?? 0));
  }
  return left === right ? 0 : left < right ? 1 : -1;
}

function rank(version: string): readonly [number, number, number] {
  const [, major, stage = "", minor = "0"] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  return major === undefined ? [-1, 0, 0] : [stages.indexOf(stage), Number(major), Number(minor)];
}
