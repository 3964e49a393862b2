// Owns: what can be read off a guest token by looking at it. Must not know: whether it is genuine;
// only the service can tell.

/**
 * The conversation that a token names in its claims, if it is a JWT and names one.
 * @param {string} token
 * @returns {string | undefined}
 */
export function conversationOf(token) {
  const claims = claimsOf(token);
  const id = claims?.conversationId ?? claims?.conversation_id;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/**
 * @param {string} token
 * @returns {Record<string, unknown> | undefined}
 */
function claimsOf(token) {
  const parts = token.split('.');
  if (parts.length !== 3 || !parts[1]) return undefined;
  try {
    const binary = atob(parts[1].replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return claims !== null && typeof claims === 'object' ? claims : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A mark by which a token is known again, and from which it cannot be got back: 64 bits (FNV-1a).
 * @param {string} token
 * @returns {string}
 */
export function fingerprintOf(token) {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(token)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
