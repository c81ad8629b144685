// Lists contacts, previews criteria, selects, watches a segment, and shows a mistake.

import { criteria } from "./criteria";
import { socket, url } from "./environment";
import { error } from "./error";
import { list } from "./list";
import { selection } from "./selection";
import { subscription } from "./subscription";

async function main() {
  try {
    await list();
    const count = await criteria();
    const id = await selection(count);
    await subscription(id, count);
    await error(id);
  } catch (error) {
    console.error(`${url}: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  } finally {
    await socket.dispose();
  }
}

void main();
