//! The configuration as JSON: the members of the replay format's `config`. JavaScript's own reader
//! takes it apart, since every page has it.
//!
//! Owns: their names, and that a part which is given only in part is filled up from the profile.
//! Must not know: what a session makes of a configuration.

use std::time::Duration;

use js_sys::{Array, Object, Reflect};
use thiserror::Error;
use wasm_bindgen::{JsCast as _, JsValue};
use webmessaging_proto::frame::CustomAttributes;
use webmessaging_proto::{
    Config, ConfigError, Limits, Profile, ReceiptPolicy, ReconnectPolicy, TypingPolicy,
};

/// The largest whole number that JavaScript's numbers hold exactly.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

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
const SEED: &str = "a whole number from 0 to 18446744073709551615, beyond 2^53 as a string";
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
    let members = js_sys::JSON::parse(json).ok().and_then(|json| object(&json));
    let members = Members { part: "", left: members.ok_or(ConfigProblem::NotAnObject)? };
    let deployment_id = members.required("deployment_id", TEXT, text)?;
    let token = members.required("token", TEXT, text)?;
    let seed = members.required("seed", SEED, seed)?;
    let profile = members.optional("profile", PROFILE, profile)?.unwrap_or_default();
    let mut config = Config::new(deployment_id, token, seed).with_profile(profile);
    if let Some(endpoint) = members.optional("endpoint", TEXT, text)? {
        config = config.with_endpoint(endpoint);
    }
    let mut heartbeat = None;
    members.set("heartbeat_ms", MILLIS_OR_NULL, nullable, &mut heartbeat)?;
    if let Some(interval) = heartbeat {
        config = config
            .with_health_check(interval)
            .map_err(|error| ConfigProblem::Refused { member: "heartbeat_ms", error })?;
    }
    if let Some(AutoStart::On(attributes)) =
        members.optional("auto_start", AUTO_START, auto_start)?
    {
        config = config.with_auto_start(attributes);
    }
    if let Some(part) = members.part("typing")? {
        let policy = typing(&part, *config.typing())?;
        config = config
            .with_typing(policy)
            .map_err(|error| ConfigProblem::Refused { member: "typing", error })?;
    }
    if let Some(part) = members.part("receipts")? {
        let policy = receipts(&part, *config.receipts())?;
        config = config.with_receipts(policy);
    }
    if let Some(part) = members.part("reconnect")? {
        config = config.with_reconnect(reconnect(&part)?);
    }
    if let Some(part) = members.part("limits")? {
        config = config.with_limits(limits(&part)?);
    }
    members.finish()?;
    Ok(config)
}

/// Custom attributes as JSON.
pub(crate) fn attributes(json: &str) -> Option<CustomAttributes> {
    object_of_strings(&js_sys::JSON::parse(json).ok()?)
}

