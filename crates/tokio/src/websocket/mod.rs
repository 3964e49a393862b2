//! The ready-made WebSocket transport: settings and dial.
//!
//! Owns: [`WebSocketConnector`]. Must not know: the session, the frames' meaning.

mod stream;
mod tls;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::header::{HeaderName, HeaderValue, ORIGIN};
use tokio_tungstenite::tungstenite::http::{StatusCode, Uri};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{Connector as TlsConnector, client_async_tls_with_config, tungstenite};

use crate::transport::{Connector, DialError};

pub use stream::WebSocket;
pub use tls::CertificateError;

/// The service's own clients ping as often.
const PING_INTERVAL: Duration = Duration::from_secs(15);
/// Far more than any frame of the service.
const MAX_MESSAGE_SIZE: usize = 1024 * 1024;
/// Held by every session, and cleared before every read: as much as the library keeps of the upgrade
/// in any case. The service's frames are shorter; for a longer one the buffer grows, and is filled in
/// steps of this size.
const READ_BUFFER: usize = 4 * 1024;

/// Dials a WebSocket, `ws://` or `wss://`. Give it to [`session`](crate::session) or
/// [`connect`](crate::connect).
///
/// ```
/// use webmessaging_tokio::WebSocketConnector;
///
/// let connector = WebSocketConnector::new()
///     .origin("https://shop.example")?
///     .header("user-agent", "shop-bot/1.0")?;
/// # Ok::<(), webmessaging_tokio::HeaderError>(())
/// ```
///
/// TLS is rustls with ring; servers are trusted by the system's root certificates, and by those
/// that are added. The `tungstenite` crates below log whole frames at their level `trace`, tokens
/// and texts included: leave that off.
///
/// Clones share what was set, so that each of many sessions can have one.
#[derive(Clone)]
pub struct WebSocketConnector {
    settings: Arc<Settings>,
}

#[derive(Clone)]
struct Settings {
    headers: Vec<(HeaderName, HeaderValue)>,
    ping_interval: Option<Duration>,
    max_message_size: usize,
    tls: tls::Tls,
}

impl WebSocketConnector {
    /// Trust in the system's roots, no `Origin`, a ping every 15 s, messages of at most 1 MiB.
    #[must_use]
    pub fn new() -> Self {
        let settings = Settings {
            headers: Vec::new(),
            ping_interval: Some(PING_INTERVAL),
            max_message_size: MAX_MESSAGE_SIZE,
            tls: tls::Tls::default(),
        };
        Self { settings: Arc::new(settings) }
    }

    fn settings(&mut self) -> &mut Settings {
        Arc::make_mut(&mut self.settings)
    }

    /// Sends `Origin` with the upgrade: a deployment may take guests of its own domains only.
    /// Browsers send theirs by themselves, as `https://shop.example`.
    ///
    /// # Errors
    /// If HTTP has no spelling for it.
    pub fn origin(self, origin: &str) -> Result<Self, HeaderError> {
        self.header(ORIGIN.as_str(), origin)
    }

