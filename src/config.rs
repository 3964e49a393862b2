//! What the host decides before a session starts.
//!
//! Owns: [`Config`], the profiles, every policy and cap with its default and its check.
//! Must not know: how a policy is carried out.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::time::Duration;

use serde::Serialize;

use crate::error::ConfigError;
use crate::frame::{CustomAttributes, JourneyContext};
use crate::receipts::ReceiptPolicy;
use crate::sensitive::Sensitive;
use crate::typing::TypingPolicy;

/// The longest text that the service takes from a guest, in characters (`wire.md` 5.6).
pub const MAX_TEXT_CHARS: usize = 4096;
/// The shortest time between two health checks: the service takes two a minute (`wire.md` 5.6).
pub const MIN_HEALTH_CHECK_INTERVAL: Duration = Duration::from_secs(30);

const DEFAULT_ENDPOINT: &str = "wss://webmessaging.mypurecloud.com/v1";
const WEB_SOCKET_PATH: &str = "/v1";

/// Which set of defaults a session starts from.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Profile {
    /// What the tutorial asks for: explicit stop of typing, a receipt frame for each message.
    #[default]
    Guide,
    /// What is publicly known of the live service: typing expires, no receipts on the wire.
    Live,
}

/// A feature that a session can lose: its wire may lack it, or the server may refuse it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Capability {
    /// To show the agent that the guest is typing.
    Typing,
    /// To end that indicator by a frame rather than by time.
    TypingOff,
    /// To tell the agent that a message was read.
    Receipts,
}

/// What proves to the service who the guest is: a bearer secret. `Debug` does not show it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Credentials {
    /// The session token: the tutorial's `guestToken`, or any unique text of at most 2048
    /// characters that the client makes itself (`wire.md` 1.5).
    pub token: Sensitive<'static>,
}

impl Credentials {
    /// Credentials of one token.
    #[must_use]
    pub fn new(token: impl Into<String>) -> Self {
        // It stays as long as the session: no spare room is kept with it.
        let token = token.into().into_boxed_str();
        Self { token: Sensitive::from(String::from(token)) }
    }
}

/// When and how fast a lost transport is dialed again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ReconnectPolicy {
    /// Upper bound of the first wait; doubled for each further try. Default 1 s, at least 100 ms.
    pub base: Duration,
    /// Upper bound of every wait. Default 30 s.
    pub cap: Duration,
    /// How long a connection must be ready for the waits to start small again. Default 30 s.
    pub stable: Duration,
    /// How long to go on before the session fails, from the first connection that is lost, or from the
    /// end of the first wait that the server asks for before it lets the session configure; `None`: for
    /// ever. Default 5 minutes.
    pub give_up: Option<Duration>,
}

impl Default for ReconnectPolicy {
    fn default() -> Self {
        Self {
            base: Duration::from_secs(1),
            cap: Duration::from_secs(30),
            stable: Duration::from_secs(30),
            give_up: Some(Duration::from_secs(300)),
        }
    }
}

/// The caps of the session's collections.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Outputs that wait to be drained; at this many, inputs are refused with
    /// [`OutputsPending`](crate::InputError::OutputsPending). What one input causes always fits.
    /// Default 256.
    pub outputs: usize,
    /// Texts that wait, are in flight, or are kept for the host; at this many, a further one is
    /// refused with [`OutboxFull`](crate::InputError::OutboxFull). Default 100.
    pub texts: usize,
    /// Messages known to the ledger, with ids of 1 to [`MAX_ID_BYTES`](crate::MAX_ID_BYTES) bytes; at
    /// this many, the oldest is forgotten, and reported as
    /// [`ReceiptFailed`](crate::Event::ReceiptFailed) if its receipt was still owed. To take a further
    /// one costs time in proportion to their number. Default 10,000.
    pub messages: usize,
    /// Remote typists at a time; further ones are not shown. Default 8.
    pub typists: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { outputs: 256, texts: 100, messages: 10_000, typists: 8 }
    }
}

/// Everything a session needs to know before it starts.
///
/// ```
/// use core::time::Duration;
/// use webmessaging_proto::{Config, Profile, TypingPolicy};
///
/// let mut typing = TypingPolicy::guide();
/// typing.idle = Duration::from_secs(3);
/// let config = Config::new("deployment", "token", 42).with_typing(typing)?;
/// assert_eq!(config.url(), "wss://webmessaging.mypurecloud.com/v1?deploymentId=deployment");
/// assert!(!format!("{config:?}").contains("token\""));
/// # Ok::<(), webmessaging_proto::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    rules: Arc<Rules>,
    pub(crate) credentials: Credentials,
    pub(crate) seed: u64,
}

/// What many guests have in common, and is held once for all of them.
#[derive(Clone, Debug, PartialEq)]
struct Rules {
    deployment_id: String,
    endpoint: String,
    application: Option<String>,
    typing: Arc<TypingPolicy>,
    receipts: ReceiptPolicy,
    reconnect: ReconnectPolicy,
    health_check: Option<Duration>,
    auto_start: Option<CustomAttributes>,
    journey_context: Option<Box<JourneyContext>>,
    limits: Limits,
}

