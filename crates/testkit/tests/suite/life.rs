//! Lives: any bytes are one, random ones are eventful, and they all end.

use std::collections::BTreeMap;

use webmessaging_proto::{Config, Instant, Session};
use webmessaging_testkit::life::{self, Life, MAX_OPS, MAX_TICKS, Op, Player, Tale, Wired};

const LIVES: u64 = 400;

fn session(config: Config) -> Session {
    Session::new(config, Instant::ORIGIN)
}

fn play(bytes: &[u8]) -> Tale {
    let life = Life::read(bytes);
    life.play(&mut session(life.config())).unwrap_or_else(|finding| {
        panic!("{finding}: {bytes:02x?}");
    })
}

#[test]
fn a_prefix_is_the_same_life_cut_short() {
    for seed in 0..20 {
        let bytes = life::bytes(seed, 120);
        let whole = Life::read(&bytes);
        for end in 6..bytes.len() {
            let cut = Life::read(&bytes[..end]);
            assert_eq!(cut.setup(), whole.setup());
            assert!(whole.ops().starts_with(cut.ops()), "seed {seed}, {end} bytes");
        }
    }
    assert_eq!(Life::read(&[]).ops(), []);
}

#[test]
fn random_lives_reach_everything() {
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in 0..LIVES {
        for name in play(&life::bytes(seed, 1_000)).seen {
            *seen.entry(name).or_default() += 1;
        }
    }
    println!("{seen:#?}");
    for name in [
        "idle",
        "connecting",
        "configuring",
        "ready",
        "read_only",
        "backoff",
        "closing",
        "closed",
        "failed",
        "send configure",
        "send configure anew",
        "send close",
        "send text",
        "send on",
        "send off",
        "send join",
        "send receipt",
        "send echo",
        "phase_changed",
        "message_received",
        "message_confirmed",
        "message_unconfirmed",
        "message_failed",
        "peer_typing_started",
        "peer_typing_stopped",
        "message_read",
        "receipt_failed",
        "capability_lost",
        "messages_may_be_missing",
        "session_replaced",
        "rate_limited",
        "authentication_failed",
        "session_expired",
        "access_denied",
        "connection_closed",
        "conversation_ended",
        "session_cleared",
        "fault",
        "other",
        "outputs_pending",
        "invalid_state",
        "unknown_message",
        "unknown_key",
        "not_kept",
        "duplicate_key",
        "empty_text",
        "message_too_long",
        "outbox_full",
    ] {
        let lives = seen.get(name).copied().unwrap_or_default();
        assert!(lives >= 5, "{name}: in {lives} of {LIVES} lives");
    }
}

#[test]
fn an_endpoint_lives_like_a_session() {
    for seed in 0..40 {
        let life = Life::read(&life::bytes(seed, 600));
        let mut endpoint = Wired::new(life.config(), Instant::ORIGIN);
        let mut bare = session(life.config());
        assert_eq!(life.play(&mut bare), life.play(&mut endpoint), "seed {seed}");
        assert_eq!(bare, *endpoint.session(), "seed {seed}");
    }
}

#[test]
fn the_longest_life_ends() {
    // Nothing but hours that pass, with a health check every 30 s.
    let mut bytes = vec![2, 0, 0, 0, 1 | 4, 0, 23, 33, 33];
    bytes.extend([55, 0xff].repeat(10_000));
    let life = Life::read(&bytes);
    assert_eq!(life.ops().len(), MAX_OPS);
    assert_eq!(life.ops()[3], Op::Pass(64 * 60_000));
    let tale = play(&bytes);
    assert!(tale.ticks > MAX_TICKS && tale.ops < MAX_OPS, "{tale:?}");
    assert!(tale.seen.contains("send echo"), "{tale:?}");
}

#[test]
fn a_subject_can_be_replaced_in_the_middle() {
    let life = Life::read(&life::bytes(3, 300));
    let mut player = Player::new(&life, session(life.config()));
    for _ in 0..40 {
        assert!(player.step().unwrap());
    }
    let at = player.now();
    player.replace_subject(Session::new(life.config(), at));
    while player.step().unwrap() {}
    assert_eq!(player.end().unwrap().ops, life.ops().len());
}
