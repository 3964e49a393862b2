//! Faults written down: as JSON for the API, and in short for a command line.

use std::{str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    connection::ConnectionId,
    fault::{Direction, Fault, FaultError, FaultKind},
    request::RequestKind,
};

/// The JSON form: flat, and strict about its members.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaultForm {
    fault: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    direction: Option<Direction>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    on: Vec<RequestKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    conversation_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    connection: Option<ConnectionId>,
}

impl TryFrom<FaultForm> for Fault {
    type Error = FaultError;

    fn try_from(form: FaultForm) -> Result<Self, FaultError> {
        let direction = form.direction.unwrap_or_default();
        let close_code = |fault, default| match form.code.unwrap_or(default) {
            code @ (1000..=1003 | 1007..=1014 | 3000..=4999) => Ok(code),
            _ => Err(FaultError::Needs { fault, needs: "a close code that can be sent" }),
        };
        let kind = match form.fault.as_str() {
            "drop" => FaultKind::Drop,
            "swallow" => FaultKind::Swallow(direction),
            "delay" => {
                let ms = form.ms.ok_or(FaultError::Needs { fault: "delay", needs: "ms" })?;
                FaultKind::Delay(direction, Duration::from_millis(ms))
            }
            "reorder" => FaultKind::Reorder(direction),
            "duplicate" => FaultKind::Duplicate(direction),
            "rate_limit" => FaultKind::RateLimit(form.retry_after.unwrap_or(1)),
            "answer" => {
                let code = form.code.ok_or(FaultError::Needs { fault: "answer", needs: "code" })?;
                FaultKind::Answer(code, form.body.unwrap_or_else(|| "Request failed.".to_owned()))
            }
            "expire_token" => FaultKind::ExpireToken,
            "refuse_upgrade" => {
                let status = form.status.unwrap_or(403);
                if !(400..=599).contains(&status) {
                    let needs = "a status from 400 to 599";
                    return Err(FaultError::Needs { fault: "refuse_upgrade", needs });
                }
                FaultKind::RefuseUpgrade(status)
            }
            "close" => FaultKind::Close(close_code("close", 1011)?),
            "accept_and_close" => FaultKind::AcceptAndClose(close_code("accept_and_close", 1011)?),
            "mute" => FaultKind::Mute,
            "garbage" => FaultKind::Garbage(form.body),
            other => return Err(FaultError::Unknown(other.to_owned())),
        };
        Ok(Self {
            kind,
            on: form.on,
            count: form.count,
            conversation_id: form.conversation_id,
            connection: form.connection,
        })
    }
}

impl From<Fault> for FaultForm {
    fn from(fault: Fault) -> Self {
        let mut form = Self {
            on: fault.on,
            count: fault.count,
            conversation_id: fault.conversation_id,
            connection: fault.connection,
            ..Self::default()
        };
        let name = match fault.kind {
            FaultKind::Drop => "drop",
            FaultKind::Swallow(direction) => {
                form.direction = Some(direction);
                "swallow"
            }
            FaultKind::Delay(direction, delay) => {
                form.direction = Some(direction);
                form.ms = Some(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX));
                "delay"
            }
            FaultKind::Reorder(direction) => {
                form.direction = Some(direction);
                "reorder"
            }
            FaultKind::Duplicate(direction) => {
                form.direction = Some(direction);
                "duplicate"
            }
            FaultKind::RateLimit(seconds) => {
                form.retry_after = Some(seconds);
                "rate_limit"
            }
            FaultKind::Answer(code, body) => {
                form.code = Some(code);
                form.body = Some(body);
                "answer"
            }
            FaultKind::ExpireToken => "expire_token",
            FaultKind::RefuseUpgrade(status) => {
                form.status = Some(status);
                "refuse_upgrade"
            }
            FaultKind::Close(code) => {
                form.code = Some(code);
                "close"
            }
            FaultKind::AcceptAndClose(code) => {
                form.code = Some(code);
                "accept_and_close"
            }
            FaultKind::Mute => "mute",
            FaultKind::Garbage(body) => {
                form.body = body;
                "garbage"
            }
        };
        name.clone_into(&mut form.fault);
        form
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        if text.trim_start().starts_with('{') {
            return serde_json::from_str(text).map_err(|e| FaultError::Json(e.to_string()));
        }
        let needs = |needs| FaultError::Needs { fault: "SPEC", needs };
        let (text, count) = match text.split_once('*') {
            Some((text, count)) => {
                (text, Some(count.parse().map_err(|_| needs("a count behind *"))?))
            }
            None => (text, None),
        };
        let (name, value) = match text.split_once(':') {
            Some((name, value)) => {
                (name, Some(value.parse::<u64>().map_err(|_| needs("a number behind :"))?))
            }
            None => (text, None),
        };
        // Short names are written with either sign on a command line.
        let fault = name.replace('-', "_");
        let small =
            value.map(|v| u16::try_from(v).map_err(|_| needs("a number up to 65535"))).transpose();
        let mut form = FaultForm { fault, count, ..FaultForm::default() };
        match form.fault.as_str() {
            "delay" => form.ms = value,
            "rate_limit" => form.retry_after = value,
            "refuse_upgrade" => form.status = small?,
            "answer" | "close" | "accept_and_close" => form.code = small?,
            _ if value.is_some() => return Err(needs("no number")),
            _ => {}
        }
        Self::try_from(form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        for (short, json) in [
            ("drop", r#"{"fault":"drop"}"#),
            ("delay:200*3", r#"{"fault":"delay","direction":"both","ms":200,"count":3}"#),
            ("rate-limit:7*2", r#"{"fault":"rate_limit","retry_after":7,"count":2}"#),
            ("refuse_upgrade", r#"{"fault":"refuse_upgrade","status":403}"#),
            ("close:1012", r#"{"fault":"close","code":1012}"#),
            ("mute", r#"{"fault":"mute"}"#),
        ] {
            let fault: Fault = short.parse().unwrap();
            assert_eq!(fault, json.parse().unwrap(), "{short}");
            let written = serde_json::to_value(&fault).unwrap();
            assert_eq!(written, serde_json::from_str::<serde_json::Value>(json).unwrap());
        }
    }

    #[test]
    fn what_is_no_fault_is_named() {
        for (text, says) in [
            ("explode", "unknown fault"),
            ("delay", "delay needs ms"),
            ("close:1006", "close code"),
            ("drop:5", "no number"),
            ("drop*x", "a count"),
            (r#"{"fault":"drop","cuont":1}"#, "cuont"),
        ] {
            let error = text.parse::<Fault>().unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
