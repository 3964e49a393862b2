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
use webmessaging_proto::{Config, ConfigError, Limits, Profile, ReconnectPolicy};

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

/// Reads a configuration.
///
/// # Errors
/// Names the first member that is not as it should be.
pub(crate) fn parse(json: &str) -> Result<Config, ConfigProblem> {
    let members = js_sys::JSON::parse(json).ok().and_then(|json| object(&json));
    let members = Members { part: "", left: members.ok_or(ConfigProblem::NotAnObject)? };
    let [mut deployment_id, mut token, mut endpoint] = [const { String::new() }; 3];
    let (mut seed, mut heartbeat, mut auto_start) = (None, None, None);
    let mut profile = Profile::default();
    let [mut typing, mut receipts, mut reconnect, mut limits] = [const { None }; 4];
    members.read(&mut [
        ("deployment_id", Place::Text(&mut deployment_id)),
        ("token", Place::Text(&mut token)),
        ("seed", Place::Seed(&mut seed)),
        ("profile", Place::Profile(&mut profile)),
        ("endpoint", Place::Text(&mut endpoint)),
        ("heartbeat_ms", Place::MillisOrNull(&mut heartbeat)),
        ("auto_start", Place::AutoStart(&mut auto_start)),
        ("typing", Place::Part(&mut typing)),
        ("receipts", Place::Part(&mut receipts)),
        ("reconnect", Place::Part(&mut reconnect)),
        ("limits", Place::Part(&mut limits)),
    ])?;
    let required = [
        ("deployment_id", deployment_id.is_empty(), Place::Text(&mut String::new()).expected()),
        ("token", token.is_empty(), Place::Text(&mut String::new()).expected()),
        ("seed", seed.is_none(), Place::Seed(&mut None).expected()),
    ];
    if let Some((name, _, expected)) = required.into_iter().find(|(_, missing, _)| *missing) {
        return Err(members.unfit(name, expected));
    }
    let mut config =
        Config::new(deployment_id, token, seed.unwrap_or_default()).with_profile(profile);
    if !endpoint.is_empty() {
        config = config.with_endpoint(endpoint);
    }
    if let Some(interval) = heartbeat {
        config = config
            .with_health_check(interval)
            .map_err(|error| ConfigProblem::Refused { member: "heartbeat_ms", error })?;
    }
    if let Some(attributes) = auto_start {
        config = config.with_auto_start(attributes);
    }
    if let Some(left) = typing {
        let mut policy = *config.typing();
        Members { part: "typing", left }.read(&mut [
            ("start_delay_ms", Place::Millis(&mut policy.start_delay)),
            ("min_gap_ms", Place::Millis(&mut policy.min_gap)),
            ("refresh_ms", Place::MillisOrNull(&mut policy.refresh)),
            ("idle_ms", Place::Millis(&mut policy.idle)),
            ("remote_ttl_ms", Place::MillisOrNull(&mut policy.remote_ttl)),
            ("sends_off", Place::YesNo(&mut policy.sends_off)),
            ("message_ends_belief", Place::YesNo(&mut policy.message_ends_belief)),
            ("hold_ms", Place::Millis(&mut policy.hold)),
        ])?;
        config = config
            .with_typing(policy)
            .map_err(|error| ConfigProblem::Refused { member: "typing", error })?;
    }
    if let Some(left) = receipts {
        let mut policy = *config.receipts();
        Members { part: "receipts", left }.read(&mut [
            ("dwell_ms", Place::Millis(&mut policy.dwell)),
            ("on_wire", Place::YesNo(&mut policy.on_wire)),
        ])?;
        config = config.with_receipts(policy);
    }
    if let Some(left) = reconnect {
        let mut policy = ReconnectPolicy::default();
        Members { part: "reconnect", left }.read(&mut [
            ("base_ms", Place::Millis(&mut policy.base)),
            ("cap_ms", Place::Millis(&mut policy.cap)),
            ("stable_ms", Place::Millis(&mut policy.stable)),
            ("give_up_ms", Place::MillisOrNull(&mut policy.give_up)),
        ])?;
        config = config.with_reconnect(policy);
    }
    if let Some(left) = limits {
        let mut caps = Limits::default();
        Members { part: "limits", left }.read(&mut [
            ("outputs", Place::Count(&mut caps.outputs)),
            ("texts", Place::Count(&mut caps.texts)),
            ("messages", Place::Count(&mut caps.messages)),
            ("typists", Place::Count(&mut caps.typists)),
        ])?;
        config = config.with_limits(caps);
    }
    Ok(config)
}

