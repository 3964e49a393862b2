// Owns: a WebSocket in memory whose other end accepts every session and takes what it is sent.
// Must not know: the client, what is measured.

const ACCEPTED = JSON.stringify({
  type: 'response', class: 'SessionResponse', code: 200, body: { connected: true, newSession: true, readOnly: false },
});

export class MemorySocket {
  /** Frames that all sockets were given. */
  static sent = [];

  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;

  readyState = MemorySocket.CONNECTING;
  bufferedAmount = 0;
  binaryType = 'blob';
  onopen = null;
  onmessage = null;
  onerror = null;
  onclose = null;

  constructor(url) {
    this.url = url;
    setTimeout(() => {
      this.readyState = MemorySocket.OPEN;
      this.onopen?.({ type: 'open' });
    });
  }

  send(frame) {
    MemorySocket.sent.push(String(frame));
    if (String(frame).includes('configureSession')) {
      setTimeout(() => this.onmessage?.({ type: 'message', data: ACCEPTED }));
    }
  }

  close(code = 1000) {
    this.readyState = MemorySocket.CLOSED;
    setTimeout(() => this.onclose?.({ type: 'close', code, reason: '', wasClean: true }));
  }
}
