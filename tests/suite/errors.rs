//! What the caller's mistakes say: what happened, to what, and what to do.

use std::time::Duration;

use webmessaging_proto::{ConfigError, InputError, LocalKey, Phase, RestoreError};

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn every_error_says_what_happened_to_what() {
    let key = LocalKey(7);
    let inputs = [
        InputError::OutputsPending,
        InputError::InvalidState { input: "send_text", phase: Phase::ReadOnly },
        InputError::UnknownMessage,
        InputError::IdNotKept { bytes: 1_025 },
        InputError::UnknownKey { key },
        InputError::NotKept { key },
        InputError::DuplicateKey { key: LocalKey(u64::MAX) },
        InputError::EmptyText,
        InputError::TextTooLong { chars: 4_097 },
        InputError::OutboxFull { limit: 0 },
    ];
    let configs = [
        ConfigError::IdleTooShort { idle: ms(10), minimum: ms(500) },
        ConfigError::StartDelayTooLong { start_delay: ms(2_000), idle: ms(1_500) },
        ConfigError::HoldTooShort { hold: ms(0), minimum: ms(500) },
        ConfigError::RefreshTooShort { refresh: ms(1), minimum: ms(1_000) },
        ConfigError::RemoteTtlUnderMinimum { remote_ttl: ms(1), minimum: ms(1_000) },
        ConfigError::RefreshUnderMinGap { refresh: ms(1_000), min_gap: ms(2_000) },
        ConfigError::RemoteTtlTooShort { remote_ttl: Duration::MAX, longest: ms(1_234_567) },
        ConfigError::EndlessIndicator,
        ConfigError::HealthCheckTooOften { interval: Duration::from_micros(1_999) },
    ];
    let restores = [
        RestoreError::UnsupportedVersion { found: 2, supported: 1 },
        RestoreError::OtherDeployment,
        RestoreError::TooMany { what: "texts", found: 101, limit: 100 },
        RestoreError::Damaged { part: "phase" },
    ];
    let mut said: Vec<String> = Vec::new();
    said.extend(inputs.iter().map(|error| format!("{}: {error}", error.code())));
    said.extend(configs.iter().map(ToString::to_string));
    said.extend(restores.iter().map(ToString::to_string));
    insta::assert_snapshot!(said.join("\n"), @r"
    outputs_pending: the outputs are not drained: call poll_output until it gives none, then repeat the input
    invalid_state: send_text is not possible while the session is read_only
    unknown_message: no message with this id is known in this session: use the id of a MessageReceived event, or restore the message first
    id_not_kept: an id of 1025 bytes is not kept: ids have 1 to 1024 bytes
    unknown_key: no text has the key 7: it was never sent, or is confirmed or discarded
    not_kept: the text with the key 7 is still on its way: only a failed or unconfirmed text can be retried
    duplicate_key: the key 18446744073709551615 is taken by a text that is not settled: use a key of its own for each text
    empty_text: the text is empty: there is nothing to send
    message_too_long: the text has 4097 characters, the service takes 4096: shorten or split it
    outbox_full: 0 texts are waiting or kept: retry or discard the kept ones, or wait
    idle is 10 ms: at least 500 ms, or the indicator flickers between two keys
    start_delay 2000 ms must be shorter than idle 1500 ms, or one key never shows
    hold is 0 ms: at least 500 ms, or it shows nothing
    refresh is 1 ms: at least 1000 ms, or On is said without a pause
    remote_ttl is 1 ms: at least 1000 ms, or the indicator flickers
    refresh 1000 ms must be at least min_gap 2000 ms
    remote_ttl 18446744073709551615 ms must be longer than refresh, start_delay and min_gap (1234567 ms), or the indicator blinks
    a policy that sends no Off needs a remote_ttl: otherwise the indicator never ends
    a health check every 1 ms is too often: the service takes two a minute, so at least 30 s
    the snapshot has version 2, this program reads 1: it is from another release
    the snapshot belongs to another deployment than the configuration
    the snapshot has 101 texts, the limit is 100: raise the limit or start a new session
    the snapshot is damaged: its phase cannot be read; start a new session
    ");
}
