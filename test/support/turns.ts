/** How often the event loop turns while a promise is pending. */
export async function turnsDuring(pending: Promise<unknown>): Promise<number> {
  let turns = 0;
  let goesOn = true;
  const count = (): void => {
    turns++;
    if (goesOn) setImmediate(count);
  };
  setImmediate(count);
  await pending;
  goesOn = false;
  return turns;
}
