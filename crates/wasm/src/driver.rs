//! The driver: carries a session's inputs in and its outputs out.
//!
//! Owns: the order of things, and that nothing is borrowed while JavaScript runs. Must not know:
//! what a frame says, what is told to whom in which form.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

use wasm_bindgen::JsValue;
use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::{
    Close, CloseReason, Config, Deadline, EndpointOutput, Input, InputError, Instant, Output,
    Phase, RestoreError, Session, Snapshot, TransportId,
};

use crate::alarm::Alarm;
use crate::environment::{Environment, instant_of, report};
use crate::observer::{Observer, TransportNews, Written};
use crate::page::{Page, PageNews};
use crate::socket::{Incoming, Sender, Socket, SocketNews};

/// Runs a session in a page or a worker: one WebSocket, one `setTimeout`, no task of its own.
///
/// Everything is done before a method returns, the observer's calls too. A method that is called
/// from within such a call takes effect at once, and what it causes is told after that call.
///
/// Dropping it is the end without leave: no timer, socket or listener stays, nothing more is told.
pub struct Driver<O: Observer>(Rc<Inner<O>>);

struct Inner<O> {
    environment: Environment,
    observer: O,
    session: RefCell<Session>,
    /// The one that the session dialed last, until it is closed or given up.
    socket: RefCell<Option<Socket>>,
    alarm: Alarm,
    page: RefCell<Option<Page>>,
    /// The deadline that the observer knows.
    told: Cell<Option<Deadline>>,
    /// Outputs are being carried out, further down the stack.
    draining: Cell<bool>,
    ended: Cell<bool>,
}

impl<O: Observer> Driver<O> {
    /// A session that is not connected yet. The observer is told nothing before this has returned.
    #[must_use]
    pub fn new(config: Config, environment: Environment, observer: O) -> Self {
        let session = Session::new(config, environment.instant());
        Self(Inner::run(session, environment, observer))
    }

    /// The session of a snapshot; if it had a connection, it dials again by itself. What it has to
    /// tell comes with the next call, or soon.
    ///
    /// # Errors
    /// If the snapshot cannot be read, see [`Session::restore`].
    pub fn restore(
        config: Config,
        snapshot: Snapshot,
        environment: Environment,
        observer: O,
    ) -> Result<Self, RestoreError> {
        let session = Session::restore(config, snapshot, environment.instant())?;
        let inner = Inner::run(session, environment, observer);
        inner.alarm.set(Some(Instant::ORIGIN));
        Ok(Self(inner))
    }

    /// Takes an input of the host's. Those of transports and of time are the driver's own.
    ///
    /// # Errors
    /// The caller's mistakes; such an input changes nothing but the time.
    pub fn handle(&self, input: Input<'_>) -> Result<(), InputError> {
        self.0.handle(input)
    }

    /// [`Session::keystroke`].
    pub fn keystroke(&self) {
        let now = self.0.environment.instant();
        self.0.session.borrow_mut().keystroke(now);
        self.0.drain();
    }

    /// [`Session::keystroke`], from who has just looked at the clock: that costs twice as much from
    /// here.
    pub(crate) fn keystroke_at(&self, millis: f64) {
        self.0.session.borrow_mut().keystroke(instant_of(millis));
        self.0.drain();
    }

    /// [`Session::go_on_typing`], at a time of the environment's clock.
    pub(crate) fn go_on_typing(&self, millis: f64) -> bool {
        self.0.session.borrow_mut().go_on_typing(instant_of(millis))
    }

    /// The session as data, for [`restore`](Self::restore) in another page.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.0.give(Input::Tick);
        self.0.session.borrow().snapshot()
    }

    /// Looks at the session. The driver must not be called from within.
    pub fn look<T>(&self, at: impl FnOnce(&Session) -> T) -> T {
        at(&self.0.session.borrow())
    }

    /// The end without leave, for an owner that cannot drop the driver yet.
    pub(crate) fn end(&self) {
        self.0.end();
    }
}

impl<O: Observer> Drop for Driver<O> {
    fn drop(&mut self) {
        self.end();
    }
}

