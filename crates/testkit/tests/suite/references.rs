//! `"$tracing"`: which frame it names, and what becomes of the rest of the frame.

use webmessaging_testkit::script::{FrameTemplate, Reference};
use webmessaging_testkit::{Drive, EndpointDrive, RunError, Script};

fn fill(json: &str, sent: &[&str]) -> Result<String, (Reference, usize)> {
    let sent: Vec<_> = sent.iter().map(|id| Some((*id).to_owned())).collect();
    let template = FrameTemplate::parse(json).unwrap();
    template.fill(&sent).map_err(|missing| (missing.reference, missing.sent))
}

#[test]
fn newest_and_numbered() {
    let json = r#"{"a":"$tracing","b":["$tracing:0",{"c":"$tracing:2"}]}"#;
    assert_eq!(fill(json, &["x", "y", "z"]).as_deref(), Ok(r#"{"a":"z","b":["x",{"c":"z"}]}"#));
}

#[test]
fn only_whole_string_values_are_references() {
    let json = r#"{"$tracing" : 1,"text":"the $tracing","other":"$tracings","escaped":"\"$tracing\"","\\":"\\"}"#;
    assert_eq!(fill(json, &[]).as_deref(), Ok(json), "nothing to fill in");
}

#[test]
fn the_rest_stays_as_it_is_written() {
    let json = r#"{ "b" : 1.0, "a":1e3 , "b":"\u00e9" , "t" : "$tracing" }"#;
    let filled = r#"{ "b" : 1.0, "a":1e3 , "b":"\u00e9" , "t" : "id" }"#;
    assert_eq!(fill(json, &["id"]).as_deref(), Ok(filled));
    assert_eq!(fill(r#""$tracing""#, &["with \" and \\"]).as_deref(), Ok(r#""with \" and \\""#));
}

#[test]
fn a_frame_that_was_not_sent_has_no_name() {
    assert_eq!(fill(r#""$tracing""#, &[]), Err((Reference::Newest, 0)));
    assert_eq!(fill(r#""$tracing:2""#, &["x", "y"]), Err((Reference::Number(2), 2)));
    let template = FrameTemplate::parse(r#""$tracing""#).unwrap();
    assert!(template.fill(&[None]).is_err(), "sent without a tracingId");
}

#[test]
fn a_reference_that_is_misspelled_is_an_error_of_its_line() {
    let script = "{\"config\":{\"deployment_id\":\"d\",\"token\":\"t\"}}\n{\"at_ms\":0,\"recv\":[\"$tracing:first\"]}";
    insta::assert_snapshot!(
        Script::parse(script).unwrap_err().to_string(),
        @r#"line 2: "$tracing:first" names no sent frame: "$tracing" is the newest one, "$tracing:0" the first one"#
    );
}

#[test]
fn the_lines_before_a_bad_reference_are_told() {
    let script = Script::parse(
        r#"{"config":{"deployment_id":"d","token":"t"}}
           {"at_ms":0,"input":"connect"}
           {"at_ms":1,"input":"transport_opened"}
           {"at_ms":2,"recv":{"tracingId":"$tracing:1"}}
           {"until_ms":9}"#,
    )
    .unwrap();
    let mut lines = 0;
    let error = EndpointDrive.run_into(&script, &mut |_| lines += 1).unwrap_err();
    assert_eq!(error.line(), Some(4));
    assert!(matches!(error, RunError::NotSent { line: 4, .. }));
    insta::assert_snapshot!(
        error.to_string(),
        @r#"line 4: "$tracing:1" names a frame that was not sent; frames sent so far: 1"#
    );
    assert!(lines > 3, "{lines}");
}
