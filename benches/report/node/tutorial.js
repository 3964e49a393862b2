// Owns: a key as the tutorial's class has it, over a client that does nothing. The class comes from the tutorial's text,
// where that is at hand, and stands in this project nowhere. Must not know: how it is measured.

const FIRST = '// web-messaging-client.js\n';
const LAST = 'export default WebMessagingSession;\n';

/** The complete example in the text of the tutorial. */
export function exampleIn(text) {
  const start = text.indexOf(FIRST);
  const end = text.indexOf(LAST, start) + LAST.length;
  if (start < 0 || end < LAST.length) throw new Error('the text has no complete example');
  return text.slice(start, end);
}

/** What it imports. */
export const IMPORTS = {
  '@genesys/cloud-web-messaging-client-sdk': `
    export class WebMessagingClient {
      async connect() {}
      on() {}
      async sendTypingIndicator() {}
      async sendReadReceipt() {}
      async sendMessage() {}
      async disconnect() {}
    }`,
  './mock-init.js': `export default { guestToken: 'token', conversationId: 'conversation', deploymentId: 'deployment' };`,
};

export async function tutorial(module) {
  const { default: WebMessagingSession } = module;
  const session = new WebMessagingSession();
  await session.initialize();
  return {
    name: "the tutorial's class",
    key: () => session.handleInputChange(),
  };
}
