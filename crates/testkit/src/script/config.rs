//! The configuration line.
//!
//! Owns: the names of the configuration's members, and that a part which is given only in part is
//! filled up from the profile. Must not know: what a session makes of a configuration.

use core::time::Duration;

use webmessaging_proto::frame::CustomAttributes;
use webmessaging_proto::{Config, Limits, Profile, ReceiptPolicy, ReconnectPolicy, TypingPolicy};

use super::Problem;
use super::members::{Members, shown};

const TEXT: &str = "a string";
const SEED: &str = "a whole number from 0 to 18446744073709551615";
const MILLIS: &str = "a whole number of milliseconds";
const MILLIS_OR_NULL: &str = "a whole number of milliseconds, or null";
const COUNT: &str = "a whole number";
const YES_NO: &str = "true or false";
const PROFILE: &str = "\"guide\" or \"live\"";
const AUTO_START: &str = "true, false or {\"attributes\":{..}}";
pub(super) const ATTRIBUTES: &str = "an object of strings";

/// Takes `config` out of its line.
pub(super) fn parse(line: &mut Members<'_>) -> Result<Config, Problem> {
    let Some(mut members) = line.object("config")? else { return Err(Problem::NoConfig) };
    let deployment_id: String = members.required("deployment_id", TEXT)?;
    let token: String = members.required("token", TEXT)?;
    let profile = profile(&mut members)?;
    let seed = members.optional("seed", SEED)?.unwrap_or(0);
    let mut config = Config::new(deployment_id, token, seed).with_profile(profile);
    if let Some(endpoint) = members.optional::<String>("endpoint", TEXT)? {
        config = config.with_endpoint(endpoint);
    }
    let mut heartbeat = None;
    set_millis_or_null(&mut members, "heartbeat_ms", &mut heartbeat)?;
    if let Some(interval) = heartbeat {
        config = config
            .with_health_check(interval)
            .map_err(|error| Problem::Config { member: "config.heartbeat_ms", error })?;
    }
    if let Some(attributes) = auto_start(&mut members)? {
        config = config.with_auto_start(attributes);
    }
    if let Some(part) = members.object("typing")? {
        config = config
            .with_typing(typing(part, profile)?)
            .map_err(|error| Problem::Config { member: "config.typing", error })?;
    }
    if let Some(part) = members.object("receipts")? {
        config = config.with_receipts(receipts(part, profile)?);
    }
    if let Some(part) = members.object("reconnect")? {
        config = config.with_reconnect(reconnect(part)?);
    }
    if let Some(part) = members.object("limits")? {
        config = config.with_limits(limits(part)?);
    }
    members.finish()?;
    Ok(config)
}

fn profile(members: &mut Members<'_>) -> Result<Profile, Problem> {
    let Some(value) = members.raw("profile") else { return Ok(Profile::Guide) };
    match value.get() {
        "\"guide\"" => Ok(Profile::Guide),
        "\"live\"" => Ok(Profile::Live),
        _ => Err(Problem::Unfit {
            member: members.at("profile"),
            expected: PROFILE,
            found: shown(value),
        }),
    }
}

fn auto_start(members: &mut Members<'_>) -> Result<Option<CustomAttributes>, Problem> {
    let Some(value) = members.raw("auto_start") else { return Ok(None) };
    match value.get() {
        "true" => Ok(Some(CustomAttributes::default())),
        "false" => Ok(None),
        object if object.starts_with('{') => {
            let mut object = Members::of(value, &members.at("auto_start"))?;
            let attributes = object.optional("attributes", ATTRIBUTES)?.unwrap_or_default();
            object.finish()?;
            Ok(Some(attributes))
        }
        _ => Err(Problem::Unfit {
            member: members.at("auto_start"),
            expected: AUTO_START,
            found: shown(value),
        }),
    }
}

fn typing(mut part: Members<'_>, profile: Profile) -> Result<TypingPolicy, Problem> {
    let mut policy = match profile {
        Profile::Live => TypingPolicy::live(),
        _ => TypingPolicy::guide(),
    };
    set_millis(&mut part, "start_delay_ms", &mut policy.start_delay)?;
    set_millis(&mut part, "min_gap_ms", &mut policy.min_gap)?;
    set_millis_or_null(&mut part, "refresh_ms", &mut policy.refresh)?;
    set_millis(&mut part, "idle_ms", &mut policy.idle)?;
    set_millis_or_null(&mut part, "remote_ttl_ms", &mut policy.remote_ttl)?;
    set(&mut part, "sends_off", YES_NO, &mut policy.sends_off)?;
    set(&mut part, "message_ends_belief", YES_NO, &mut policy.message_ends_belief)?;
    set_millis(&mut part, "hold_ms", &mut policy.hold)?;
    part.finish()?;
    Ok(policy)
}

fn receipts(mut part: Members<'_>, profile: Profile) -> Result<ReceiptPolicy, Problem> {
    let mut policy = match profile {
        Profile::Live => ReceiptPolicy::live(),
        _ => ReceiptPolicy::guide(),
    };
    set_millis(&mut part, "dwell_ms", &mut policy.dwell)?;
    set(&mut part, "on_wire", YES_NO, &mut policy.on_wire)?;
    part.finish()?;
    Ok(policy)
}

fn reconnect(mut part: Members<'_>) -> Result<ReconnectPolicy, Problem> {
    let mut policy = ReconnectPolicy::default();
    set_millis(&mut part, "base_ms", &mut policy.base)?;
    set_millis(&mut part, "cap_ms", &mut policy.cap)?;
    set_millis(&mut part, "stable_ms", &mut policy.stable)?;
    set_millis_or_null(&mut part, "give_up_ms", &mut policy.give_up)?;
    part.finish()?;
    Ok(policy)
}

fn limits(mut part: Members<'_>) -> Result<Limits, Problem> {
    let mut limits = Limits::default();
    set(&mut part, "outputs", COUNT, &mut limits.outputs)?;
    set(&mut part, "texts", COUNT, &mut limits.texts)?;
    set(&mut part, "messages", COUNT, &mut limits.messages)?;
    set(&mut part, "typists", COUNT, &mut limits.typists)?;
    part.finish()?;
    Ok(limits)
}

fn set<'a, T: serde::Deserialize<'a>>(
    part: &mut Members<'a>,
    name: &'static str,
    expected: &'static str,
    value: &mut T,
) -> Result<(), Problem> {
    if let Some(given) = part.optional(name, expected)? {
        *value = given;
    }
    Ok(())
}

fn set_millis(
    part: &mut Members<'_>,
    name: &'static str,
    value: &mut Duration,
) -> Result<(), Problem> {
    if let Some(given) = part.optional(name, MILLIS)? {
        *value = Duration::from_millis(given);
    }
    Ok(())
}

/// Takes null for never, and leaves what is not given.
fn set_millis_or_null(
    part: &mut Members<'_>,
    name: &'static str,
    value: &mut Option<Duration>,
) -> Result<(), Problem> {
    if let Some(given) = part.optional::<Option<u64>>(name, MILLIS_OR_NULL)? {
        *value = given.map(Duration::from_millis);
    }
    Ok(())
}