impl<O: Observer> fmt::Debug for Driver<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver").field("phase", &self.look(Session::phase)).finish_non_exhaustive()
    }
}

impl<O: Observer> Inner<O> {
    fn run(session: Session, environment: Environment, observer: O) -> Rc<Self> {
        let inner = Rc::new_cyclic(|this: &Weak<Self>| {
            let this = Weak::clone(this);
            Self {
                alarm: Alarm::new(environment.clone(), move || {
                    if let Some(inner) = this.upgrade() {
                        inner.rang();
                    }
                }),
                environment,
                observer,
                session: RefCell::new(session),
                socket: RefCell::default(),
                page: RefCell::default(),
                told: Cell::default(),
                draining: Cell::default(),
                ended: Cell::default(),
            }
        });
        inner.listen_to_page();
        inner
    }

    fn listen_to_page(self: &Rc<Self>) {
        let Some(parts) = self.environment.page() else { return };
        let this = Rc::downgrade(self);
        let (page, seen) = Page::listen(&parts, move |news| {
            if let Some(inner) = this.upgrade() {
                inner.page_changed(news);
            }
        });
        self.page.replace(Some(page));
        if let Some(PageNews::Foreground(seen)) = seen {
            let now = self.environment.instant();
            // A session that has just begun takes it; what comes of it is carried out later.
            let _ = self.session.borrow_mut().handle(Input::Foreground(seen), now);
        }
    }

    fn page_changed(self: &Rc<Self>, news: PageNews) {
        match news {
            PageNews::Foreground(seen) => self.give(Input::Foreground(seen)),
            PageNews::Online => self.give(Input::NetworkAvailable),
            // A connection without a network is lost, whether or not the browser has noticed.
            PageNews::Offline => {
                let id = self.socket.borrow().as_ref().map(|socket| socket.id);
                if let Some(id) = id {
                    self.drop_socket();
                    self.give(Input::TransportClosed(id, CloseReason::Lost));
                }
            }
        }
    }

    fn rang(self: &Rc<Self>) {
        self.alarm.rang();
        self.give(Input::Tick);
    }

    fn heard(self: &Rc<Self>, id: TransportId, news: SocketNews) {
        match news {
            SocketNews::Opened => {
                self.observer.transport(id, TransportNews::Open);
                self.give(Input::TransportOpened(id));
            }
            SocketNews::Message(message) => self.received(id, &message),
            SocketNews::Closed(code) => {
                drop(self.socket.take());
                let news = code.map_or(TransportNews::Dropped, TransportNews::Closed);
                self.observer.transport(id, news);
                let reason = code.map_or(CloseReason::Lost, CloseReason::Code);
                self.give(Input::TransportClosed(id, reason));
            }
        }
    }

    fn received(self: &Rc<Self>, id: TransportId, message: &Incoming) {
        let wire = match message {
            Incoming::Text(text) => text.as_bytes(),
            Incoming::Binary(bytes) => bytes,
            Incoming::Unfit => return self.give(Input::FrameUndecodable(id)),
        };
        if let Ok(text) = std::str::from_utf8(wire) {
            self.observer.frame_received(text, id);
        }
        match WebMessaging.decode(wire) {
            Ok(frame) => self.give(Input::FrameReceived(id, frame)),
            Err(_) => self.give(Input::FrameUndecodable(id)),
        }
    }

    /// An input of the driver's own: refused only when a socket floods it from within a callback.
    fn give(self: &Rc<Self>, input: Input<'_>) {
        if let Err(refused) = self.handle(input) {
            report(&JsValue::from_str(&refused.message()));
        }
    }

    fn handle(self: &Rc<Self>, input: Input<'_>) -> Result<(), InputError> {
        if self.ended.get() {
            return Ok(());
        }
        let now = self.environment.instant();
        let taken = self.session.borrow_mut().handle(input, now);
        self.drain();
        taken
    }

    /// Carries out everything that the session wants done. From within a callback, that is left to
    /// the call further down, so that everything comes in its order.
    fn drain(self: &Rc<Self>) {
        if self.draining.replace(true) {
            return;
        }
        while let Some(work) = self.next() {
            self.carry_out(work);
        }
        self.draining.set(false);
    }