/// Custom attributes as JSON.
pub(crate) fn attributes(json: &str) -> Option<CustomAttributes> {
    object_of_strings(&js_sys::JSON::parse(json).ok()?)
}

/// Where a member's value goes. By hand, and not by a type's own reader: a page would load a copy of
/// that for every type.
enum Place<'p> {
    Text(&'p mut String),
    Seed(&'p mut Option<u64>),
    Profile(&'p mut Profile),
    Millis(&'p mut Duration),
    MillisOrNull(&'p mut Option<Duration>),
    Count(&'p mut usize),
    YesNo(&'p mut bool),
    AutoStart(&'p mut Option<CustomAttributes>),
    Part(&'p mut Option<Object>),
}

impl Place<'_> {
    /// Takes a value. `None` if it does not fit.
    fn put(&mut self, value: &JsValue) -> Option<()> {
        match self {
            Self::Text(place) => **place = value.as_string().filter(|text| !text.is_empty())?,
            Self::Seed(place) => {
                **place = Some(match value.as_string() {
                    Some(digits) => digits.parse().ok()?,
                    None => whole(value)?,
                });
            }
            Self::Profile(place) => {
                **place = match value.as_string()?.as_str() {
                    "guide" => Profile::Guide,
                    "live" => Profile::Live,
                    _ => return None,
                };
            }
            Self::Millis(place) => **place = millis(value)?,
            Self::MillisOrNull(place) => {
                **place = if value.is_null() { None } else { Some(millis(value)?) };
            }
            Self::Count(place) => **place = usize::try_from(whole(value)?).ok()?,
            Self::YesNo(place) => **place = value.as_bool()?,
            Self::AutoStart(place) => **place = auto_start(value)?,
            Self::Part(place) => **place = Some(object(value)?),
        }
        Some(())
    }

    const fn expected(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string that is not empty",
            Self::Seed(_) => {
                "a whole number from 0 to 18446744073709551615, beyond 2^53 as a string"
            }
            Self::Profile(_) => "\"guide\" or \"live\"",
            Self::Millis(_) => "a whole number of milliseconds",
            Self::MillisOrNull(_) => "a whole number of milliseconds, or null",
            Self::Count(_) => "a whole number",
            Self::YesNo(_) => "true or false",
            Self::AutoStart(_) => "true, false or {\"attributes\":{..}}, of strings",
            Self::Part(_) => "an object",
        }
    }
}

/// Whether to start, and with what; the outer `None` is for what says neither.
#[expect(clippy::option_option, reason = "what is written, and whether it fits")]
fn auto_start(value: &JsValue) -> Option<Option<CustomAttributes>> {
    match value.as_bool() {
        Some(false) => return Some(None),
        Some(true) => return Some(Some(CustomAttributes::default())),
        None => {}
    }
    let members = Members { part: "", left: object(value)? };
    let attributes = match members.take("attributes") {
        Some(attributes) => object_of_strings(&attributes)?,
        None => CustomAttributes::default(),
    };
    members.read(&mut []).ok()?;
    Some(Some(attributes))
}

fn object_of_strings(value: &JsValue) -> Option<CustomAttributes> {
    let mut attributes = CustomAttributes::default();
    for pair in Object::entries(&object(value)?) {
        let pair: Array = pair.unchecked_into();
        attributes.insert(pair.get(0).as_string()?, pair.get(1).as_string()?);
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
    /// Puts the members where they belong. Those that are missing leave their place alone.
    fn read(&self, places: &mut [(&'static str, Place<'_>)]) -> Result<(), ConfigProblem> {
        for (name, place) in places {
            let fits = self.take(name).is_none_or(|value| place.put(&value).is_some());
            if !fits {
                return Err(self.unfit(name, place.expected()));
            }
        }
        match Object::keys(&self.left).get(0).as_string() {
            None => Ok(()),
            Some(name) => Err(ConfigProblem::Unknown { member: self.at(&name) }),
        }
    }

    /// An object that was just read has no traps.
    fn take(&self, name: &str) -> Option<JsValue> {
        let name = JsValue::from_str(name);
        let value = Reflect::get(&self.left, &name).ok().filter(|value| !value.is_undefined());
        let _ = Reflect::delete_property(&self.left, &name);
        value
    }

    fn unfit(&self, name: &str, expected: &'static str) -> ConfigProblem {
        ConfigProblem::Unfit { member: self.at(name), expected }
    }

    fn at(&self, name: &str) -> String {
        let mut at = String::from(self.part);
        if !at.is_empty() {
            at.push('.');
        }
        at.push_str(name);
        at
    }
}
