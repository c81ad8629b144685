import assert from "node:assert/strict";
import { quietFor } from "./criteria";
import { addContacts } from "./selection";

export async function error(id: string) {
  console.log("Error");
  const input = { segmentId: id, criteria: quietFor("30 days") };
  const { userErrors } = await addContacts(input);
  const { path, code, message } = userErrors[0]!;
  const value = valueAt(path, { input });
  console.log(`  ${path.join(".")}`);
  console.log(`  ${path.at(-1)}: "${value}"  ← ${code}: ${message}`);
  assert.equal(value, "30 days");
}

/** What was sent as the field that the path names. */
function valueAt(path: readonly string[], sent: unknown): unknown {
  return path.reduce(
    (value, key) => (value as Record<string, unknown>)[key],
    sent,
  );
}