    /// What is to be done next: outputs first, then what follows from how the session stands.
    fn next(&self) -> Option<Work> {
        if self.ended.get() {
            return None;
        }
        let mut session = self.session.borrow_mut();
        while let Some(output) = session.poll_output() {
            let written = match &output {
                // The driver asks for the deadline when nothing else is to be done.
                Output::ArmTimer(_) | Output::ClearTimer => continue,
                Output::SendFrame(frame) => Some(Written::of(frame, &session)),
                _ => None,
            };
            let mut wire = Vec::new();
            let context = session.encode_context();
            let output = EndpointOutput::encode(output, &WebMessaging, &context, &mut wire);
            return Some(Work::Output(output, written, wire));
        }
        let over = matches!(session.phase(), Phase::Idle | Phase::Closed | Phase::Failed(_));
        if over && self.socket.borrow().is_some() {
            return Some(Work::DropSocket);
        }
        let deadline = session.deadline();
        drop(session);
        self.alarm.set(deadline.map(|deadline| deadline.at));
        (self.told.replace(deadline) != deadline).then_some(Work::TellDeadline(deadline))
    }

    fn carry_out(self: &Rc<Self>, work: Work) {
        match work {
            Work::Output(EndpointOutput::OpenTransport(id), ..) => self.open(id),
            Work::Output(EndpointOutput::CloseTransport(id, close), ..) => self.close(id, close),
            Work::Output(EndpointOutput::Send, written, wire) => self.send(written, &wire),
            Work::Output(EndpointOutput::Emit(event), ..) => self.observer.event(event),
            Work::Output(..) => {}
            Work::DropSocket => self.drop_socket(),
            Work::TellDeadline(deadline) => self.observer.deadline(deadline),
        }
    }

    fn open(self: &Rc<Self>, id: TransportId) {
        let url = self.session.borrow().config().url();
        self.observer.transport(id, TransportNews::Dialing(&url));
        if self.ended.get() {
            return;
        }
        let this = Rc::downgrade(self);
        let dialed = Socket::dial(id, &self.environment, &url, move |id, news| {
            if let Some(inner) = this.upgrade() {
                inner.heard(id, news);
            }
        });
        match dialed {
            Ok(socket) => drop(self.socket.replace(Some(socket))),
            Err(exception) => {
                self.observer.transport(id, TransportNews::Refused(&exception));
                self.give(Input::TransportClosed(id, CloseReason::Lost));
            }
        }
    }

    fn close(&self, id: TransportId, close: Close) {
        let Some((_, sender)) = self.sender().filter(|(of, _)| *of == id) else { return };
        // Only while the host takes its leave does it matter what still comes.
        if self.session.borrow().phase() == Phase::Closing {
            sender.close(close);
        } else {
            self.drop_socket();
        }
    }

    fn send(&self, written: Option<Written>, wire: &[u8]) {
        let (Some((id, sender)), Ok(text)) = (self.sender(), std::str::from_utf8(wire)) else {
            return;
        };
        // If it closes already, the end of it is on its way.
        if sender.send(text) {
            self.observer.frame_sent(text, id);
            if let Some(written) = written {
                self.observer.written(written);
            }
        }
    }

    fn sender(&self) -> Option<(TransportId, Sender)> {
        self.socket.borrow().as_ref().map(|socket| (socket.id, socket.sender()))
    }

    fn drop_socket(&self) {
        let Some(socket) = self.socket.take() else { return };
        let id = socket.id;
        drop(socket);
        self.observer.transport(id, TransportNews::Dropped);
    }

    fn end(&self) {
        self.ended.set(true);
        self.alarm.set(None);
        drop(self.page.take());
        drop(self.socket.take());
    }
}

/// Something to do that may run JavaScript.
enum Work {
    /// With what the frame is for, and the frame.
    Output(EndpointOutput, Option<Written>, Vec<u8>),
    DropSocket,
    TellDeadline(Option<Deadline>),
}
