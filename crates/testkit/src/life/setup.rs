//! What is chosen before a life begins.
//!
//! Owns: the first bytes of a life and the configuration that they stand for. Must not know: what
//! happens afterwards.

use core::time::Duration;

use webmessaging_proto::frame::{CustomAttributes, JourneyContext};
use webmessaging_proto::{Config, Limits, Profile, ReceiptPolicy, ReconnectPolicy, TypingPolicy};

use super::reader::Reader;

/// Part of every token and text of a life: it must never show in `Debug`.
pub const SECRET: &str = "S3CRET";

/// The choices that a life begins with; absent bytes are zeros.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Setup {
    bits: u8,
    typing: u8,
    dwell: u8,
    limits: u8,
    checks: u8,
    /// Feeds the session's draws.
    pub seed: u8,
}

impl Setup {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let mut next = || reader.byte().unwrap_or_default();
        Self {
            bits: next(),
            typing: next(),
            dwell: next(),
            limits: next(),
            checks: next(),
            seed: next(),
        }
    }

    /// Whether the server does by itself what it owes.
    #[must_use]
    pub const fn diligent_server(&self) -> bool {
        self.bits & 2 != 0
    }

    pub(super) fn config(self) -> Config {
        let profile = if self.bits & 1 == 0 { Profile::Guide } else { Profile::Live };
        let token = format!("{SECRET}-token-0");
        let plain = Config::new("d-1", token, u64::from(self.seed)).with_profile(profile);
        let receipts = self.receipts(*plain.receipts());
        let typing = self.typing(*plain.typing());
        let mut config = plain
            .clone()
            .with_typing(typing)
            .unwrap_or(plain)
            .with_receipts(receipts)
            .with_limits(self.limits())
            .with_reconnect(self.reconnect());
        if self.bits & 4 != 0 {
            config = config.with_auto_start(attributes(&[("basket", "B-1")]));
        }
        if self.bits & 8 != 0 {
            config = config.with_journey_context(JourneyContext::cookie("customer-1"));
        }
        let every = match self.checks & 3 {
            1 => Duration::from_secs(30),
            2 => Duration::from_secs(61),
            _ => return config,
        };
        config.clone().with_health_check(every).unwrap_or(config)
    }

    /// Some contradict themselves; then the profile's stand.
    fn typing(self, profile: TypingPolicy) -> TypingPolicy {
        let millis = Duration::from_millis;
        let mut policy = profile;
        match self.typing % 8 {
            1 => policy.start_delay = millis(400),
            2 => policy.idle = millis(500),
            3 => policy.idle = millis(7_000),
            4 => policy.refresh = Some(millis(1_000)),
            5 => policy.min_gap = millis(3_000),
            6 => policy.remote_ttl = Some(millis(6_000)),
            7 => policy.hold = millis(4_000),
            _ => {}
        }
        if self.typing & 0x10 != 0 {
            policy.start_delay = millis(250);
        }
        if self.typing & 0x20 != 0 {
            policy.message_ends_belief = !policy.message_ends_belief;
        }
        policy
    }

    fn receipts(self, profile: ReceiptPolicy) -> ReceiptPolicy {
        const DWELLS: [u64; 8] = [0, 0, 0, 1, 300, 1_000, 2_500, 60_000];
        let mut policy = profile;
        policy.dwell = Duration::from_millis(DWELLS[usize::from(self.dwell & 7)]);
        if self.dwell & 0x10 != 0 {
            policy.on_wire = !policy.on_wire;
        }
        policy
    }

    fn limits(self) -> Limits {
        let mut limits = Limits::default();
        if self.limits & 1 != 0 {
            limits.outputs = usize::from(self.limits >> 4) % 4 + 1;
        }
        if self.limits & 2 != 0 {
            limits.texts = usize::from(self.limits >> 4) % 3 + 1;
        }
        if self.limits & 4 != 0 {
            limits.messages = usize::from(self.limits >> 4) % 5 + 1;
        }
        if self.limits & 8 != 0 {
            limits.typists = usize::from(self.limits >> 4) % 3;
        }
        limits
    }

    fn reconnect(self) -> ReconnectPolicy {
        let mut policy = ReconnectPolicy::default();
        if self.checks & 4 != 0 {
            policy.give_up = None;
        }
        if self.checks & 8 != 0 {
            policy.give_up = Some(Duration::from_secs(20));
        }
        if self.checks & 16 != 0 {
            policy.base = Duration::from_millis(100);
        }
        if self.checks & 32 != 0 {
            policy.stable = Duration::from_secs(2);
        }
        policy
    }
}

pub(super) fn attributes(pairs: &[(&str, &str)]) -> CustomAttributes {
    let pairs = pairs.iter().map(|(name, value)| (String::from(*name), String::from(*value)));
    pairs.collect()
}
