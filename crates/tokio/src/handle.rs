//! What the host says to the session.
//!
//! Owns: [`Handle`]. Must not know: the driver, how the inputs reach it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::oneshot;
use webmessaging_proto::dialect::Dialect;
use webmessaging_proto::frame::CustomAttributes;
use webmessaging_proto::{
    Credentials, Endpoint, Input, LocalKey, Phase, Sender, Sensitive, Snapshot, Stats,
};

use crate::answer::{Answer, CommandError};
use crate::inbox::{Command, Inbox, Reply, Signal};
use crate::text::{Confirmation, SentText};

/// The keys that texts get by themselves are below.
const FIRST_KEY_OF_HOST: u64 = 1 << 63;

/// The host's side of a session. Clone it freely: all clones speak to the same session.
///
/// None of the methods blocks or must be called on the runtime, and each takes effect in the order
/// of the calls; but an [`Answer`] that has to wait for a place has its turn when it gets one:
///
/// * What tells how things stand ([`keystroke`](Self::keystroke), [`foreground`](Self::foreground),
///   [`disconnect`](Self::disconnect), ...) can't be refused and returns nothing.
/// * What the session may refuse returns an [`Answer`] to await.
/// * Texts return a [`SentText`]: the key at once, the end to await.
///
/// When the last clone is dropped, the session takes its leave as after
/// [`disconnect`](Self::disconnect), and the driver ends.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// use webmessaging_proto::{Config, InputError};
/// use webmessaging_tokio::CommandError;
/// use webmessaging_tokio::memory::MemoryConnector;
///
/// let (connector, _server) = MemoryConnector::new();
/// let (guest, _events) = webmessaging_tokio::connect(Config::new("d", "t", 1), connector);
/// guest.keystroke();
/// let unknown = guest.message_visible("nothing by this name").await;
/// assert_eq!(unknown, Err(CommandError::Refused(InputError::UnknownMessage)));
/// # }
/// ```
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
}

struct Shared {
    inbox: Arc<Inbox>,
    next_key: AtomicU64,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.inbox.handles_gone();
    }
}

impl Handle {
    /// Its texts get keys that the session does not know yet.
    pub(crate) fn of<D: Dialect>(endpoint: &Endpoint<D>, inbox: Arc<Inbox>) -> Self {
        let keys = endpoint.session().texts().map(|text| text.key.0);
        let highest_key = keys.filter(|key| *key < FIRST_KEY_OF_HOST).max().unwrap_or(0);
        let next_key = AtomicU64::new(highest_key + 1);
        Self { shared: Arc::new(Shared { inbox, next_key }) }
    }

    /// The session takes its leave, whoever else has a clone.
    pub(crate) fn leave(&self, farewell: Option<oneshot::Sender<Stats>>) {
        self.shared.inbox.leave(farewell);
    }

    /// The user edited the text, by whatever means. Call it on every key: it costs a lock and two
    /// stores. Keys that wait for the driver count as one, at the time of the last.
    pub fn keystroke(&self) {
        self.shared.inbox.signal(Signal::Keystroke);
    }

    /// The text is empty again.
    pub fn input_cleared(&self) {
        self.shared.inbox.signal(Signal::InputCleared);
    }

    /// The composer is gone: blurred, closed, cancelled.
    pub fn composer_closed(&self) {
        self.shared.inbox.signal(Signal::ComposerClosed);
    }

    /// For a host that keeps its own idle timer: typing until `false`, one minute at most.
    pub fn set_typing(&self, typing: bool) {
        self.shared.inbox.signal(Signal::SetTyping(typing));
    }

    /// Whether the user can see the window.
    pub fn foreground(&self, foreground: bool) {
        self.shared.inbox.signal(Signal::Foreground(foreground));
    }

    /// The network is back: a wait before the next dial is cut to a second at most.
    pub fn network_available(&self) {
        self.shared.inbox.signal(Signal::NetworkAvailable);
    }

    /// Leaves: the indicator is taken back, the transport closed within 2 s. The session can be
    /// connected again.
    pub fn disconnect(&self) {
        self.shared.inbox.signal(Signal::Disconnect);
    }

    /// Starts, or starts again after an end. The answer comes at once; that the session is ready
    /// comes as an event.
    pub fn connect(&self) -> Answer {
        self.input(Input::Connect)
    }

    /// Opens a new conversation in place of one that is read-only.
    pub fn start_new(&self) -> Answer {
        self.input(Input::StartNew)
    }