impl Config {
    /// The defaults of [`Profile::Guide`] for a deployment and a session token.
    ///
    /// `seed` feeds every draw (waits, `tracingId`s) and has no default: take it from a good
    /// source of randomness, fresh for each session, or fixed to repeat a run.
    #[must_use]
    pub fn new(deployment_id: impl Into<String>, token: impl Into<String>, seed: u64) -> Self {
        let rules = Rules {
            deployment_id: deployment_id.into(),
            endpoint: DEFAULT_ENDPOINT.into(),
            application: None,
            typing: Arc::new(TypingPolicy::guide()),
            receipts: ReceiptPolicy::guide(),
            reconnect: ReconnectPolicy::default(),
            health_check: None,
            auto_start: None,
            journey_context: None,
            limits: Limits::default(),
        };
        Self { rules: Arc::new(rules), credentials: Credentials::new(token), seed }
    }

    /// The same for another guest. Everything else is held once for both, which is what keeps many
    /// sessions small. What a builder method changes after that is held for this guest alone.
    ///
    /// ```
    /// use webmessaging_proto::{Config, Instant, Session};
    ///
    /// let first = Config::new("deployment", "token-1", 1);
    /// let guests = (2..10).map(|guest| first.for_guest(format!("token-{guest}"), guest));
    /// let sessions = guests.map(|config| Session::new(config, Instant::ORIGIN));
    /// assert!(sessions.into_iter().all(|session| session.config().deployment_id() == "deployment"));
    /// ```
    #[must_use]
    pub fn for_guest(&self, token: impl Into<String>, seed: u64) -> Self {
        Self { rules: Arc::clone(&self.rules), credentials: Credentials::new(token), seed }
    }

    /// Takes typing and receipts from `profile`.
    #[must_use]
    pub fn with_profile(mut self, profile: Profile) -> Self {
        let (typing, receipts) = match profile {
            Profile::Guide => (TypingPolicy::guide(), ReceiptPolicy::guide()),
            Profile::Live => (TypingPolicy::live(), ReceiptPolicy::live()),
        };
        let rules = self.rules_mut();
        rules.typing = Arc::new(typing);
        rules.receipts = receipts;
        self
    }

    /// Replaces the rules of the own typing indicator.
    ///
    /// # Errors
    /// If the policy contradicts itself; see [`TypingPolicy::check`].
    pub fn with_typing(mut self, policy: TypingPolicy) -> Result<Self, ConfigError> {
        policy.check()?;
        self.rules_mut().typing = Arc::new(policy);
        Ok(self)
    }

    /// Replaces the rules of read receipts.
    #[must_use]
    pub fn with_receipts(mut self, policy: ReceiptPolicy) -> Self {
        self.rules_mut().receipts = policy;
        self
    }

    /// Replaces the rules of reconnecting.
    #[must_use]
    pub fn with_reconnect(mut self, policy: ReconnectPolicy) -> Self {
        self.rules_mut().reconnect = policy;
        self
    }

    /// Checks the connection by an `echo` request every `interval`. Off by default.
    ///
    /// # Errors
    /// If `interval` is under [`MIN_HEALTH_CHECK_INTERVAL`].
    pub fn with_health_check(mut self, interval: Duration) -> Result<Self, ConfigError> {
        if interval < MIN_HEALTH_CHECK_INTERVAL {
            return Err(ConfigError::HealthCheckTooOften { interval });
        }
        self.rules_mut().health_check = Some(interval);
        Ok(self)
    }

    /// Opens each new session with a Presence Join that carries `attributes`, so that the
    /// conversation starts before the first text. For deployments with auto-start. Off by default.
    #[must_use]
    pub fn with_auto_start(mut self, attributes: CustomAttributes) -> Self {
        self.rules_mut().auto_start = Some(attributes);
        self
    }

    /// Tells the service with every configure where the guest comes from.
    #[must_use]
    pub fn with_journey_context(mut self, context: JourneyContext) -> Self {
        self.rules_mut().journey_context = Some(Box::new(context));
        self
    }

    /// The WebSocket address: `wss://webmessaging.<domain>/v1` (`wire.md` 1.1); `/v1` is added where
    /// there is no path. Default: the domain `mypurecloud.com`.
    ///
    /// Only scheme, host and path count: user info, which is a secret in logs and which carriers do not
    /// send, a query and a fragment are left out.
    #[must_use]
    pub fn with_endpoint(mut self, endpoint: impl Into<String>) -> Self {
        let endpoint = endpoint.into();
        let (address, _) = split_before(&endpoint, |byte| matches!(byte, b'?' | b'#'));
        let scheme = address.as_bytes().windows(3).position(|bytes| bytes == b"://");
        let (scheme, rest) = address.split_at(scheme.map_or(0, |at| at + 3));
        let (authority, path) = split_before(rest, |byte| byte == b'/');
        let user = authority.bytes().rposition(|byte| byte == b'@');
        let (_, host) = authority.split_at(user.map_or(0, |at| at + 1));
        let path = if matches!(path, "" | "/") { WEB_SOCKET_PATH } else { path };
        self.rules_mut().endpoint = [scheme, host, path].concat();
        self
    }

