/**
 * A queue in which policies take turns: one that fills it waits for itself, not the others for it. What belongs to one policy
 * comes out as it went in.
 */
export class TurnQueue<Item extends { readonly policyKey: number }> {
  /** In the order of their turns. */
  readonly #byPolicy = new Map<number, Item[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: Item): void {
    this.#size++;
    const items = this.#byPolicy.get(item.policyKey);
    if (items === undefined) this.#byPolicy.set(item.policyKey, [item]);
    else items.push(item);
  }

  /** The next item of the first policy that may have a turn. */
  take(mayTake: (policyKey: number) => boolean = () => true): Item | undefined {
    for (const [key, items] of this.#byPolicy) {
      if (!mayTake(key)) continue;
      const item = items.shift();
      this.#size--;
      this.#byPolicy.delete(key);
      if (items.length > 0) this.#byPolicy.set(key, items);
      return item;
    }
    return undefined;
  }

  /** Takes out one item; false when it is not there. */
  remove(isWanted: (item: Item) => boolean): boolean {
    for (const [key, items] of this.#byPolicy) {
      const index = items.findIndex(isWanted);
      if (index < 0) continue;
      items.splice(index, 1);
      this.#size--;
      if (items.length === 0) this.#byPolicy.delete(key);
      return true;
    }
    return false;
  }

  *[Symbol.iterator](): Generator<Item> {
    for (const items of this.#byPolicy.values()) yield* items;
  }
}
