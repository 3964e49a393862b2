//! Tokens: guest tokens as signed JWTs, tokens that a client made itself, and the short JWT of `getJwt`.
//!
//! Times are Unix times given by the caller; what a token opens is decided elsewhere.

use std::{collections::VecDeque, time::Duration};

use chrono::{DateTime, Utc};
use jwt_compact::{
    AlgorithmExt, Claims, Header, UntrustedToken,
    alg::{Hs256, Hs256Key},
};
use serde::{Deserialize, Serialize};

use super::{clock::date_time, private::Private};

/// The longest token that the service takes.
const LONGEST: usize = 2048;
/// So many tokens are remembered.
const REMEMBERED: usize = 16;
/// A `getJwt` token is good for about a minute.
const JWT_LIFE: Duration = Duration::from_secs(60);

/// What a session is found by. A renewed guest token has the same key as the one that it renews.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TokenKey {
    /// A token that the client made: the token itself.
    Plain(Private),
    /// A guest token: the conversation that it was given out for.
    Guest(String),
}

/// A token that may open a session.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) key: TokenKey,
    /// The deployment that the token is bound to.
    pub(crate) deployment_id: Option<String>,
    /// Guest tokens are numbered, so that the earlier ones can be revoked.
    pub(crate) serial: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenError {
    Empty,
    TooLong,
    Forged,
    Expired,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GuestClaims {
    conversation_id: String,
    deployment_id: String,
    serial: u64,
}

/// Without the claims of a guest token, so that it is none.
#[derive(Serialize)]
struct HistoryClaims {
    sub: String,
}

pub(crate) struct TokenSigner {
    key: Hs256Key,
    /// The guest tokens given out last, so that most need no proof.
    given_out: VecDeque<(Private, GuestClaims, DateTime<Utc>)>,
}

impl std::fmt::Debug for TokenSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenSigner")
    }
}

impl TokenSigner {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self { key: Hs256Key::new(key), given_out: VecDeque::new() }
    }

    /// A guest token; its `exp` is given back too, in Unix seconds.
    pub(crate) fn guest(
        &mut self,
        conversation_id: &str,
        deployment_id: &str,
        serial: u64,
        unix: Duration,
        life: Duration,
    ) -> (Private, u64) {
        let claims = GuestClaims {
            conversation_id: conversation_id.to_owned(),
            deployment_id: deployment_id.to_owned(),
            serial,
        };
        let (token, expires) = self.sign(claims.clone(), unix, life);
        if self.given_out.len() == REMEMBERED {
            self.given_out.pop_front();
        }
        self.given_out.push_back((token.clone(), claims, expires));
        (token, unix_seconds(expires))
    }

    /// The answer to `getJwt`. It opens no session.
    pub(crate) fn history(&self, conversation_id: &str, unix: Duration) -> (Private, u64) {
        let claims = HistoryClaims { sub: conversation_id.to_owned() };
        let (token, expires) = self.sign(claims, unix, JWT_LIFE);
        (token, unix_seconds(expires))
    }

    fn sign<T: Serialize>(
        &self,
        custom: T,
        unix: Duration,
        life: Duration,
    ) -> (Private, DateTime<Utc>) {
        // Whole seconds, as the claim has it.
        let expires = date_time(Duration::from_secs(unix.saturating_add(life).as_secs()));
        let mut claims = Claims::new(custom);
        claims.issued_at = Some(date_time(unix));
        claims.expiration = Some(expires);
        let header = Header::empty().with_token_type("JWT");
        // Signing plain structs with a fixed key has no way to fail; an empty token would be refused everywhere.
        let token = Hs256.token(&header, &claims, &self.key).unwrap_or_default();
        (token.into(), expires)
    }

    /// Whether `token` may open a session at the Unix time `unix`, and which.
    pub(crate) fn identify(&self, token: &str, unix: Duration) -> Result<Identity, TokenError> {
        if token.is_empty() {
            return Err(TokenError::Empty);
        }
        if token.len() > LONGEST && token.chars().count() > LONGEST {
            return Err(TokenError::TooLong);
        }
        let remembered = self.given_out.iter().rev().find(|(known, ..)| **known == *token);
        let (claims, expires) = match remembered {
            Some((_, claims, expires)) => (claims.clone(), Some(*expires)),
            None if looks_like_jwt(token) => self.verify(token)?,
            None => {
                let key = TokenKey::Plain(token.into());
                return Ok(Identity { key, deployment_id: None, serial: None });
            }
        };
        if expires.is_none_or(|at| at <= date_time(unix)) {
            return Err(TokenError::Expired);
        }
        Ok(Identity {
            key: TokenKey::Guest(claims.conversation_id),
            deployment_id: Some(claims.deployment_id),
            serial: Some(claims.serial),
        })
    }

    /// What one of our tokens says, and when it expires.
    fn verify(&self, token: &str) -> Result<(GuestClaims, Option<DateTime<Utc>>), TokenError> {
        let token = UntrustedToken::new(token).map_err(|_| TokenError::Forged)?;
        let token = Hs256
            .validator::<GuestClaims>(&self.key)
            .validate(&token)
            .map_err(|_| TokenError::Forged)?;
        let claims = token.claims();
        Ok((claims.custom.clone(), claims.expiration))
    }
}

