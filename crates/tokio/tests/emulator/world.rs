//! An emulator of one's own for each test, with a guest and an agent in it.

use std::time::Duration;

use webmessaging_emulator::{Emulator, Mode, Options, RunningEmulator};
use webmessaging_proto::{Config, Phase, ReconnectPolicy, TypingPolicy};
use webmessaging_tokio::{SentText, WebSocketConnector};

use crate::agent::{Agent, Credentials};
use crate::guest::Guest;

/// How long anything may take. Nothing takes this long unless it never comes, on a busy machine too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// The guest's idle time: the shortest there is.
const IDLE: Duration = Duration::from_millis(500);

pub(crate) struct World {
    emulator: RunningEmulator,
    pub(crate) agent: Agent,
    pub(crate) guest: Guest,
    /// The guest's conversation.
    pub(crate) conversation: String,
    pub(crate) token: String,
}

impl World {
    /// A guest that is ready.
    pub(crate) async fn ready() -> Self {
        Self::ready_with(Options::default(), |config| config).await
    }

    pub(crate) async fn ready_with(
        options: Options,
        settings: impl FnOnce(Config) -> Config,
    ) -> Self {
        let mut world = Self::idle_with(options, settings, WebSocketConnector::new()).await;
        world.guest.connect().await;
        world.guest.until_ready().await;
        world.agent.until("connections 1").await;
        world
    }

    /// A guest that is not connected yet.
    pub(crate) async fn idle() -> Self {
        Self::idle_with(Options::default(), |config| config, WebSocketConnector::new()).await
    }

    pub(crate) async fn idle_with(
        options: Options,
        settings: impl FnOnce(Config) -> Config,
        connector: WebSocketConnector,
    ) -> Self {
        let emulator = Emulator::builder().options(options).start().await.expect("a free port");
        let agent = Agent::of(emulator.http_url()).await;
        let Credentials { token, conversation } = agent.credentials(None).await;
        let config = settings(config(&emulator.ws_url(), &token));
        let guest = Guest::new(config, connector);
        Self { emulator, agent, guest, conversation, token }
    }

    /// A further guest, not connected yet.
    pub(crate) fn guest_with(&self, token: &str) -> Guest {
        let config = config(&self.emulator.ws_url(), token);
        Guest::new(config, WebSocketConnector::new())
    }

    /// Stops the service, and starts another one in its place that knows nothing; the guest sends
    /// `text` meanwhile.
    pub(crate) async fn restart(mut self, text: &str) -> (Self, SentText) {
        let address = self.emulator.local_addr();
        self.emulator.shutdown().await;
        self.guest.until_phase(Phase::Backoff).await;
        let text = self.guest.handle.send_text(text.to_owned());
        self.emulator = Emulator::builder().listen(address).start().await.expect("a free port");
        self.agent = Agent::of(self.emulator.http_url()).await;
        (self, text)
    }

    /// Lets time pass for the service alone.
    pub(crate) fn time_passes(&self, length: Duration) {
        self.emulator.with(|service, now| service.tick(now + length));
    }

    /// The agent says something; the key, once the guest has it.
    pub(crate) async fn agent_says(&mut self, text: &str) -> String {
        let id = self.agent.say(&self.conversation, text).await;
        assert_eq!(self.guest.until_message(text).await, id, "{text}");
        id
    }

    /// What the agent was told of the guest's conversation.
    pub(crate) fn told(&mut self, beginnings: &[&str]) -> Vec<String> {
        self.agent.told(&self.conversation, beginnings)
    }

    /// The guest says a last thing, and the agent hears it: whatever went before has arrived.
    pub(crate) async fn settle(&mut self) {
        self.guest.say("over").await;
        self.agent.until("text over").await;
    }
}

/// Options of a mode, all else by default.
pub(crate) fn mode(mode: Mode) -> Options {
    let mut options = Options::default();
    options.mode = mode;
    options
}

/// Quick to reconnect, quick to stop typing.
fn config(endpoint: &str, token: &str) -> Config {
    let mut reconnect = ReconnectPolicy::default();
    reconnect.base = Duration::from_millis(20);
    reconnect.cap = Duration::from_millis(100);
    let mut typing = TypingPolicy::guide();
    typing.idle = IDLE;
    // A key that has to wait for a gap shows only if the clock comes before its idle time is over,
    // which no busy machine promises. Without a gap each first key shows at once.
    typing.min_gap = Duration::ZERO;
    Config::new("d-1", token, 7)
        .with_endpoint(endpoint)
        .with_reconnect(reconnect)
        .with_typing(typing)
        .expect("a policy that goes together")
}
