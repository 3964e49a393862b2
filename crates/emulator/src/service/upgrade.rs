//! Who may connect: deployments, the rate of new connections, and faults of the upgrade.

use std::time::Duration;

use super::{
    ConnectionId, Service,
    connection::Connection,
    fault::{FaultKind, Target},
    rate::retry_after,
};

/// Deployments whose rate of new connections is remembered.
const DEPLOYMENTS: usize = 1024;

/// The upgrade is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// No such deployment.
    #[error("unknown deployment")]
    UnknownDeployment,
    /// Too many new connections of this deployment.
    #[error("too many new connections, retry after {retry_after} s")]
    TooMany {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// No room for a further connection.
    #[error("too many connections")]
    Full,
    /// A fault asked for it.
    #[error("refused on demand")]
    Fault(u16),
}

impl ConnectError {
    /// The HTTP status that the upgrade is answered with.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::UnknownDeployment => 403,
            Self::TooMany { .. } => 429,
            Self::Full => 503,
            Self::Fault(status) => *status,
        }
    }
}

impl Service {
    /// A guest asks for a WebSocket.
    ///
    /// # Errors
    /// The upgrade is to be refused with [`ConnectError::status`].
    pub fn connect(
        &mut self,
        deployment_id: &str,
        now: Duration,
    ) -> Result<ConnectionId, ConnectError> {
        self.advance(now);
        let refuse = |kind: &FaultKind| match kind {
            FaultKind::RefuseUpgrade(status) => Some(*status),
            _ => None,
        };
        if let Some(status) = self.faults.take(Target::default(), refuse) {
            return Err(ConnectError::Fault(status));
        }
        if !self.options.knows_deployment(deployment_id) {
            return Err(ConnectError::UnknownDeployment);
        }
        if self.connections.len() >= self.options.caps.connections {
            return Err(ConnectError::Full);
        }
        self.count_arrival(deployment_id)?;
        self.last_connection += 1;
        let id = ConnectionId(self.last_connection);
        self.connections.insert(id, Box::new(Connection::new(deployment_id)));
        tracing::debug!(connection = id.0, "opened");
        self.refresh_mute(id);
        let close = |kind: &FaultKind| match kind {
            FaultKind::AcceptAndClose(code) => Some(*code),
            _ => None,
        };
        let target = Target { connection: Some(id), ..Target::default() };
        if let Some(code) = self.faults.take(target, close) {
            self.close(id, code);
        }
        Ok(id)
    }

    fn count_arrival(&mut self, deployment_id: &str) -> Result<(), ConnectError> {
        let (rate, now) = (self.options.limits.connections_per_deployment, self.clock.now());
        if rate.is_none() {
            return Ok(());
        }
        let deployment = deployment_id.to_ascii_lowercase();
        if self.arrivals.len() >= DEPLOYMENTS && !self.arrivals.contains_key(&deployment) {
            self.arrivals.retain(|_, window| !window.is_idle(rate, now));
            if self.arrivals.len() >= DEPLOYMENTS {
                return Err(ConnectError::Full);
            }
        }
        let window = self.arrivals.entry(deployment).or_default();
        window
            .admit(rate, now)
            .map_err(|wait| ConnectError::TooMany { retry_after: retry_after(wait) })
    }
}
