//! What a frame must hold, read from its tree. Of frames that keep to the service's types only.

use std::fmt::Debug;
use std::time::Duration;

use serde_json::Value;
use webmessaging_proto::frame::{
    AllowedMedia, Card, CardAction, Content, ContentBody, ErrorBody, MessageEvent, Participant,
    PresenceKind, ServerBody, ServerFrame, SessionResponse, StructuredMessage,
};

/// The word that a variant without data stands for.
fn word(variant: impl Debug) -> String {
    format!("{variant:?}")
}

fn or_empty(tree: &Value) -> &str {
    tree.as_str().unwrap_or_default()
}

fn flag(tree: &Value) -> bool {
    tree.as_bool().unwrap_or_default()
}

fn number(tree: &Value) -> Option<u64> {
    // Whole numbers may be written as fractions.
    tree.as_u64().or_else(|| format!("{:.0}", tree.as_f64()?).parse().ok())
}

fn list(tree: &Value) -> &[Value] {
    tree.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn check(frame: &ServerFrame<'_>, tree: &Value) {
    let body = &tree["body"];
    assert_eq!(word(frame.envelope).to_lowercase(), tree["type"]);
    assert_eq!(tree["code"], frame.code);
    let tracing_id = tree["tracingId"].as_str().or_else(|| body["tracingId"].as_str());
    assert_eq!(tracing_id, frame.tracing_id.as_deref());
    let class = or_empty(&tree["class"]);
    let error_class = matches!(class, "ErrorMessage" | "Unknown");
    assert_eq!(frame.body.class(), if error_class { "Error" } else { class });
    match &frame.body {
        ServerBody::Message(message) => check_message(message, body),
        ServerBody::SessionResponse(response) => check_session(response, body),
        ServerBody::Status(text) => assert_eq!(*body, **text),
        ServerBody::TooManyRequests(limit) => {
            assert_eq!(limit.retry_after, number(&body["retryAfter"]).map(Duration::from_secs));
            check_error(&limit.error, body);
        }
        ServerBody::ConnectionClosed(closed) => {
            let reason = body["reason"].as_str().or_else(|| body["reasonCode"].as_str());
            assert_eq!(closed.reason.as_deref(), reason);
        }
        ServerBody::PresignedUrl(url) => {
            assert_eq!(body["attachmentId"], *url.attachment_id);
            assert_eq!(body["url"], *url.url);
            assert_eq!(body["fileName"].as_str(), url.file_name.as_deref());
            assert_eq!(body["fileType"].as_str(), url.file_type.as_deref());
            let headers = body["headers"].as_object().unwrap();
            assert_eq!(headers.len(), url.headers.pairs().len());
            for (name, value) in headers {
                let value = value.as_str().map_or_else(|| value.to_string(), String::from);
                assert_eq!(url.headers.get(name), Some(&*value));
            }
        }
        ServerBody::AttachmentDeleted(file) => {
            assert_eq!(body["attachmentId"], *file.attachment_id);
        }
        ServerBody::UploadSuccess(file) => {
            assert_eq!(body["attachmentId"], *file.attachment_id);
            assert_eq!(body["downloadUrl"].as_str(), file.download_url.as_deref());
            assert_eq!(body["timestamp"].as_str(), file.timestamp.as_deref());
        }
        ServerBody::UploadFailure(file) => {
            assert_eq!(body["attachmentId"], *file.attachment_id);
            assert_eq!(body["timestamp"].as_str(), file.timestamp.as_deref());
            check_error(&file.error, body);
        }
        ServerBody::GenerateUrlError(file) => {
            assert_eq!(body["attachmentId"].as_str(), file.attachment_id.as_deref());
            check_error(&file.error, body);
        }
        ServerBody::Jwt(jwt) => {
            assert_eq!(body["jwt"], *jwt.jwt);
            assert_eq!(number(&body["exp"]), jwt.exp);
        }
        ServerBody::ResumeToken(token) => assert_eq!(body["resumeToken"], *token.resume_token),
        ServerBody::Configuration(configuration) => {
            check_media(configuration.allowed_media.as_ref(), &body["allowedMedia"]);
        }
        ServerBody::Error(error) => check_error(error, body),
        ServerBody::Unknown { body: raw, .. } => {
            assert_eq!(serde_json::from_str::<Value>(raw.get()).unwrap(), *body);
        }
        ServerBody::SessionExpired | ServerBody::SessionCleared | ServerBody::Logout => {}
        other => panic!("{other:?}"),
    }
}

fn check_error(error: &ErrorBody<'_>, tree: &Value) {
    assert_eq!(error.code.map(u64::from), number(&tree["errorCode"]));
    assert_eq!(error.error_message.as_deref(), tree["errorMessage"].as_str());
    assert_eq!(error.name.as_deref(), tree["name"].as_str());
    assert_eq!(error.message.as_deref(), tree["message"].as_str());
}

fn check_session(response: &SessionResponse<'_>, tree: &Value) {
    assert_eq!(response.connected, flag(&tree["connected"]));
    assert_eq!(response.new_session, flag(&tree["newSession"]));
    assert_eq!(response.read_only, flag(&tree["readOnly"]));
    assert_eq!(response.cleared_existing_session, flag(&tree["clearedExistingSession"]));
    assert_eq!(response.auto_started, flag(&tree["autoStarted"]));
    let blocked: Vec<_> = list(&tree["blockedExtensions"]).iter().map(or_empty).collect();
    assert_eq!(response.blocked_extensions.to_vec(), blocked);
    assert_eq!(response.max_custom_data_bytes, number(&tree["maxCustomDataBytes"]));
    assert_eq!(response.duration, number(&tree["durationSeconds"]).map(Duration::from_secs));
    assert_eq!(response.expiration_date, number(&tree["expirationDate"]));
    check_media(response.allowed_media.as_ref(), &tree["allowedMedia"]);
}

fn check_media(media: Option<&AllowedMedia<'_>>, tree: &Value) {
    assert_eq!(media.is_some(), tree.is_object());
    let inbound = media.and_then(|media| media.inbound.as_ref());
    assert_eq!(inbound.is_some(), tree["inbound"].is_object());
    if let Some(inbound) = inbound {
        let types = list(&tree["inbound"]["fileTypes"]);
        let types: Vec<_> = types.iter().map(|file_type| or_empty(&file_type["type"])).collect();
        assert_eq!(inbound.file_types.to_vec(), types);
        assert_eq!(inbound.max_file_size_kb, number(&tree["inbound"]["maxFileSizeKB"]));
    }
}

fn check_message(message: &StructuredMessage<'_>, tree: &Value) {
    assert_eq!(message.id, or_empty(&tree["id"]));
    assert_eq!(word(message.kind), tree["type"]);
    assert_eq!(word(message.direction), tree["direction"]);
    assert_eq!(message.text.as_deref(), tree["text"].as_str());
    let entity = message.originating_entity.map(word).unwrap_or_default();
    assert_eq!(entity, or_empty(&tree["originatingEntity"]));
    assert_eq!(message.originating_message_id.as_deref(), tree["originatingMessageId"].as_str());
    assert_eq!(message.status.map(word).unwrap_or_default(), or_empty(&tree["status"]));
    let channel = &tree["channel"];
    assert_eq!(message.channel.is_some(), channel.is_object());
    if let Some(ours) = &message.channel {
        assert_eq!(ours.time.as_deref(), channel["time"].as_str());
        assert_eq!(ours.message_id.as_deref(), channel["messageId"].as_str());
        assert_eq!(ours.kind.as_deref(), channel["type"].as_str());
        check_participant(ours.from.as_ref(), &channel["from"]);
        check_participant(ours.to.as_ref(), &channel["to"]);
    }
    let metadata = tree["metadata"].as_object();
    assert_eq!(message.metadata.pairs().len(), metadata.map_or(0, serde_json::Map::len));
    for (name, value) in metadata.into_iter().flatten() {
        assert_eq!(message.metadata.get(name), value.as_str());
    }
    assert_eq!(message.content.len(), list(&tree["content"]).len());
    for (content, tree) in message.content.iter().zip(list(&tree["content"])) {
        check_content(content, tree);
    }
    assert_eq!(message.events.len(), list(&tree["events"]).len());
    for (event, tree) in message.events.iter().zip(list(&tree["events"])) {
        check_event(event, tree);
    }
}

fn check_participant(participant: Option<&Participant<'_>>, tree: &Value) {
    assert_eq!(participant.is_some(), tree.is_object());
    if let Some(participant) = participant {
        assert_eq!(participant.first_name.as_deref(), tree["firstName"].as_str());
        assert_eq!(participant.last_name.as_deref(), tree["lastName"].as_str());
        assert_eq!(participant.nickname.as_deref(), tree["nickname"].as_str());
        assert_eq!(participant.image.as_deref(), tree["image"].as_str());
    }
}

fn check_event(event: &MessageEvent<'_>, tree: &Value) {
    let event_type = match event {
        MessageEvent::Typing(typing) => {
            assert_eq!(typing.notice.map(word).as_deref(), tree["typing"]["type"].as_str());
            let duration = number(&tree["typing"]["duration"]).map(Duration::from_millis);
            assert_eq!(typing.duration, duration);
            "Typing"
        }
        MessageEvent::Presence(presence) => {
            let kind = match &presence.kind {
                PresenceKind::Unknown(kind) => String::from(&**kind),
                kind => word(kind),
            };
            assert_eq!(kind, tree["presence"]["type"]);
            "Presence"
        }
        MessageEvent::CoBrowse(event) => {
            let tree = &tree["coBrowse"];
            assert_eq!(word(event.kind), tree["type"]);
            assert_eq!(event.session_id.as_deref(), tree["sessionId"].as_str());
            assert_eq!(event.session_join_token.as_deref(), tree["sessionJoinToken"].as_str());
            "CoBrowse"
        }
        MessageEvent::Video(event) => {
            let tree = &tree["video"];
            assert_eq!(word(event.kind), tree["type"]);
            assert_eq!(event.offering_id.as_deref(), tree["offeringId"].as_str());
            assert_eq!(event.jwt.as_deref(), tree["jwt"].as_str());
            "Video"
        }
        MessageEvent::Reactions(reactions) => {
            let trees = list(&tree["reactions"]);
            assert_eq!(reactions.len(), trees.len());
            for (reaction, tree) in reactions.iter().zip(trees) {
                assert_eq!(reaction.kind, or_empty(&tree["reactionType"]));
                assert_eq!(reaction.count, number(&tree["count"]));
            }
            "Reactions"
        }
        MessageEvent::Unknown { event_type, raw } => {
            assert_eq!(serde_json::from_str::<Value>(raw.get()).unwrap(), *tree);
            event_type
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(event_type, or_empty(&tree["eventType"]));
}

pub(crate) fn check_content(content: &Content<'_>, tree: &Value) {
    assert_eq!(serde_json::from_str::<Value>(content.raw().get()).unwrap(), *tree);
    match content.body() {
        Some(ContentBody::Attachment(file)) => {
            let tree = &tree["attachment"];
            assert_eq!(file.id, or_empty(&tree["id"]));
            assert_eq!(file.url.as_deref(), tree["url"].as_str());
            assert_eq!(file.filename.as_deref(), tree["filename"].as_str());
            assert_eq!(file.mime.as_deref(), tree["mime"].as_str());
            assert_eq!(file.file_size, number(&tree["fileSize"]));
        }
        Some(ContentBody::QuickReply(reply)) => {
            let tree = &tree["quickReply"];
            assert_eq!(&*reply.text, or_empty(&tree["text"]));
            assert_eq!(&*reply.payload, or_empty(&tree["payload"]));
            assert_eq!(reply.action.as_deref(), tree["action"].as_str());
        }
        Some(ContentBody::ButtonResponse(button)) => {
            let tree = &tree["buttonResponse"];
            assert_eq!(&*button.text, or_empty(&tree["text"]));
            assert_eq!(&*button.payload, or_empty(&tree["payload"]));
            assert_eq!(word(button.kind), tree["type"]);
        }
        Some(ContentBody::Card(card)) => check_card(&card, &tree["card"]),
        Some(ContentBody::Carousel(carousel)) => {
            let cards = list(&tree["carousel"]["cards"]);
            assert_eq!(carousel.cards.len(), cards.len());
            carousel.cards.iter().zip(cards).for_each(|(card, tree)| check_card(card, tree));
        }
        Some(ContentBody::DatePicker(picker)) => {
            let tree = &tree["datePicker"];
            assert_eq!(&*picker.title, or_empty(&tree["title"]));
            assert_eq!(picker.subtitle.as_deref(), tree["subtitle"].as_str());
            assert_eq!(picker.image_url.as_deref(), tree["imageUrl"].as_str());
            let times = list(&tree["availableTimes"]);
            assert_eq!(picker.available_times.len(), times.len());
            for (time, tree) in picker.available_times.iter().zip(times) {
                assert_eq!(time.date_time, or_empty(&tree["dateTime"]));
                assert_eq!(time.duration, number(&tree["duration"]));
            }
        }
        None => {}
        other => panic!("{other:?}"),
    }
}

fn check_card(card: &Card<'_>, tree: &Value) {
    assert_eq!(&*card.title, or_empty(&tree["title"]));
    assert_eq!(card.description.as_deref(), tree["description"].as_str());
    assert_eq!(card.image.as_deref(), tree["image"].as_str());
    assert_eq!(card.default_action.is_some(), tree["defaultAction"].is_object());
    if let Some(action) = &card.default_action {
        check_action(action, &tree["defaultAction"]);
    }
    assert_eq!(card.actions.len(), list(&tree["actions"]).len());
    for (action, tree) in card.actions.iter().zip(list(&tree["actions"])) {
        check_action(action, tree);
    }
}

fn check_action(action: &CardAction<'_>, tree: &Value) {
    assert_eq!(&*action.text, or_empty(&tree["text"]));
    assert_eq!(action.url.as_deref(), tree["url"].as_str());
    assert_eq!(action.payload.as_deref(), tree["payload"].as_str());
}
