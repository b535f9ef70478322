/** `count` customers; null is a gap. */
export function customers(
  count: number,
  seed: number,
): {
  tenure: number | null;
  charge: number | null;
  contract: string;
  internet: string | null;
  payment: string;
  churned: string;
}[];
export function writeCustomers(path: string, count: number, seed: number): Promise<void>;
