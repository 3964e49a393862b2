// Owns: where the guest's token comes from: the backend's step of the emulator. The conversation is
// remembered by this tab, so that a reload goes on with it; the token is not.
// Must not know: what is said.

import { createSession } from '/client/src/index.js';

const BACKEND = '/api/v2/conversations/messaging';
const REMEMBERED = 'page:conversation';

/** @typedef {{guestToken: string, conversationId: string, deploymentId: string, isNew: boolean}} Session */

/**
 * The session of before the reload, else a new one.
 * @returns {Promise<Session>}
 */
export async function openSession() {
  const conversationId = sessionStorage.getItem(REMEMBERED) ?? undefined;
  if (conversationId === undefined) return newSession();
  // An emulator that was started anew has forgotten it.
  return furtherToken().catch(newSession);
}

/** @returns {Promise<Session>} */
export function newSession() {
  return ask(undefined);
}

/**
 * Another token for the conversation of this tab, as when the old one has expired. If a new
 * conversation was started in its place, that one is named in the answer.
 * @returns {Promise<Session>}
 */
export function furtherToken() {
  return ask(sessionStorage.getItem(REMEMBERED) ?? undefined);
}

/**
 * @param {string | undefined} conversationId
 * @returns {Promise<Session>}
 */
async function ask(conversationId) {
  const session = /** @type {any} */ (await createSession({ url: BACKEND, conversationId }));
  sessionStorage.setItem(REMEMBERED, session.conversationId);
  return { ...session, isNew: conversationId === undefined };
}
