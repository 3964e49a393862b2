// A host whose clock, timers, sockets and page stand still until a test moves them. Evaluated to a
// function that makes one.
() => {
  const host = {
    time: 1000,
    /** What the guest has told and done, in order. */
    lines: [],
    /** Called with each line that a callback adds; may throw. */
    hook: null,
    timers: new Map(),
    nextTimer: 1,
    delays: [],
    sockets: [],
    refuseSockets: false,
    /** The member that a socket throws at, when it is set. */
    refuseMember: null,

    now: () => host.time,
    setTimeout(f, ms) {
      host.delays.push(ms);
      host.timers.set(host.nextTimer, { f, at: host.time + ms });
      return host.nextTimer++;
    },
    clearTimeout: (id) => void host.timers.delete(id),
    WebSocket: function WebSocket(url) {
      if (host.refuseSockets) throw new SyntaxError('no such address');
      const socket = new FakeSocket(url);
      host.sockets.push(socket);
      return socket;
    },

    event: (json) => told('event ' + json),
    written: (kind, id) => told('written ' + kind + (id === undefined ? '' : ' ' + id)),
    transport: (what, transport, detail) => told([what, transport, detail ?? ''].join(' ').trim()),

    /** Moves the clock, and lets each timer ring at its time. */
    advance(ms) {
      const end = host.time + ms;
      for (;;) {
        const due = [...host.timers].sort((a, b) => a[1].at - b[1].at).find(([, { at }]) => at <= end);
        if (!due) break;
        host.time = Math.max(host.time, due[1].at);
        host.timers.delete(due[0]);
        due[1].f();
      }
      host.time = end;
    },
    /** Lets every timer ring now, which is too early. */
    ringEarly() {
      const early = [...host.timers.values()];
      host.timers.clear();
      for (const { f } of early) f();
    },
    /** Moves the clock first, and lets what is due ring then: a page in the background. */
    advanceThrottled(ms) {
      host.time += ms;
      host.advance(0);
    },
    socket: (index) => host.sockets[index],
    takeLines: () => host.lines.splice(0),
    timerCount: () => host.timers.size,
    socketCount: () => host.sockets.filter(({ readyState }) => readyState < 2).length,
    handlerCount: () => host.sockets.flatMap((s) => [s.onopen, s.onmessage, s.onclose]).filter(Boolean).length,
    listenerCount: () => (host.page ? host.page.document.count() + host.page.window.count() : 0),
    withPage(hidden) {
      host.page = { document: new FakeTarget(), window: new FakeTarget() };
      host.page.document.hidden = hidden;
    },
    setHidden(hidden) {
      host.page.document.hidden = hidden;
      host.page.document.fire('visibilitychange');
    },
    fireOnWindow: (kind) => host.page.window.fire(kind),
  };

  function told(line) {
    host.lines.push(line);
    host.hook?.(line);
  }

  class FakeSocket {
    readyState = 0;
    onopen = null;
    onmessage = null;
    onclose = null;
    onerror = null;

    constructor(url) {
      this.url = url;
      if (!host.refuseMember) return;
      Object.defineProperty(this, host.refuseMember, {
        get: () => null,
        set() {
          throw new TypeError('not here');
        },
      });
    }

    send(text) {
      if (this.readyState === 0) throw new Error('not open yet');
      host.lines.push('sent ' + text);
    }

    close(code) {
      host.lines.push('close ' + (code ?? ''));
      if (this.readyState < 2) this.readyState = 2;
    }

    open() {
      this.readyState = 1;
      this.onopen?.({ type: 'open' });
    }

    receive(data) {
      this.onmessage?.({ type: 'message', data });
    }

    /** What the browser does when the connection is over. */
    end(code) {
      this.readyState = 3;
      this.onerror({ type: 'error' });
      this.onclose?.({ type: 'close', code });
    }
  }

  class FakeTarget {
    listeners = [];

    addEventListener(kind, f) {
      this.listeners.push({ kind, f });
    }

    removeEventListener(kind, f) {
      this.listeners = this.listeners.filter((l) => l.kind !== kind || l.f !== f);
    }

    fire(kind) {
      for (const l of this.listeners.filter((l) => l.kind === kind)) l.f({ type: kind });
    }

    count() {
      return this.listeners.length;
    }
  }

  return host;
}