    /// Sends another header with the upgrade. The value is treated as a secret.
    ///
    /// # Errors
    /// If HTTP has no spelling for it.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, HeaderError> {
        let refused = || HeaderError { name: name.into() };
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
        let mut value = HeaderValue::from_str(value).map_err(|_| refused())?;
        value.set_sensitive(true);
        let headers = &mut self.settings().headers;
        headers.retain(|(other, _)| *other != header);
        headers.push((header, value));
        Ok(self)
    }

    /// Also trusts servers with a certificate by these roots: one or more certificates in PEM.
    ///
    /// # Errors
    /// If there is no certificate in it, or one that can't be read.
    pub fn root_certificates_pem(mut self, pem: &[u8]) -> Result<Self, CertificateError> {
        self.settings().tls.add_pem(pem)?;
        Ok(self)
    }

    /// Also trusts servers with a certificate by this root, in DER.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn root_certificate_der(mut self, der: &[u8]) -> Result<Self, CertificateError> {
        self.settings().tls.add_der(der)?;
        Ok(self)
    }

    /// Trusts only the roots that are added, not the system's.
    #[must_use]
    pub fn without_system_roots(mut self) -> Self {
        self.settings().tls.forget_system_roots();
        self
    }

    /// Replaces everything about TLS: client certificates, another provider, own verification.
    /// Roots that were or will be added do not count.
    #[must_use]
    pub fn tls_config(mut self, config: Arc<ClientConfig>) -> Self {
        self.settings().tls.replace(config);
        self
    }

    /// How often to ping; a ping without a pong by the time of the next is a lost transport.
    /// `None`: never, so that a peer that vanished without a word is found only by what it owes.
    #[must_use]
    pub fn ping_interval(mut self, interval: Option<Duration>) -> Self {
        self.settings().ping_interval = interval;
        self
    }

    /// The longest message taken, in bytes; a longer one is a lost transport, because what follows
    /// it can't be found any more without reading it.
    #[must_use]
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.settings().max_message_size = bytes;
        self
    }

    fn request(&self, url: &str) -> Result<Request, DialError> {
        let mut request = url.into_client_request().map_err(|error| url_error(&error))?;
        for (name, value) in &self.settings.headers {
            request.headers_mut().insert(name, value.clone());
        }
        Ok(request)
    }

    /// Small buffers, so that what can't be sent shows at once and a session is cheap.
    fn protocol(&self) -> WebSocketConfig {
        WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(self.settings.max_message_size))
            .max_frame_size(Some(self.settings.max_message_size))
    }

    async fn connect(self, url: String) -> Result<WebSocket, DialError> {
        let request = self.request(&url)?;
        let (host, port, secure) = address(request.uri())?;
        let tls = if secure {
            TlsConnector::Rustls(
                self.settings.tls.config().map_err(|error| DialError::Failed(error.into()))?,
            )
        } else {
            TlsConnector::Plain
        };
        let tcp = TcpStream::connect((host.as_str(), port)).await.map_err(failed)?;
        // Typing is small frames that must not wait for each other.
        tcp.set_nodelay(true).map_err(failed)?;
        let protocol = Some(self.protocol());
        let upgrade = client_async_tls_with_config(request, tcp, protocol, Some(tls)).await;
        let (socket, _response) = upgrade.map_err(upgrade_error)?;
        Ok(WebSocket::new(socket, self.settings.ping_interval))
    }
}

impl Default for WebSocketConnector {
    fn default() -> Self {
        Self::new()
    }
}

impl Connector for WebSocketConnector {
    type Transport = WebSocket;

    fn dial(
        &mut self,
        url: String,
    ) -> impl Future<Output = Result<WebSocket, DialError>> + Send + 'static {
        self.clone().connect(url)
    }
}

impl fmt::Debug for WebSocketConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { headers, ping_interval, max_message_size, tls: _ } = &*self.settings;
        let headers: Vec<_> = headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("WebSocketConnector")
            .field("headers", &headers)
            .field("ping_interval", ping_interval)
            .field("max_message_size", max_message_size)
            .finish_non_exhaustive()
    }
}

/// A header that HTTP has no spelling for.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("the header {name:?} or its value can't be sent: use visible ASCII without line breaks")]
pub struct HeaderError {
    name: String,
}

/// Host, port, and whether TLS is meant.
fn address(uri: &Uri) -> Result<(String, u16, bool), DialError> {
    let refused = |reason: &str| DialError::Url { reason: reason.into() };
    let secure = match uri.scheme_str() {
        Some("wss") => true,
        Some("ws") => false,
        _ => return Err(refused("its scheme is neither ws nor wss")),
    };
    let host = uri.host().ok_or_else(|| refused("it has no host"))?;
    // An IPv6 address stands in brackets.
    let host = host.trim_start_matches('[').trim_end_matches(']').into();
    let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
    Ok((host, port, secure))
}

fn url_error(error: &tungstenite::Error) -> DialError {
    DialError::Url { reason: error.to_string() }
}

fn failed(error: std::io::Error) -> DialError {
    DialError::Failed(error.into())
}

fn upgrade_error(error: tungstenite::Error) -> DialError {
    match error {
        tungstenite::Error::Http(response) if response.status() == StatusCode::FORBIDDEN => {
            DialError::AccessDenied
        }
        tungstenite::Error::Http(response) => {
            DialError::Http { status: response.status().as_u16() }
        }
        tungstenite::Error::Url(_) => url_error(&error),
        error => DialError::Failed(error.into()),
    }
}
