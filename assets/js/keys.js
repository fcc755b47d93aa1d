/** @returns {string} 128 random bits; works without https too, where crypto.randomUUID does not exist */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
