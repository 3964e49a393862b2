// A host as one writes it by the tutorial: its own idle timer, which a text leaves running, and a
// receipt for every message, one's own included. The package has to make the best of it.
import { WebMessagingClient } from '@genesys/cloud-web-messaging-client-sdk';
import session from './mock-init.js';

const IDLE_MS = 2000;

export default class ChatSession {
  client = null;
  #typing = false;
  #idle;

  async initialize() {
    const { guestToken, deploymentId } = session;
    this.client = new WebMessagingClient({ guestToken, deploymentId, debug: true });
    await this.client.connect();
    this.client.on('message', ({ id }) => this.markMessageAsRead(id));
  }

  handleInputChange() {
    if (!this.#typing) this.sendTyping('typing');
    this.#typing = true;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.sendTyping('stopTyping'), IDLE_MS);
  }

  async sendTyping(type) {
    if (type === 'stopTyping') this.#typing = false;
    await this.client.sendTypingIndicator({ type, conversationId: session.conversationId });
  }

  async markMessageAsRead(messageId) {
    await this.client.sendReadReceipt({ messageId, conversationId: session.conversationId });
  }

  async sendMessage(text) {
    if (this.#typing) this.sendTyping('stopTyping');
    await this.client.sendMessage({ text, conversationId: session.conversationId });
  }

  async disconnect() {
    await this.client.disconnect();
  }
}