    /// Names the application to the service, as `name-version`; informational.
    #[must_use]
    pub fn with_application(mut self, application: impl Into<String>) -> Self {
        self.rules_mut().application = Some(application.into());
        self
    }

    /// Replaces the caps.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.rules_mut().limits = limits;
        self
    }

    /// The deployment that the session belongs to.
    #[must_use]
    pub fn deployment_id(&self) -> &str {
        &self.rules.deployment_id
    }

    /// The rules of the own typing indicator.
    #[must_use]
    pub fn typing(&self) -> &TypingPolicy {
        &self.rules.typing
    }

    /// The rules of read receipts.
    #[must_use]
    pub fn receipts(&self) -> &ReceiptPolicy {
        &self.rules.receipts
    }

    /// The rules of reconnecting.
    #[must_use]
    pub fn reconnect(&self) -> &ReconnectPolicy {
        &self.rules.reconnect
    }

    /// The time from one health check to the next, if there are any.
    #[must_use]
    pub fn health_check(&self) -> Option<Duration> {
        self.rules.health_check
    }

    /// What each new session is opened with, if it is.
    #[must_use]
    pub fn auto_start(&self) -> Option<&CustomAttributes> {
        self.rules.auto_start.as_ref()
    }

    /// The caps.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.rules.limits
    }

    pub(crate) fn journey_context(&self) -> Option<&JourneyContext> {
        self.rules.journey_context.as_deref()
    }

    pub(crate) fn shared_typing(&self) -> &Arc<TypingPolicy> {
        &self.rules.typing
    }

    /// These rules on a wire without Off.
    pub(crate) fn lose_off(&mut self) {
        let without_off = self.rules.typing.without_off();
        if *self.rules.typing != without_off {
            self.rules_mut().typing = Arc::new(without_off);
        }
    }

    fn rules_mut(&mut self) -> &mut Rules {
        Arc::make_mut(&mut self.rules)
    }

    /// What to dial: the endpoint with its query. Holds no secret.
    #[must_use]
    pub fn url(&self) -> String {
        let mut url = self.rules.endpoint.clone();
        url.push_str("?deploymentId=");
        push_percent_encoded(&mut url, &self.rules.deployment_id);
        if let Some(application) = &self.rules.application {
            url.push_str("&application=");
            push_percent_encoded(&mut url, application);
        }
        url
    }
}

/// A text up to the first byte that is `wanted`, an ASCII character, and from there on. Byte by byte:
/// the standard library's search for characters and words is most of what a page would load for this.
fn split_before(text: &str, wanted: impl Fn(u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().position(wanted).unwrap_or(text.len()))
}

fn push_percent_encoded(url: &mut String, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            url.push(char::from(byte));
        } else {
            let digits = [byte >> 4, byte & 0xf].map(|digit| DIGITS[usize::from(digit)]);
            url.push('%');
            url.extend(digits.map(char::from));
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn an_endpoint_without_a_path_gets_the_services_path() {
        let url = |endpoint: &str| Config::new("d 1", "t", 0).with_endpoint(endpoint).url();
        assert_eq!(url("ws://localhost:80"), "ws://localhost:80/v1?deploymentId=d%201");
        assert_eq!(url("ws://localhost:80/"), "ws://localhost:80/v1?deploymentId=d%201");
        assert_eq!(url("wss://h/gateway/v1"), "wss://h/gateway/v1?deploymentId=d%201");
        assert_eq!(url("h:1"), "h:1/v1?deploymentId=d%201");
    }

    #[test]
    fn only_scheme_host_and_path_of_an_endpoint_count() {
        let config = |endpoint: &str| Config::new("d", "t", 0).with_endpoint(endpoint);
        for (endpoint, dialed) in [
            ("wss://user:p@ss@h:1/v1", "wss://h:1/v1"),
            ("wss://user@h", "wss://h/v1"),
            ("wss://h/a@b", "wss://h/a@b"),
            ("wss://h/v1?a=b", "wss://h/v1"),
            ("wss://h?a=b/c", "wss://h/v1"),
            ("wss://h/v1#top?a", "wss://h/v1"),
            ("", "/v1"),
        ] {
            let url = config(endpoint).url();
            assert_eq!(url.strip_suffix("?deploymentId=d"), Some(dialed), "{endpoint}");
        }
        assert!(!format!("{:?}", config("wss://user:secret@h")).contains("secret"));
    }

    #[test]
    fn an_application_is_named_in_the_query() {
        let config = Config::new("d", "t", 0).with_application("my app-1.0");
        assert!(config.url().ends_with("?deploymentId=d&application=my%20app-1.0"));
    }

    #[test]
    fn a_health_check_more_often_than_the_service_takes_is_refused() {
        let config = Config::new("d", "t", 0);
        assert!(config.clone().with_health_check(MIN_HEALTH_CHECK_INTERVAL).is_ok());
        let interval = Duration::from_millis(29_999);
        assert_eq!(
            config.with_health_check(interval),
            Err(ConfigError::HealthCheckTooOften { interval })
        );
    }
}
