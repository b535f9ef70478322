/** Seeded draws: every program that walks the cases gets the same ones. */
export class Draws {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** At least 0 and below 1: a 32-bit counter through a mixer (Steele, Lea & Flood 2014). */
  uniform() {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32;
  }

  between(least, most) {
    return least + (most - least) * this.uniform();
  }

  whole(least, most) {
    return least + Math.floor(this.uniform() * (most - least + 1));
  }

  chance(share) {
    return this.uniform() < share;
  }

  pick(list) {
    return list[this.whole(0, list.length - 1)];
  }
}