    /// A message is on screen, as much of it as the host wants for reading.
    pub fn message_visible(&self, id: impl Into<String>) -> Answer {
        self.input(Input::MessageVisible { id: id.into().into() })
    }

    /// A message is not on screen any more.
    pub fn message_hidden(&self, id: impl Into<String>) -> Answer {
        self.input(Input::MessageHidden { id: id.into().into() })
    }

    /// The host has a message from its own history.
    pub fn message_restored(&self, id: impl Into<String>, from: Sender, read: bool) -> Answer {
        self.input(Input::MessageRestored { id: id.into().into(), from, read })
    }

    /// Credentials for the next connection; the one that stands keeps its own.
    pub fn renew(&self, credentials: Credentials) -> Answer {
        self.input(Input::Renew(credentials))
    }

    /// Sends a text, now or as soon as the session is ready.
    ///
    /// If too many commands wait for the driver, the text is not taken, and ends as
    /// [`TextError::Busy`](crate::TextError::Busy): texts keep their order, so none waits outside
    /// of the line.
    pub fn send_text(&self, text: impl Into<Sensitive<'static>>) -> SentText {
        self.send_text_with(text, CustomAttributes::default())
    }

    /// Sends a text with custom attributes; see [`send_text`](Self::send_text).
    pub fn send_text_with(
        &self,
        text: impl Into<Sensitive<'static>>,
        attributes: CustomAttributes,
    ) -> SentText {
        let key = LocalKey(self.shared.next_key.fetch_add(1, Ordering::Relaxed));
        self.text(key, Input::SendText { key, text: text.into(), attributes })
    }

    /// Sends a failed or unconfirmed text again, after all that wait.
    #[expect(clippy::must_use_candidate, reason = "what becomes of it may be left to the events")]
    pub fn retry(&self, key: LocalKey) -> SentText {
        self.text(key, Input::Retry { key })
    }

    /// Forgets a text. Its confirmation, if still open, ends as
    /// [`TextError::Discarded`](crate::TextError::Discarded).
    pub fn discard(&self, key: LocalKey) -> Answer {
        self.input(Input::Discard { key })
    }

    /// Gives an input that comes as data, from a script or a replay. The news of transports and the
    /// time are the driver's; texts that come this way bring keys of their own, from 2^63 on: below
    /// are those of [`send_text`](Self::send_text).
    pub fn input(&self, input: Input<'static>) -> Answer {
        match input {
            Input::Tick
            | Input::TransportOpened(_)
            | Input::TransportClosed(..)
            | Input::FrameReceived(..)
            | Input::FrameUndecodable(_)
            | Input::PeerAlive(_) => Answer::refused(CommandError::DriversOwn(input.name())),
            input => Answer::of(input, &self.shared.inbox),
        }
    }

    /// The session as data, for [`restore`](crate::restore) in another process. It goes on here as
    /// if nothing had happened; [`disconnect`](Self::disconnect), or drop the driver, before another
    /// one goes on with it.
    ///
    /// Events that [`Events`](crate::Events) was given before are not in it, read or not: read what
    /// waits there before the process ends. With twice as many unread as
    /// [`Options::events`](crate::Options::events) that inputs brought, the snapshot waits for their
    /// reader: have it in another task.
    ///
    /// Cancel safe: nothing changes.
    ///
    /// # Errors
    /// [`CommandError::Gone`] if the driver has ended.
    pub async fn snapshot(&self) -> Result<Snapshot, CommandError> {
        let inbox = &self.shared.inbox;
        let place = Arc::clone(inbox).wait_for_place().await.ok_or(CommandError::Gone)?;
        let (reply, snapshot) = oneshot::channel();
        inbox.snapshot(reply, place);
        snapshot.await.map_err(|_| CommandError::Gone)
    }

    /// Where the session stands, as far as the driver has got: once it has ended or was dropped, where
    /// it stood then. Events tell every step.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.shared.inbox.phase()
    }

    fn text(&self, key: LocalKey, input: Input<'static>) -> SentText {
        let inbox = &self.shared.inbox;
        let confirmation = match inbox.place() {
            Some(place) => {
                let (reply, end) = oneshot::channel();
                let command = Command { input, reply: Reply::Text(key, reply) };
                inbox.command(Box::new(command), place);
                Confirmation::open(end)
            }
            None => Confirmation::busy(),
        };
        SentText::new(key, confirmation)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("phase", &self.phase()).finish()
    }
}