fn unix_seconds(at: DateTime<Utc>) -> u64 {
    u64::try_from(at.timestamp()).unwrap_or_default()
}

/// Three base64url parts: such a token claims to be ours and has to prove it.
fn looks_like_jwt(token: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let mut parts = token.split('.');
    parts.by_ref().take(3).filter(|part| is_part(part)).count() == 3 && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_780_000_000);

    fn guest(signer: &mut TokenSigner) -> String {
        signer.guest("c-1", "d-1", 3, NOW, Duration::from_secs(60)).0.into_inner()
    }

    #[test]
    fn a_guest_token_opens_its_conversation_until_it_expires() {
        let mut signer = TokenSigner::new(&[1; 32]);
        let token = guest(&mut signer);
        // The one remembers it, the other has to prove it.
        for signer in [signer, TokenSigner::new(&[1; 32])] {
            let identity = signer.identify(&token, NOW).unwrap();
            assert_eq!(identity.key, TokenKey::Guest("c-1".to_owned()));
            assert_eq!(identity.deployment_id.as_deref(), Some("d-1"));
            assert_eq!(identity.serial, Some(3));
            let late = NOW + Duration::from_secs(60);
            assert_eq!(signer.identify(&token, late).unwrap_err(), TokenError::Expired);
        }
    }

    #[test]
    fn a_forged_token_opens_nothing() {
        let mut signer = TokenSigner::new(&[1; 32]);
        let token = guest(&mut signer);
        let forged = |token: &str| signer.identify(token, NOW).unwrap_err() == TokenError::Forged;
        assert!(forged(&guest(&mut TokenSigner::new(&[2; 32]))));
        assert!(forged("eyJhbGciOi.example.jwt"));
        assert!(forged(&signer.history("c-1", NOW).0));
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            if bytes[at] == b'.' {
                continue;
            }
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert!(forged(&String::from_utf8(bytes).unwrap()), "changed at {at}");
        }
    }

    #[test]
    fn a_token_of_the_clients_own_is_taken_up_to_its_length() {
        let signer = TokenSigner::new(&[1; 32]);
        for token in ["<token>", "a.b", "a.b.c.d", "a..c", "00000000-0000-0000-0000-000000000000"] {
            assert!(matches!(signer.identify(token, NOW).unwrap().key, TokenKey::Plain(_)));
        }
        assert!(signer.identify(&"é".repeat(2048), NOW).is_ok());
        assert_eq!(signer.identify(&"x".repeat(2049), NOW).unwrap_err(), TokenError::TooLong);
        assert_eq!(signer.identify("", NOW).unwrap_err(), TokenError::Empty);
    }
}
