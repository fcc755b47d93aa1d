import { Controller } from "@hotwired/stimulus";

/** A plain click on a column head sorts by it (a link); with Shift the column joins the present order. */
export default class SortController extends Controller {
  /** @param {MouseEvent} event */
  add(event) {
    if (!event.shiftKey) return;
    event.preventDefault();
    const url = new URL(location.href);
    const present = url.searchParams.get("sort") ?? event.params.present ?? "";
    url.searchParams.set("sort", withColumn(present, event.params.key));
    url.searchParams.delete("cursor");
    location.assign(url);
  }
}

/**
 * The order with one more column; a column already in it turns round where it stands.
 * @param {string} sort "-last_activity_at,score"
 * @param {string} key
 * @returns {string}
 */
export function withColumn(sort, key) {
  const columns = sort.split(",").filter(Boolean);
  const turned = columns.map((column) => (column === key ? `-${key}` : column === `-${key}` ? key : column));
  const known = columns.some((column) => column.replace(/^-/, "") === key);
  return (known ? turned : [...columns, key]).join(",");
}
