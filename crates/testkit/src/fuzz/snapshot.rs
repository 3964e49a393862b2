//! A session that is put away in the middle of its life, and any JSON in the place of its snapshot.
//!
//! Owns: what must hold of a snapshot. Must not know: what stands in it.

use serde_json::Value;
use webmessaging_proto::{Capability, Instant, Session, Snapshot};

use super::generate::Draw;
use crate::life::{Finding, Life, Player};
use crate::monitor::Watched;

/// A snapshot is the same after the way through JSON and through a session; the restored session
/// lives on without breaking a rule; a damaged snapshot is refused, or makes a session that lives.
///
/// The first byte chooses the place of the restart, or that the rest is a snapshot as it stands.
///
/// # Panics
/// On a finding.
pub fn snapshot(data: &[u8]) {
    let Some((&place, rest)) = data.split_first() else { return };
    if place == 255 {
        return damaged(rest, &Life::read(&crate::life::bytes(0, 60)));
    }
    let Some((&edits, rest)) = rest.split_first() else { return };
    let (edits, rest) = rest.split_at(rest.len().min(usize::from(edits % 8) * 6));
    let life = Life::read(rest);
    let restart = life.ops().len() * usize::from(place) / 255;
    let stored = restarted(&life, restart).unwrap_or_else(|finding| panic!("{finding}"));
    if !edits.is_empty() {
        let mut tree = serde_json::from_str(&stored).expect("it was read before");
        let mut draw = Draw::new(edits);
        while !draw.is_empty() {
            edit(&mut tree, &mut draw);
        }
        damaged(tree.to_string().as_bytes(), &life);
    }
}

/// Plays a life with a restart in the middle, and gives the snapshot.
fn restarted(life: &Life, restart: usize) -> Result<String, Finding> {
    let watched = Watched::new(life.config(), Instant::ORIGIN);
    let mut player = Player::new(life, watched);
    for _ in 0..restart {
        if !player.step()? {
            break;
        }
    }
    player.settle_down()?;
    let now = player.now();
    let before = player.subject().session().snapshot();
    let stored = serde_json::to_string(&before).expect("a snapshot is JSON");
    let token = "-token-";
    assert!(!stored.contains(token), "a token is in the snapshot");
    assert!(!format!("{before:?}").contains(crate::life::SECRET), "texts are shown");
    let read: Snapshot = serde_json::from_str(&stored).expect("a snapshot can be read");
    assert_eq!(read, before, "JSON changes the snapshot");
    let mut session = Session::restore(life.config_after_restart(), read, now)
        .unwrap_or_else(|error| panic!("{error}"));
    check_again(&stored, &session);
    drain(&mut session);
    check_again(&stored, &session);
    player.replace_subject(Watched::of(session, now));
    while player.step()? {}
    player.end()?;
    Ok(stored)
}

/// A restored session's snapshot is the one that it was made of; but that the text in flight is
/// told as unconfirmed only once, and what was read where the wire can't say so.
fn check_again(stored: &str, session: &Session) {
    let again = serde_json::to_value(session.snapshot()).expect("a snapshot is JSON");
    let mut before: Value = serde_json::from_str(stored).expect("it was read before");
    if let Some(state) = before["session"].as_object_mut() {
        state.remove("unconfirmed");
        if let (false, Some(ledger)) =
            (session.has(Capability::Receipts), state["receipts"].as_object_mut())
        {
            ledger.remove("due");
        }
    }
    assert_eq!(again, before, "the restored session's snapshot is another one");
}

fn drain(session: &mut Session) {
    for _ in 0..5_000 {
        if session.poll_output().is_none() {
            return;
        }
    }
    panic!("outputs without end");
}

/// JSON that no session wrote makes an error, or a session that lives by its driver's rules.
fn damaged(stored: &[u8], life: &Life) {
    let Ok(snapshot) = serde_json::from_slice::<Snapshot>(stored) else { return };
    let now = Instant::from_millis(60_000);
    let session = match Session::restore(life.config(), snapshot, now) {
        Ok(session) => session,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    // It was let in: then it is a snapshot like any other.
    let again = session.snapshot();
    let text = serde_json::to_string(&again).expect("a snapshot is JSON");
    assert_eq!(serde_json::from_str::<Snapshot>(&text).ok().as_ref(), Some(&again));
    let mut player = Player::starting_at(life, session, now);
    loop {
        match player.step() {
            Ok(true) => {}
            Ok(false) => break,
            Err(finding) => panic!("{finding}"),
        }
    }
    if let Err(finding) = player.end() {
        panic!("{finding}");
    }
}

/// Changes one place of a tree.
fn edit(tree: &mut Value, draw: &mut Draw<'_>) {
    let mut place = tree;
    // Deeper with each step; a step that leads nowhere ends the way.
    for _ in 0..8 {
        let step = usize::from(draw.byte());
        let (len, ends) = match &*place {
            Value::Object(members) => (members.len(), step >= 240),
            Value::Array(elements) => (elements.len(), step >= 200),
            _ => (0, true),
        };
        if ends || len == 0 {
            break;
        }
        let next = match place {
            Value::Object(members) => members.values_mut().nth(step % len),
            Value::Array(elements) => elements.get_mut(step % len),
            _ => None,
        };
        match next {
            Some(next) => place = next,
            None => return,
        }
    }
    replace(place, draw.byte());
}

fn replace(place: &mut Value, how: u8) {
    *place = match (how % 16, place.take()) {
        (0, _) => Value::Null,
        (1, _) => i64::MAX.into(),
        (2, _) => i64::MIN.into(),
        (3, _) => u64::MAX.into(),
        (4, _) => 0.into(),
        (5, _) => "".into(),
        // Not for ever: the same list may be met many times.
        (6, Value::Array(mut elements)) if elements.iter().map(nodes).sum::<usize>() < 500 => {
            elements.extend(elements.clone());
            elements.into()
        }
        (7, Value::Array(mut elements)) => {
            elements.reverse();
            elements.into()
        }
        (8, Value::Array(mut elements)) => {
            elements.truncate(elements.len() / 2);
            elements.into()
        }
        (9, Value::Object(mut members)) => {
            let first = members.keys().next().cloned();
            first.and_then(|name| members.remove(&name));
            members.into()
        }
        (_, Value::Number(number)) => {
            number.as_i64().map_or(0, |number| number.wrapping_add(i64::from(how) - 10)).into()
        }
        (_, Value::Bool(truth)) => (!truth).into(),
        (_, Value::String(mut text)) => {
            text.push(char::from(how));
            text.into()
        }
        (_, other) => Value::Array(vec![other]),
    };
}

/// How many values there are in a tree.
fn nodes(tree: &Value) -> usize {
    match tree {
        Value::Array(elements) => 1 + elements.iter().map(nodes).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(nodes).sum::<usize>(),
        _ => 1,
    }
}
