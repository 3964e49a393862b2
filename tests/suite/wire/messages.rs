//! Messages, events and content.

use std::time::Duration;

use webmessaging_proto::frame::{
    ButtonResponseKind, CardActionKind, Content, ContentBody, ContentType, Direction, MediaType,
    MessageEvent, MessageKind, MessageStatus, OfferingKind, OriginatingEntity, PresenceKind,
    StructuredMessage, TypingNotice,
};

use super::{message, own, with_body};

fn load(name: &str) -> StructuredMessage<'static> {
    message(&own(name)).into_owned()
}

fn typing(message: &StructuredMessage<'_>) -> Vec<(Option<TypingNotice>, Option<u64>)> {
    let of = |event: &MessageEvent<'_>| match event {
        MessageEvent::Typing(typing) => {
            let duration = typing.duration.map(|duration| duration.as_millis().try_into().unwrap());
            (typing.notice, duration)
        }
        other => panic!("{other:?}"),
    };
    message.events.iter().map(of).collect()
}

#[test]
fn a_message_from_an_agent() {
    let message = load("message_agent_text");
    assert_eq!(message.kind, MessageKind::Text);
    assert_eq!(message.direction, Direction::Outbound);
    assert_eq!(message.text.as_deref(), Some("Hello, this is a secret"));
    assert_eq!(message.originating_entity, Some(OriginatingEntity::Human));
    assert_eq!(message.sender_name(), Some("Rosa"));
    assert!(message.content.is_empty() && message.events.is_empty());
    assert!(message.metadata.get("correlationId").is_some());
    let channel = message.channel.as_ref().unwrap();
    assert_eq!(channel.kind.as_deref(), Some("Private"));
    assert!(channel.time.as_deref().unwrap().ends_with('Z'));
    assert_eq!(message.key(), channel.message_id.as_deref().unwrap());
    assert_ne!(message.key(), message.id);
}