fn typing(part: &Members, mut policy: TypingPolicy) -> Result<TypingPolicy, ConfigProblem> {
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

fn receipts(part: &Members, mut policy: ReceiptPolicy) -> Result<ReceiptPolicy, ConfigProblem> {
    part.set("dwell_ms", MILLIS, millis, &mut policy.dwell)?;
    part.set("on_wire", YES_NO, yes_no, &mut policy.on_wire)?;
    part.finish()?;
    Ok(policy)
}

fn reconnect(part: &Members) -> Result<ReconnectPolicy, ConfigProblem> {
    let mut policy = ReconnectPolicy::default();
    part.set("base_ms", MILLIS, millis, &mut policy.base)?;
    part.set("cap_ms", MILLIS, millis, &mut policy.cap)?;
    part.set("stable_ms", MILLIS, millis, &mut policy.stable)?;
    part.set("give_up_ms", MILLIS_OR_NULL, nullable, &mut policy.give_up)?;
    part.finish()?;
    Ok(policy)
}

fn limits(part: &Members) -> Result<Limits, ConfigProblem> {
    let mut limits = Limits::default();
    part.set("outputs", COUNT, count, &mut limits.outputs)?;
    part.set("texts", COUNT, count, &mut limits.texts)?;
    part.set("messages", COUNT, count, &mut limits.messages)?;
    part.set("typists", COUNT, count, &mut limits.typists)?;
    part.finish()?;
    Ok(limits)
}

fn text(value: &JsValue) -> Option<String> {
    value.as_string().filter(|text| !text.is_empty())
}

fn seed(value: &JsValue) -> Option<u64> {
    match value.as_string() {
        Some(digits) => digits.parse().ok(),
        None => whole(value),
    }
}

fn profile(value: &JsValue) -> Option<Profile> {
    match value.as_string()?.as_str() {
        "guide" => Some(Profile::Guide),
        "live" => Some(Profile::Live),
        _ => None,
    }
}

enum AutoStart {
    Off,
    On(CustomAttributes),
}

fn auto_start(value: &JsValue) -> Option<AutoStart> {
    match value.as_bool() {
        Some(false) => return Some(AutoStart::Off),
        Some(true) => return Some(AutoStart::On(CustomAttributes::default())),
        None => {}
    }
    let members = Members { part: "", left: object(value)? };
    let attributes = members.optional("attributes", "", object_of_strings).ok()?;
    members.finish().ok()?;
    Some(AutoStart::On(attributes.unwrap_or_default()))
}

fn object_of_strings(value: &JsValue) -> Option<CustomAttributes> {
    let mut attributes = CustomAttributes::default();
    for pair in Object::entries(&object(value)?) {
        let [name, value] = [0, 1].map(|at| pair.unchecked_ref::<Array>().get(at).as_string());
        attributes.0.insert(name?, value?);
    }
    Some(attributes)
}

fn object(value: &JsValue) -> Option<Object> {
    let is_object = value.is_object() && !Array::is_array(value);
    is_object.then(|| value.clone().unchecked_into())
}

fn millis(value: &JsValue) -> Option<Duration> {
    whole(value).map(Duration::from_millis)
}

#[expect(clippy::option_option, reason = "what is written, and whether it fits")]
fn nullable(value: &JsValue) -> Option<Option<Duration>> {
    if value.is_null() { Some(None) } else { millis(value).map(Some) }
}

fn count(value: &JsValue) -> Option<usize> {
    usize::try_from(whole(value)?).ok()
}

fn yes_no(value: &JsValue) -> Option<bool> {
    value.as_bool()
}

/// A number that counts something.
pub(crate) fn whole(value: &JsValue) -> Option<u64> {
    let number = value.as_f64()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
    (number.fract() == 0.0 && (0.0..=MAX_SAFE_INTEGER).contains(&number)).then_some(number as u64)
}

/// An object of which the known members are taken; what is left at the end is an error.
struct Members {
    /// The object's name; empty for the configuration itself.
    part: &'static str,
    left: Object,
}

impl Members {
    fn optional<T>(
        &self,
        name: &'static str,
        expected: &'static str,
        read: impl FnOnce(&JsValue) -> Option<T>,
    ) -> Result<Option<T>, ConfigProblem> {
        let Some(value) = self.take(name) else { return Ok(None) };
        match read(&value) {
            Some(value) => Ok(Some(value)),
            None => Err(self.unfit(name, expected)),
        }
    }

    fn required<T>(
        &self,
        name: &'static str,
        expected: &'static str,
        read: impl FnOnce(&JsValue) -> Option<T>,
    ) -> Result<T, ConfigProblem> {
        self.optional(name, expected, read)?.ok_or_else(|| self.unfit(name, expected))
    }

    fn set<T>(
        &self,
        name: &'static str,
        expected: &'static str,
        read: impl FnOnce(&JsValue) -> Option<T>,
        value: &mut T,
    ) -> Result<(), ConfigProblem> {
        if let Some(given) = self.optional(name, expected, read)? {
            *value = given;
        }
        Ok(())
    }

    fn part(&self, name: &'static str) -> Result<Option<Self>, ConfigProblem> {
        let members = self.optional(name, OBJECT, object)?;
        Ok(members.map(|left| Self { part: name, left }))
    }

    /// An object that was just read has no traps.
    fn take(&self, name: &str) -> Option<JsValue> {
        let name = JsValue::from_str(name);
        let value = Reflect::get(&self.left, &name).ok().filter(|value| !value.is_undefined());
        let _ = Reflect::delete_property(&self.left, &name);
        value
    }

    fn finish(&self) -> Result<(), ConfigProblem> {
        match Object::keys(&self.left).get(0).as_string() {
            None => Ok(()),
            Some(name) => Err(ConfigProblem::Unknown { member: self.at(&name) }),
        }
    }

    fn unfit(&self, name: &str, expected: &'static str) -> ConfigProblem {
        ConfigProblem::Unfit { member: self.at(name), expected }
    }

    fn at(&self, name: &str) -> String {
        if self.part.is_empty() { name.into() } else { [self.part, name].join(".") }
    }
}
