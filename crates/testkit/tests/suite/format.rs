//! What a malformed line is answered with, word for word; and what a well-formed one means.

use webmessaging_proto::frame::CustomAttributes;
use webmessaging_proto::{CloseReason, Config, Input, LocalKey, Profile, Sender, TransportId};
use webmessaging_testkit::script::INPUTS;
use webmessaging_testkit::{Action, Script, TransportNews};

const CONFIG: &str = r#"{"config":{"deployment_id":"d","token":"t"}}"#;

/// The errors of several scripts, one a line.
fn errors<const N: usize>(scripts: [&str; N]) -> String {
    scripts.map(|script| Script::parse(script).unwrap_err().to_string()).join("\n")
}

/// The errors of several steps.
fn step_errors<const N: usize>(steps: [&str; N]) -> String {
    errors(
        steps.map(|step| format!("{CONFIG}\n{step}\n{{\"until_ms\":9}}")).each_ref().map(|s| &**s),
    )
}

/// The errors of several configurations, each the members after `token`.
fn config_errors<const N: usize>(members: [&str; N]) -> String {
    let scripts = members
        .map(|members| format!(r#"{{"config":{{"deployment_id":"d","token":"t",{members}}}}}"#));
    errors(scripts.each_ref().map(|s| &**s))
}

fn host(input: Input<'static>) -> Action {
    Action::Input(Box::new(input))
}

fn action(step: &str) -> Action {
    let script = format!("{CONFIG}\n{{\"at_ms\":3,{step}}}\n{{\"until_ms\":3}}");
    Script::parse(script).unwrap().steps()[0].action.clone()
}

fn config(members: &str) -> Config {
    let script = format!(
        "{{\"config\":{{\"deployment_id\":\"d\",\"token\":\"t\"{members}}}}}\n{{\"until_ms\":0}}"
    );
    Script::parse(script).unwrap().config().clone()
}

#[test]
fn the_order_of_the_lines() {
    let twice = format!("{CONFIG}\n\n{CONFIG}");
    let no_end = format!("{CONFIG}\n{{\"at_ms\":5,\"input\":\"tick\"}}\n\n");
    let backward =
        format!("{CONFIG}\n{{\"at_ms\":5,\"input\":\"tick\"}}\n{{\"at_ms\":4,\"input\":\"tick\"}}");
    let early_end = format!("{CONFIG}\n{{\"at_ms\":5,\"input\":\"tick\"}}\n{{\"until_ms\":4}}");
    let after_end = format!("{CONFIG}\n{{\"until_ms\":4}}\n{{\"at_ms\":5,\"input\":\"tick\"}}");
    insta::assert_snapshot!(
        errors(["", "\n\n", r#"{"until_ms":5}"#, &twice, &no_end, &backward, &early_end, &after_end]),
        @r#"
    line 1: the first line must be the configuration: {"config":{"deployment_id":..,"token":..}}
    line 1: the first line must be the configuration: {"config":{"deployment_id":..,"token":..}}
    line 1: the first line must be the configuration: {"config":{"deployment_id":..,"token":..}}
    line 3: a script has one configuration, and it is on the first line
    line 2: the script ends without its last line: {"until_ms":..}
    line 3: 4 ms is before the previous step, at 5 ms
    line 3: `until_ms` 4 is before the last step, at 5 ms
    line 3: `until_ms` was the last line, nothing can follow it
    "#
    );
}

#[test]
fn lines_that_are_no_objects() {
    insta::assert_snapshot!(
        step_errors([
            "{not json",
            r#"{"at_ms":1"#,
            "[1,2]",
            "\"a very long string that nobody wants to see whole\"",
            "# a comment",
            r#"{"at_ms":1,"at_ms":2,"input":"tick"}"#,
        ]),
        @r#"
    line 2: not JSON: key must be a string (column 2)
    line 2: not JSON: EOF while parsing an object (column 10)
    line 2: a line must be an object, not [1,2]
    line 2: a line must be an object, not "a very long string that nobody wants to...
    line 2: not JSON: expected value (column 1)
    line 2: `at_ms` is there twice
    "#
    );
    assert_eq!(Script::parse(b"\xff").unwrap_err().to_string(), "line 1: not UTF-8");
}

#[test]
fn steps_that_make_no_sense() {
    insta::assert_snapshot!(
        step_errors([
            r#"{"input":"tick"}"#,
            r#"{"at_ms":-1,"input":"tick"}"#,
            r#"{"at_ms":1.5,"input":"tick"}"#,
            r#"{"at_ms":1}"#,
            r#"{"at_ms":1,"input":"tick","recv":{}}"#,
            r#"{"at_ms":1,"recv":{},"recv_text":""}"#,
            r#"{"at_ms":1,"input":7}"#,
            r#"{"at_ms":1,"recv_text":{}}"#,
            r#"{"at_ms":1,"input":"keystroke","key":1}"#,
            r#"{"at_ms":1,"recv":{},"at":1}"#,
            r#"{"at_ms":1,"input":"send_text","text":"x"}"#,
            r#"{"at_ms":1,"input":"send_text","key":1}"#,
            r#"{"at_ms":1,"input":"send_text","key":"1","text":"x"}"#,
            r#"{"at_ms":1,"input":"send_text","key":1,"text":"x","attributes":{"a":1}}"#,
            r#"{"at_ms":1,"input":"set_typing"}"#,
            r#"{"at_ms":1,"input":"foreground","on":"yes"}"#,
            r#"{"at_ms":1,"input":"message_visible"}"#,
            r#"{"at_ms":1,"input":"message_restored","id":"m","from":"bot"}"#,
            r#"{"at_ms":1,"input":"renew"}"#,
            r#"{"at_ms":1,"input":"transport_closed","code":70000}"#,
            r#"{"at_ms":1,"input":"transport_closed","code":1006,"access_denied":true}"#,
            r#"{"at_ms":1,"input":"keystroke","transport":1}"#,
            r#"{"at_ms":1,"input":"transport_opened","transport":"newest"}"#,
        ]),
        @r#"
    line 2: `at_ms` is missing: a whole number of milliseconds since the start
    line 2: `at_ms` must be a whole number of milliseconds since the start, not -1
    line 2: `at_ms` must be a whole number of milliseconds since the start, not 1.5
    line 2: a step has one of `input`, `recv`, `recv_text`, this one has none
    line 2: a step has one of `input`, `recv`, `recv_text`, this one has `input` and `recv`
    line 2: a step has one of `input`, `recv`, `recv_text`, this one has `recv` and `recv_text`
    line 2: `input` must be the name of an input, not 7
    line 2: `recv_text` must be a string, not {}
    line 2: `key` means nothing here; possible are `at_ms`, `input`
    line 2: `at` means nothing here; possible are `at_ms`, `recv`, `transport`
    line 2: `key` is missing: the text's key, a whole number
    line 2: `text` is missing: a string
    line 2: `key` must be the text's key, a whole number, not "1"
    line 2: `attributes` must be an object of strings, not {"a":1}
    line 2: `on` is missing: true or false
    line 2: `on` must be true or false, not "yes"
    line 2: `id` is missing: the message's id, a string
    line 2: `from` must be "agent" or "guest", not "bot"
    line 2: `token` is missing: a string
    line 2: `code` must be a close code, 0 to 65535, not 70000
    line 2: a transport closes with a `code` or is `access_denied`, not both
    line 2: `transport` means nothing here; possible are `at_ms`, `input`
    line 2: `transport` must be the number of a transport, from 1, not "newest"
    "#
    );
}

#[test]
fn an_input_that_does_not_exist() {
    insta::assert_snapshot!(
        step_errors([r#"{"at_ms":1,"input":"keypress"}"#]),
        @"line 2: there is no input `keypress`; there are `connect`, `disconnect`, `transport_opened`, `transport_closed`, `network_available`, `peer_alive`, `tick`, `keystroke`, `input_cleared`, `composer_closed`, `set_typing`, `foreground`, `send_text`, `retry`, `discard`, `message_visible`, `message_hidden`, `message_restored`, `renew`, `start_new`"
    );
}

#[test]
fn configurations_that_make_no_sense() {
    insta::assert_snapshot!(
        errors([
            r#"{"config":7}"#,
            r#"{"config":{"token":"t"}}"#,
            r#"{"config":{"deployment_id":"d","token":7}}"#,
            r#"{"config":{"deployment_id":"d","token":"t"},"at_ms":0}"#,
        ]),
        @r"
    line 1: `config` must be an object, not 7
    line 1: `config.deployment_id` is missing: a string
    line 1: `config.token` must be a string, not 7
    line 1: `at_ms` means nothing here; possible are `config`
    "
    );
    insta::assert_snapshot!(
        config_errors([
            r#""profile":"seed""#,
            r#""seed":-1"#,
            r#""heartbeat_ms":"never""#,
            r#""heartbeat_ms":1000"#,
            r#""auto_start":1"#,
            r#""auto_start":{"attributes":[]}"#,
            r#""auto_start":{"attribute":{}}"#,
            r#""typing":[]"#,
            r#""typing":{"idle":2000}"#,
            r#""typing":{"idle_ms":null}"#,
            r#""typing":{"idle_ms":499}"#,
            r#""typing":{"start_delay_ms":2000}"#,
            r#""typing":{"refresh_ms":100}"#,
            r#""profile":"live","typing":{"refresh_ms":6000}"#,
            r#""profile":"live","typing":{"remote_ttl_ms":null}"#,
            r#""receipts":{"dwell_ms":1,"dwell_ms":2}"#,
            r#""reconnect":{"give_up_ms":false}"#,
            r#""limits":{"texts":-1}"#,
            r#""colour":"red""#,
        ]),
        @r#"
    line 1: `config.profile` must be "guide" or "live", not "seed"
    line 1: `config.seed` must be a whole number from 0 to 18446744073709551615, not -1
    line 1: `config.heartbeat_ms` must be a whole number of milliseconds, or null, not "never"
    line 1: `config.heartbeat_ms`: a health check every 1000 ms is too often: the service takes two a minute, so at least 30 s
    line 1: `config.auto_start` must be true, false or {"attributes":{..}}, not 1
    line 1: `config.auto_start.attributes` must be an object of strings, not []
    line 1: `config.auto_start.attribute` means nothing here; possible are `attributes`
    line 1: `config.typing` must be an object, not []
    line 1: `config.typing.idle` means nothing here; possible are `start_delay_ms`, `min_gap_ms`, `refresh_ms`, `idle_ms`, `remote_ttl_ms`, `sends_off`, `message_ends_belief`, `hold_ms`
    line 1: `config.typing.idle_ms` must be a whole number of milliseconds, not null
    line 1: `config.typing`: idle is 499 ms: at least 500 ms, or the indicator flickers between two keys
    line 1: `config.typing`: start_delay 2000 ms must be shorter than idle 2000 ms, or one key never shows
    line 1: `config.typing`: refresh is 100 ms: at least 500 ms, or On is said without a pause
    line 1: `config.typing`: remote_ttl 5000 ms must be longer than refresh, start_delay and min_gap (6000 ms), or the indicator blinks
    line 1: `config.typing`: a policy that sends no Off needs a remote_ttl: otherwise the indicator never ends
    line 1: `config.receipts.dwell_ms` is there twice
    line 1: `config.reconnect.give_up_ms` must be a whole number of milliseconds, or null, not false
    line 1: `config.limits.texts` must be a whole number, not -1
    line 1: `config.colour` means nothing here; possible are `deployment_id`, `token`, `profile`, `seed`, `endpoint`, `heartbeat_ms`, `auto_start`, `typing`, `receipts`, `reconnect`, `limits`
    "#
    );
}

#[test]
fn a_configuration_is_filled_up_from_its_profile() {
    let guide = || Config::new("d", "t", 0);
    let live = || guide().with_profile(Profile::Live);
    assert_eq!(config(""), guide());
    assert_eq!(
        config(r#","profile":"live","seed":7"#),
        Config::new("d", "t", 7).with_profile(Profile::Live)
    );
    assert_eq!(
        config(r#","profile":"live","typing":{},"receipts":{},"reconnect":{},"limits":{}"#),
        live()
    );
    assert_eq!(config(r#","auto_start":false,"heartbeat_ms":null"#), guide());
    assert_eq!(
        config(r#","auto_start":true"#),
        guide().with_auto_start(CustomAttributes::default())
    );
    assert_eq!(
        config(r#","endpoint":"ws://localhost:9/v1""#).url(),
        "ws://localhost:9/v1?deploymentId=d"
    );
    // The part may come before the profile that it is filled up from.
    let before = r#","typing":{"idle_ms":3000},"profile":"live""#;
    let after = r#","profile":"live","typing":{"idle_ms":3000}"#;
    assert_eq!(config(before), config(after));
}

#[test]
fn every_input_has_its_name() {
    for name in INPUTS {
        // Members that an input has not are refused, so each needs its own.
        let members = match name {
            "send_text" => r#","key":1,"text":"x""#,
            "retry" | "discard" => r#","key":1"#,
            "set_typing" | "foreground" => r#","on":true"#,
            "message_visible" | "message_hidden" | "message_restored" => r#","id":"m""#,
            "renew" => r#","token":"t-2""#,
            _ => "",
        };
        let read = match action(&format!(r#""input":"{name}"{members}"#)) {
            Action::Input(input) => *input,
            Action::Transport { transport: None, news } => match news {
                TransportNews::Opened => Input::TransportOpened(TransportId(0)),
                TransportNews::Closed(reason) => Input::TransportClosed(TransportId(0), reason),
                TransportNews::PeerAlive => Input::PeerAlive(TransportId(0)),
                other => panic!("{name} is {other:?}"),
            },
            other => panic!("{name} is {other:?}"),
        };
        assert_eq!(read.name(), name);
    }
}

#[test]
fn members_have_their_meaning() {
    assert_eq!(
        action(r#""input":"message_restored","id":"m","from":"guest","read":true"#),
        host(Input::MessageRestored { id: "m".into(), from: Sender::Guest, read: true })
    );
    assert_eq!(
        action(r#""input":"message_restored","id":"m""#),
        host(Input::MessageRestored { id: "m".into(), from: Sender::Agent, read: false })
    );
    assert_eq!(
        action(r#""input":"send_text","key":18446744073709551615,"text":"\u00e9""#),
        host(Input::send_text(LocalKey(u64::MAX), "é"))
    );
    for (members, reason) in [
        ("", CloseReason::Lost),
        (r#","code":1000"#, CloseReason::Code(1000)),
        (r#","access_denied":true"#, CloseReason::AccessDenied),
        (r#","access_denied":false,"code":1"#, CloseReason::Code(1)),
    ] {
        let news = TransportNews::Closed(reason);
        let step = format!(r#""input":"transport_closed","transport":2{members}"#);
        assert_eq!(action(&step), Action::Transport { transport: Some(TransportId(2)), news });
    }
}

#[test]
fn blank_lines_and_line_ends_of_any_kind_are_skipped_but_counted() {
    let script = format!(
        "\r\n{CONFIG}\r\n  \n{{\"at_ms\":0,\"input\":\"tick\"}}\r\n{{\"until_ms\":0}}\r\n\n"
    );
    assert_eq!(Script::parse(script).unwrap().steps()[0].line, 4);
}
