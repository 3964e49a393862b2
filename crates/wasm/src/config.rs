//! The configuration as JSON: the members of the replay format's `config`. JavaScript's own reader
//! takes it apart, since every page has it.
//!
//! Owns: their names, and that a part which is given only in part is filled up from the profile.
//! Must not know: what a session makes of a configuration.

use std::time::Duration;

use wasm_bindgen::JsValue;
use webmessaging_proto::frame::CustomAttributes;
use webmessaging_proto::{Config, ConfigError, Limits, Profile, ReconnectPolicy};

use crate::script::{Array, members, parse_json};

/// The largest whole number that JavaScript's numbers hold exactly.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

const A_TEXT: &str = "a string that is not empty";
const A_SEED: &str = "a whole number from 0 to 18446744073709551615, beyond 2^53 as a string";

/// Reads a configuration.
///
/// # Errors
/// Names a member that is not as it should be.
pub(crate) fn parse(json: &str) -> Result<Config, String> {
    let whole = parse_json(json).ok().and_then(|json| Part::of("", &json));
    let whole = whole.ok_or("the configuration must be a JSON object")?;
    let [mut deployment_id, mut token, mut endpoint] = [const { String::new() }; 3];
    let (mut seed, mut profile) = (None, Profile::default());
    let (mut heartbeat, mut auto_start) = (None, None);
    let [mut typing, mut receipts, mut reconnect, mut limits] = [const { None }; 4];
    whole.read(&mut [
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
        ("deployment_id", deployment_id.is_empty(), A_TEXT),
        ("token", token.is_empty(), A_TEXT),
        ("seed", seed.is_none(), A_SEED),
    ];
    if let Some((name, _, expected)) = required.into_iter().find(|(_, missing, _)| *missing) {
        return Err(whole.path(name) + " must be " + expected);
    }
    let mut config =
        Config::new(deployment_id, token, seed.unwrap_or_default()).with_profile(profile);
    if !endpoint.is_empty() {
        config = config.with_endpoint(endpoint);
    }
    if let Some(interval) = heartbeat {
        config = config.with_health_check(interval).map_err(refused("heartbeat_ms"))?;
    }
    if let Some(attributes) = auto_start {
        config = config.with_auto_start(attributes);
    }
    if let Some(part) = typing {
        let mut policy = *config.typing();
        part.read(&mut [
            ("start_delay_ms", Place::Millis(&mut policy.start_delay)),
            ("min_gap_ms", Place::Millis(&mut policy.min_gap)),
            ("refresh_ms", Place::MillisOrNull(&mut policy.refresh)),
            ("idle_ms", Place::Millis(&mut policy.idle)),
            ("remote_ttl_ms", Place::MillisOrNull(&mut policy.remote_ttl)),
            ("sends_off", Place::YesNo(&mut policy.sends_off)),
            ("message_ends_belief", Place::YesNo(&mut policy.message_ends_belief)),
            ("hold_ms", Place::Millis(&mut policy.hold)),
        ])?;
        config = config.with_typing(policy).map_err(refused("typing"))?;
    }
    if let Some(part) = receipts {
        let mut policy = *config.receipts();
        part.read(&mut [
            ("dwell_ms", Place::Millis(&mut policy.dwell)),
            ("on_wire", Place::YesNo(&mut policy.on_wire)),
        ])?;
        config = config.with_receipts(policy);
    }
    if let Some(part) = reconnect {
        let mut policy = ReconnectPolicy::default();
        part.read(&mut [
            ("base_ms", Place::Millis(&mut policy.base)),
            ("cap_ms", Place::Millis(&mut policy.cap)),
            ("stable_ms", Place::Millis(&mut policy.stable)),
            ("give_up_ms", Place::MillisOrNull(&mut policy.give_up)),
        ])?;
        config = config.with_reconnect(policy);
    }
    if let Some(part) = limits {
        let mut caps = Limits::default();
        part.read(&mut [
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
    object_of_strings(&parse_json(json).ok()?)
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
    Attributes(&'p mut CustomAttributes),
    Part(&'p mut Option<Part>),
}

impl Place<'_> {
    /// Takes the value of the member of this name. `None` if it does not fit.
    fn put(&mut self, name: &'static str, value: &JsValue) -> Option<()> {
        match self {
            Self::Text(place) => **place = value.as_string().filter(|text| !text.is_empty())?,
            Self::Seed(place) => {
                **place = Some(match value.as_string() {
                    Some(digits) => digits.parse().ok()?,
                    None => whole(value.as_f64()?)?,
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
            Self::Count(place) => **place = usize::try_from(whole(value.as_f64()?)?).ok()?,
            Self::YesNo(place) => **place = value.as_bool()?,
            Self::AutoStart(place) => **place = auto_start(value)?,
            Self::Attributes(place) => **place = object_of_strings(value)?,
            Self::Part(place) => **place = Some(Part::of(name, value)?),
        }
        Some(())
    }

    const fn expected(&self) -> &'static str {
        match self {
            Self::Text(_) => A_TEXT,
            Self::Seed(_) => A_SEED,
            Self::Profile(_) => "\"guide\" or \"live\"",
            Self::Millis(_) => "a whole number of milliseconds",
            Self::MillisOrNull(_) => "a whole number of milliseconds, or null",
            Self::Count(_) => "a whole number",
            Self::YesNo(_) => "true or false",
            Self::AutoStart(_) => "true, false or {\"attributes\":{..}}, of strings",
            Self::Attributes(_) => "an object of strings",
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
    let mut attributes = CustomAttributes::default();
    let part = Part::of("", value)?;
    part.read(&mut [("attributes", Place::Attributes(&mut attributes))]).ok()?;
    Some(Some(attributes))
}

fn object_of_strings(value: &JsValue) -> Option<CustomAttributes> {
    let mut attributes = CustomAttributes::default();
    for (name, value) in members(&Part::of("", value)?.object) {
        attributes.insert(name, value.as_string()?);
    }
    Some(attributes)
}

fn millis(value: &JsValue) -> Option<Duration> {
    whole(value.as_f64()?).map(Duration::from_millis)
}

/// A number that counts something.
pub(crate) fn whole(number: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
    (number.fract() == 0.0 && (0.0..=MAX_SAFE_INTEGER).contains(&number)).then_some(number as u64)
}

/// An object in the configuration; the configuration itself has no name.
struct Part {
    name: &'static str,
    object: JsValue,
}

impl Part {
    fn of(name: &'static str, value: &JsValue) -> Option<Self> {
        let is_object = value.is_object() && !Array::is_array(value);
        is_object.then(|| Self { name, object: value.clone() })
    }

    /// Puts the members where they belong. Those that are missing leave their place alone.
    fn read(&self, places: &mut [(&'static str, Place<'_>)]) -> Result<(), String> {
        for (name, value) in members(&self.object) {
            let Some((known, place)) = places.iter_mut().find(|(known, _)| *known == name) else {
                return Err(self.path(&name) + " is not known");
            };
            if place.put(known, &value).is_none() {
                return Err(self.path(known) + " must be " + place.expected());
            }
        }
        Ok(())
    }

    fn path(&self, member: &str) -> String {
        let dot = if self.name.is_empty() { "" } else { "." };
        ["`", self.name, dot, member, "`"].concat()
    }
}

fn refused(member: &str) -> impl Fn(ConfigError) -> String {
    move |error| ["`", member, "`: ", &error.message()].concat()
}
