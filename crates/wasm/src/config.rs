//! The configuration as JSON: the members of the replay format's `config`.
//!
//! Owns: their names, and that a part which is given only in part is filled up from the profile.
//! Must not know: what a session makes of a configuration.

use std::time::Duration;

use serde_json::{Map, Value};
use thiserror::Error;
use webmessaging_proto::frame::CustomAttributes;
use webmessaging_proto::{
    Config, ConfigError, Limits, Profile, ReceiptPolicy, ReconnectPolicy, TypingPolicy,
};

/// What is wrong with a configuration.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub(crate) enum ConfigProblem {
    #[error("the configuration must be a JSON object")]
    NotAnObject,
    #[error("`{member}` must be {expected}")]
    Unfit { member: String, expected: &'static str },
    #[error("`{member}` is not known")]
    Unknown { member: String },
    #[error("`{member}`: {error}")]
    Refused { member: &'static str, error: ConfigError },
}

const TEXT: &str = "a string that is not empty";
const SEED: &str = "a whole number from 0 to 18446744073709551615, as a number or a string";
const MILLIS: &str = "a whole number of milliseconds";
const MILLIS_OR_NULL: &str = "a whole number of milliseconds, or null";
const COUNT: &str = "a whole number";
const YES_NO: &str = "true or false";
const OBJECT: &str = "an object";
const PROFILE: &str = "\"guide\" or \"live\"";
const AUTO_START: &str = "true, false or {\"attributes\":{..}}, of strings";

/// Reads a configuration.
///
/// # Errors
/// Names the first member that is not as it should be.
pub(crate) fn parse(json: &str) -> Result<Config, ConfigProblem> {
    let Ok(Value::Object(left)) = serde_json::from_str(json) else {
        return Err(ConfigProblem::NotAnObject);
    };
    let mut members = Members { part: "", left };
    let deployment_id = members.required("deployment_id", TEXT, text)?;
    let token = members.required("token", TEXT, text)?;
    let seed = members.required("seed", SEED, seed)?;
    let profile = members.optional("profile", PROFILE, profile)?.unwrap_or_default();
    let mut config = Config::new(deployment_id, token, seed).with_profile(profile);
    if let Some(endpoint) = members.optional("endpoint", TEXT, text)? {
        config = config.with_endpoint(endpoint);
    }
    if let Some(interval) = members.optional("heartbeat_ms", MILLIS_OR_NULL, nullable)?.flatten() {
        config = config
            .with_health_check(interval)
            .map_err(|error| ConfigProblem::Refused { member: "heartbeat_ms", error })?;
    }
    if let Some(attributes) = members.optional("auto_start", AUTO_START, auto_start)?.flatten() {
        config = config.with_auto_start(attributes);
    }
    if let Some(part) = members.part("typing")? {
        let policy = typing(part, *config.typing())?;
        config = config
            .with_typing(policy)
            .map_err(|error| ConfigProblem::Refused { member: "typing", error })?;
    }
    if let Some(part) = members.part("receipts")? {
        let policy = receipts(part, *config.receipts())?;
        config = config.with_receipts(policy);
    }
    if let Some(part) = members.part("reconnect")? {
        config = config.with_reconnect(reconnect(part)?);
    }
    if let Some(part) = members.part("limits")? {
        config = config.with_limits(limits(part)?);
    }
    members.finish()?;
    Ok(config)
}

/// Custom attributes as JSON.
pub(crate) fn attributes(json: &str) -> Option<CustomAttributes> {
    object_of_strings(serde_json::from_str(json).ok()?)
}

fn typing(mut part: Members, mut policy: TypingPolicy) -> Result<TypingPolicy, ConfigProblem> {
    part.set("start_delay_ms", MILLIS, millis, &mut policy.start_delay)?;
    part.set("min_gap_ms", MILLIS, millis, &mut policy.min_gap)?;
    part.set("refresh_ms", MILLIS_OR_NULL, nullable, &mut policy.refresh)?;
    part.set("idle_ms", MILLIS, millis, &mut policy.idle)?;
    part.set("remote_ttl_ms", MILLIS_OR_NULL, nullable, &mut policy.remote_ttl)?;
    part.set("sends_off", YES_NO, yes_no, &mut policy.sends_off)?;
    part.set("message_ends_belief", YES_NO, yes_no, &mut policy.message_ends_belief)?;
    part.set("hold_ms", MILLIS, millis, &mut policy.hold)?;
    part.finish()?;
    Ok(policy)
}

fn receipts(mut part: Members, mut policy: ReceiptPolicy) -> Result<ReceiptPolicy, ConfigProblem> {
    part.set("dwell_ms", MILLIS, millis, &mut policy.dwell)?;
    part.set("on_wire", YES_NO, yes_no, &mut policy.on_wire)?;
    part.finish()?;
    Ok(policy)
}

fn reconnect(mut part: Members) -> Result<ReconnectPolicy, ConfigProblem> {
    let mut policy = ReconnectPolicy::default();
    part.set("base_ms", MILLIS, millis, &mut policy.base)?;
    part.set("cap_ms", MILLIS, millis, &mut policy.cap)?;
    part.set("stable_ms", MILLIS, millis, &mut policy.stable)?;
    part.set("give_up_ms", MILLIS_OR_NULL, nullable, &mut policy.give_up)?;
    part.finish()?;
    Ok(policy)
}

fn limits(mut part: Members) -> Result<Limits, ConfigProblem> {
    let mut limits = Limits::default();
    part.set("outputs", COUNT, count, &mut limits.outputs)?;
    part.set("texts", COUNT, count, &mut limits.texts)?;
    part.set("messages", COUNT, count, &mut limits.messages)?;
    part.set("typists", COUNT, count, &mut limits.typists)?;
    part.finish()?;
    Ok(limits)
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// A number, or a text for those that JavaScript's numbers do not hold.
fn seed(value: Value) -> Option<u64> {
    match value {
        Value::String(digits) => digits.parse().ok(),
        value => value.as_u64(),
    }
}

fn profile(value: Value) -> Option<Profile> {
    match value.as_str()? {
        "guide" => Some(Profile::Guide),
        "live" => Some(Profile::Live),
        _ => None,
    }
}

fn auto_start(value: Value) -> Option<Option<CustomAttributes>> {
    let mut members = match value {
        Value::Bool(on) => return Some(on.then(CustomAttributes::default)),
        Value::Object(members) => members,
        _ => return None,
    };
    let attributes = match members.remove("attributes") {
        Some(attributes) => object_of_strings(attributes)?,
        None => CustomAttributes::default(),
    };
    members.is_empty().then_some(Some(attributes))
}

fn object_of_strings(value: Value) -> Option<CustomAttributes> {
    let Value::Object(members) = value else { return None };
    let strings = members.into_iter().map(|(name, value)| match value {
        Value::String(text) => Some((name, text)),
        _ => None,
    });
    strings.collect::<Option<_>>().map(CustomAttributes)
}

fn millis(value: Value) -> Option<Duration> {
    value.as_u64().map(Duration::from_millis)
}

fn nullable(value: Value) -> Option<Option<Duration>> {
    if value.is_null() { Some(None) } else { millis(value).map(Some) }
}

fn count(value: Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}

fn yes_no(value: Value) -> Option<bool> {
    value.as_bool()
}

/// An object of which the known members are taken; what is left at the end is an error.
struct Members {
    /// The object's name; empty for the configuration itself.
    part: &'static str,
    left: Map<String, Value>,
}

impl Members {
    fn optional<T>(
        &mut self,
        name: &'static str,
        expected: &'static str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Option<T>, ConfigProblem> {
        let Some(value) = self.left.remove(name) else { return Ok(None) };
        match read(value) {
            Some(value) => Ok(Some(value)),
            None => Err(self.unfit(name, expected)),
        }
    }

    fn required<T>(
        &mut self,
        name: &'static str,
        expected: &'static str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<T, ConfigProblem> {
        self.optional(name, expected, read)?.ok_or_else(|| self.unfit(name, expected))
    }

    fn set<T>(
        &mut self,
        name: &'static str,
        expected: &'static str,
        read: impl FnOnce(Value) -> Option<T>,
        value: &mut T,
    ) -> Result<(), ConfigProblem> {
        if let Some(given) = self.optional(name, expected, read)? {
            *value = given;
        }
        Ok(())
    }

    fn part(&mut self, name: &'static str) -> Result<Option<Self>, ConfigProblem> {
        let members = self.optional(name, OBJECT, |value| match value {
            Value::Object(members) => Some(members),
            _ => None,
        })?;
        Ok(members.map(|left| Self { part: name, left }))
    }

    fn finish(self) -> Result<(), ConfigProblem> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => Err(ConfigProblem::Unknown { member: self.at(name) }),
        }
    }

    fn unfit(&self, name: &str, expected: &'static str) -> ConfigProblem {
        ConfigProblem::Unfit { member: self.at(name), expected }
    }

    fn at(&self, name: &str) -> String {
        if self.part.is_empty() { name.into() } else { [self.part, name].join(".") }
    }
}
