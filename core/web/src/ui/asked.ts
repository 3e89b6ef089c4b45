/** What the address asks a page to do: the palette's actions lead to `/keys?do=create`. */

const PARAMETER = "do";

/** Whether this is asked. It is asked once: it leaves the address, so that reloading or going back does not repeat it. */
export function asked(action: string): boolean {
  const address = new URL(location.href);
  if (address.searchParams.get(PARAMETER) !== action) return false;
  address.searchParams.delete(PARAMETER);
  history.replaceState(history.state, "", address.pathname + address.search + address.hash);
  return true;
}