#[test]
fn a_bot_has_no_name_and_its_message_the_id_of_the_frame_for_a_key() {
    let message = load("message_bot_text");
    assert_eq!(message.originating_entity, Some(OriginatingEntity::Bot));
    assert_eq!(message.sender_name(), None);
    assert_eq!(message.key(), message.id);
    for (channel, key) in [
        (r#"{"messageId":""}"#, "i"),
        (r#"{"messageId":null}"#, "i"),
        (r#"{"messageId":7}"#, "i"),
        (r#"{"messageId":"m"}"#, "m"),
        ("null", "i"),
    ] {
        let json = with_body(&format!(r#""id":"i","channel":{channel}"#));
        assert_eq!(super::message(&json).key(), key, "{channel}");
    }
    let json = with_body(r#""channel":{"from":{"nickname":""}}"#);
    assert_eq!(super::message(&json).sender_name(), None);
    assert_eq!(super::message(&json).key(), "");
}

#[test]
fn an_echo_names_its_request() {
    let json = own("message_own_echo");
    assert!(super::decode(&json).tracing_id.is_some());
    let message = message(&json);
    assert_eq!(message.direction, Direction::Inbound);
    assert_eq!(message.originating_entity, None, "an empty word is as good as none");
    assert!(load("message_own_echo_by_metadata").metadata.get("customMessageId").is_some());
    let reply = load("echo_reply");
    assert_eq!(reply.metadata.get("durationSeconds"), Some("5400"));
    assert_eq!(reply.metadata.get("expirationDate"), Some("1781000400"));
    assert_eq!(reply.metadata.get("absent"), None);
}

#[test]
fn texts_are_what_they_were() {
    let text = |name| String::from(&**load(name).text.as_ref().unwrap());
    assert_eq!(text("message_escapes"), "secret \"quotes\", a \\ and\na line, 🦜");
    assert_eq!(text("message_half_emoji"), "a secret cut short \u{fffd}");
    assert_eq!(load("message_half_emoji").metadata.get("title"), Some("\u{fffd} secret"));
}

#[test]
fn who_and_what_comes_along() {
    let channel = load("message_participants").channel.unwrap();
    let (from, to) = (channel.from.unwrap(), channel.to.unwrap());
    assert_eq!(from.first_name.as_deref(), Some("Secretia"));
    assert_eq!(from.last_name.as_deref(), Some("secretson"));
    assert_eq!(to.first_name.as_deref(), Some("Guestia secret"));

    let attributes = load("message_with_attributes").channel.unwrap().custom_attributes;
    assert_eq!(attributes.get("tier"), Some("secret gold"));
    assert_eq!(attributes.get("tour \"7\""), Some("secret é\\"));
    assert_eq!(attributes.pairs().len(), 2);

    let answer = load("message_answer");
    assert_eq!(answer.kind, MessageKind::Structured);
    assert!(answer.originating_message_id.is_some());
    let Some(ContentBody::ButtonResponse(button)) = answer.content[0].body() else { panic!() };
    assert_eq!(button.kind, ButtonResponseKind::ListPicker);

    assert_eq!(load("message_of_type_message").kind, MessageKind::Message);
}

#[test]
fn receipts() {
    let receipt = load("receipt_read");
    assert_eq!(receipt.kind, MessageKind::Receipt);
    assert_eq!(receipt.status, Some(MessageStatus::Read));
    assert_eq!(receipt.is_final_receipt, Some(true));
    let receipt = load("receipt_failed");
    assert_eq!(receipt.status, Some(MessageStatus::Failed));
    assert_eq!(receipt.is_final_receipt, Some(false));
    let reasons: Vec<_> = receipt.reasons.iter().map(|reason| &*reason.code).collect();
    assert_eq!(reasons, ["RateLimited", "GeneralError"]);
    assert_eq!(receipt.reasons[0].message.as_deref(), Some("too many secrets"));
    for (name, status) in [
        ("receipt_delivered", MessageStatus::Delivered),
        ("receipt_published", MessageStatus::Published),
        ("receipt_removed", MessageStatus::Removed),
        ("receipt_sent", MessageStatus::Sent),
    ] {
        assert_eq!(load(name).status, Some(status));
    }
}

#[test]
fn typing_in_every_spelling() {
    const ON: Option<TypingNotice> = Some(TypingNotice::On);
    const OFF: Option<TypingNotice> = Some(TypingNotice::Off);
    for (name, expected) in [
        ("typing_on", vec![(ON, Some(4_000))]),
        ("typing_off", vec![(OFF, None)]),
        ("typing_off_then_on", vec![(OFF, Some(900)), (ON, Some(4_500))]),
        ("typing_duration_ms", vec![(ON, Some(3_500))]),
        ("typing_both_durations", vec![(ON, Some(2_500))]),
        ("typing_unknown_type", vec![(None, Some(1_000))]),
        ("typing_own", vec![(ON, None)]),
    ] {
        assert_eq!(typing(&load(name)), expected, "{name}");
    }
    assert_eq!(load("typing_own").direction, Direction::Inbound);
    for (duration, expected) in [
        ("-1", None),
        ("-0.0", None),
        ("1e3", Some(1_000)),
        (r#""2e3""#, Some(2_000)),
        (r#""soon""#, None),
        (r#""NaN""#, None),
        ("null", None),
        ("[5000]", None),
        ("18446744073709551615", Some(u64::MAX)),
        ("18446744073709551616", Some(u64::MAX)),
        ("1e308", Some(u64::MAX)),
        ("1e999", Some(u64::MAX)),
        ("-1e999", None),
    ] {
        let json = with_body(&format!(
            r#""events":[{{"eventType":"Typing","typing":{{"duration":{duration},"type":"On"}}}}]"#
        ));
        assert_eq!(typing(&message(&json)), [(ON, expected)], "{duration}");
    }
}

#[test]
fn presence_in_every_kind() {
    for (name, expected) in [
        ("presence_join", PresenceKind::Join),
        ("presence_disconnect", PresenceKind::Disconnect),
        ("presence_clear", PresenceKind::Clear),
        ("presence_sign_in", PresenceKind::SignIn),
        ("presence_authenticate", PresenceKind::Authenticate),
        ("presence_authenticate_cancel", PresenceKind::AuthenticateCancel),
        ("presence_authenticate_failure", PresenceKind::AuthenticateFailure),
        ("presence_session_expired", PresenceKind::SessionExpired),
        ("presence_unknown", PresenceKind::Unknown("Levitate".into())),
    ] {
        let message = load(name);
        let [MessageEvent::Presence(presence)] = &*message.events else { panic!("{message:?}") };
        assert_eq!(presence.kind, expected);
    }
    let message = load("presence_disconnect_read_only");
    assert_eq!(message.metadata.get("readOnly"), Some("true"));
    let [MessageEvent::Presence(presence)] = &*message.events else { panic!("{message:?}") };
    assert_eq!(presence.received_message.as_deref(), Some("secret farewell"));
    assert_eq!(presence.reply_message.as_deref(), Some("secret answer"));
}

#[test]
fn offers_and_reactions() {
    let message = load("event_co_browse");
    let [MessageEvent::CoBrowse(event)] = &*message.events else { panic!("{message:?}") };
    assert_eq!(event.kind, OfferingKind::Offering);
    assert!(event.session_id.is_some());
    assert_eq!(event.session_join_token.as_deref(), Some("secret-join"));

    let message = load("event_video");
    let kinds: Vec<_> = message
        .events
        .iter()
        .map(|event| match event {
            MessageEvent::Video(event) => (event.kind, event.jwt.is_some()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        kinds,
        [
            (OfferingKind::OfferingAccepted, true),
            (OfferingKind::OfferingExpired, false),
            (OfferingKind::OfferingRejected, false),
        ]
    );

    let message = load("event_reactions");
    let [MessageEvent::Reactions(reactions)] = &*message.events else { panic!("{message:?}") };
    let counts: Vec<_> = reactions.iter().map(|one| (&*one.kind, one.count)).collect();
    assert_eq!(counts, [("thumbsUp", Some(3)), ("parrot", Some(1))]);
}

#[test]
fn one_bad_event_costs_no_other() {
    let message = load("event_unknown");
    let [
        MessageEvent::Typing(on),
        MessageEvent::Unknown { event_type, raw },
        MessageEvent::Typing(off),
    ] = &*message.events
    else {
        panic!("{message:?}")
    };
    assert_eq!((on.notice, off.notice), (Some(TypingNotice::On), Some(TypingNotice::Off)));
    assert_eq!(on.duration, Some(Duration::from_secs(4)));
    assert_eq!(event_type, "Sneeze");
    assert_eq!(raw.get(), r#"{"eventType":"Sneeze","sneeze":{"to":"secret"}}"#);

    let message = load("event_broken");
    let types: Vec<_> = message
        .events
        .iter()
        .map(|event| match event {
            MessageEvent::Unknown { event_type, .. } => &**event_type,
            MessageEvent::Typing(_) => "known",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(types, ["", "Typing", "Presence", "", "known"]);
}

#[test]
fn content_that_is_typed() {
    let one = |name| load(name).content.swap_remove(0);
    let file = one("content_attachment");
    let Some(ContentBody::Attachment(file)) = file.body() else { panic!() };
    assert_eq!((file.media_type, file.file_size), (MediaType::Audio, Some(9_001)));
    assert_eq!(file.filename.as_deref(), Some("secret.ogg"));
    assert_eq!(file.mime.as_deref(), Some("audio/ogg"));
    assert_eq!(file.url.as_deref(), Some("https://get.test/secret?sig=4"));
    assert_eq!(file.text.as_deref(), Some("secret song"));
    assert_eq!(file.sha256.map(|sum| sum.len()), Some(64));
    for (name, kind) in [
        ("content_attachment_file", MediaType::File),
        ("content_attachment_link", MediaType::Link),
        ("content_attachment_video", MediaType::Video),
    ] {
        let file = one(name);
        let Some(ContentBody::Attachment(file)) = file.body() else { panic!("{name}") };
        assert_eq!(file.media_type, kind);
    }

    let message = load("content_quick_reply");
    let replies: Vec<_> = message.content.iter().filter_map(Content::body).collect();
    let [ContentBody::QuickReply(yes), ContentBody::QuickReply(no)] = &*replies else { panic!() };
    assert_eq!(
        (&*yes.text, &*yes.payload, yes.action.as_deref()),
        ("secret yes", "secret-1", Some("Message"))
    );
    assert_eq!((&*no.text, &*no.payload, no.action.as_deref()), ("secret no", "secret-2", None));

    let button = one("content_button_response");
    let Some(ContentBody::ButtonResponse(button)) = button.body() else { panic!() };
    assert_eq!(button.kind, ButtonResponseKind::QuickReply);
    assert!(button.originating_message_id.is_some());

    let card = one("content_card");
    let Some(ContentBody::Card(card)) = card.body() else { panic!() };
    assert_eq!(&*card.title, "secret trip");
    assert_eq!(card.default_action.unwrap().url.as_deref(), Some("https://go.test/secret"));
    let kinds: Vec<_> = card.actions.iter().map(|action| action.kind).collect();
    assert_eq!(kinds, [CardActionKind::Postback, CardActionKind::Unknown]);
    assert_eq!(card.actions[0].payload.as_deref(), Some("secret-book"));

    let carousel = one("content_carousel");
    let Some(ContentBody::Carousel(carousel)) = carousel.body() else { panic!() };
    assert_eq!(carousel.cards.len(), 2);
    assert!(carousel.cards[1].actions.is_empty() && carousel.cards[1].description.is_none());

    let picker = one("content_date_picker");
    let Some(ContentBody::DatePicker(picker)) = picker.body() else { panic!() };
    assert_eq!(picker.subtitle.as_deref(), Some("pick a secret"));
    let times: Vec<_> =
        picker.available_times.iter().map(|time| (&*time.date_time, time.duration)).collect();
    assert_eq!(times, [("2026-07-01T08:30:00.000Z", Some(45)), ("2026-07-01T10:00:00.000Z", None)]);
}

#[test]
fn content_is_kept_as_it_was() {
    let mut kinds = Vec::new();
    for (name, json) in super::all_own() {
        if !name.starts_with("content_") || matches!(&*name, "content_broken" | "content_unknown") {
            continue;
        }
        let element = message(&json).content.swap_remove(0).into_owned();
        let kind = element.kind();
        assert_ne!(kind, ContentType::Unknown, "{name}");
        let raw = element.raw().get();
        assert!(json.contains(raw) && raw.contains("secret"), "{name}");
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    assert_eq!(kinds.len(), 24);

    let kinds = |name| load(name).content.iter().map(Content::kind).collect::<Vec<_>>();
    assert_eq!(kinds("content_unknown"), [ContentType::Unknown, ContentType::Attachment]);
    assert_eq!(
        kinds("content_broken"),
        [
            ContentType::Unknown,
            ContentType::Unknown,
            ContentType::Card,
            ContentType::Card,
            ContentType::Unknown,
            ContentType::QuickReply,
        ]
    );
    let broken = load("content_broken").content;
    assert!(broken.iter().take(5).all(|element| element.body().is_none()));
}
