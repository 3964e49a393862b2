// A chat in a page, as a host writes one. Its query says what client to make: `options`, and where a
// new token comes from: `renewAt`. What the host has shown is kept over a reload, as hosts do.
import { WebMessagingClient } from '/client/src/index.js';

const query = new URLSearchParams(location.search);
const options = JSON.parse(query.get('options'));
const binding = JSON.parse(query.get('binding') ?? '{}');
const renewAt = query.get('renewAt');
const messages = document.getElementById('messages');
const text = document.getElementById('text');

if (renewAt) {
  options.tokenProvider = async () => {
    chat.renewals++;
    const { conversationId } = options;
    const answer = await fetch(renewAt, { method: 'POST', body: JSON.stringify({ conversationId }) });
    return (await answer.json()).guestToken;
  };
}

// A doubled tab has what the other one has kept.
window.startedWith = Object.keys(sessionStorage).filter((name) => name.startsWith('webmessaging:')).length;

const client = new WebMessagingClient(options);
const chat = window.chat = { client, events: [], renewals: 0, failed: null };

for (const name of ['typing', 'stopTyping', 'messageStatus', 'error']) {
  client.on(name, (detail) => note(name, detail));
}
client.on('connectionStateChange', (state) => note('state', { state }));
client.on('message', (message) => {
  note('message', message);
  show(message);
});

for (const message of JSON.parse(sessionStorage.getItem('shown') ?? '[]')) show(message);
client.bindComposer(text);
client.bindMessages(messages, { selector: '.message-agent', ...binding });
document.getElementById('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  send(text.value);
  text.value = '';
});
chat.send = send;
chat.connected = client.connect().catch((error) => { chat.failed = plain(error); });

function send(words) {
  client.sendMessage({ text: words }).catch((error) => note('unsent', error));
}

function show({ id, senderId, text }) {
  if ([...messages.children].some((shown) => shown.dataset.messageId === id)) return;
  const line = document.createElement('p');
  line.className = senderId === 'guest' ? 'message-guest' : 'message-agent';
  line.dataset.messageId = id;
  line.textContent = text;
  messages.append(line);
  const shown = [...messages.children].map(({ dataset, className, textContent }) => ({
    id: dataset.messageId, senderId: className === 'message-guest' ? 'guest' : 'agent', text: textContent,
  }));
  sessionStorage.setItem('shown', JSON.stringify(shown));
}

function note(name, detail) {
  chat.events.push({ ...plain(detail), name });
}

/** An error's own members are not its message. */
function plain(detail) {
  return detail instanceof Error ? { ...detail, error: detail.name, message: detail.message } : detail;
}
