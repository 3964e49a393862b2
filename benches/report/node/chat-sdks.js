// Owns: a key as two chat services' own packages have it, with nothing sent. Must not know: how it is measured.

/** stream-chat: `channel.keystroke()`. */
export async function streamChat() {
  const { StreamChat } = await import('stream-chat');
  const client = new StreamChat('key', { disableCache: true });
  client.user = { id: 'guest' };
  client.userID = 'guest';
  const channel = client.channel('messaging', 'conversation');
  client.wsConnection = { isHealthy: true };
  client.configs[channel.cid] = { typing_events: true };
  let sent = 0;
  channel.sendEvent = async () => { sent += 1; };
  await channel.keystroke();
  if (sent !== 1) throw new Error(`stream-chat sent ${sent} events for a first key`);
  return { name: 'stream-chat', key: () => channel.keystroke() };
}

/** Ably Chat: `room.typing.keystroke()`. */
export async function ablyChat() {
  const { default: Ably } = await import('ably');
  const { ChatClient } = await import('@ably/chat');
  const realtime = new Ably.Realtime({ key: 'app.key:secret', clientId: 'guest', autoConnect: false });
  Object.defineProperty(realtime.connection, 'state', { value: 'connected' });
  const room = await new ChatClient(realtime).rooms.get('conversation');
  let sent = 0;
  room.channel.publish = async () => { sent += 1; };
  await room.typing.keystroke();
  if (sent !== 1) throw new Error(`Ably Chat sent ${sent} events for a first key`);
  return { name: 'Ably Chat', key: () => room.typing.keystroke() };
}
