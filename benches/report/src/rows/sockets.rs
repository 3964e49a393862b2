//! Live sessions over loopback, in a fleet and as a task each.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;

use crate::child::Conversation;
use crate::live::{self, GuestsTold, Invitation, Moment, ServiceTold};
use crate::measure::Effort;
use crate::row::{Row, all};
use crate::table::number;

const PLAIN: &str = "plain tokio client, a task a session";

pub fn rows(effort: Effort) -> Vec<Row> {
    let (sizes, rounds): (&[usize], _) =
        if effort == Effort::QUICK { (&[200], 1) } else { (&[1_000, 10_000], 3) };
    sizes.iter().flat_map(|size| compared(*size, rounds)).collect()
}

/// The service's process.
pub fn serve(arguments: &[String]) -> Result<(), String> {
    let [sessions, rounds] = arguments else { return Err("how many sessions and rounds?".into()) };
    let parsed = |text: &str| text.parse::<u32>().map_err(|error| format!("{text}: {error}"));
    live::service::play(parsed(sessions)? as usize, parsed(rounds)?)
}

fn compared(sessions: usize, rounds: u32) -> Vec<Row> {
    let ran = run(live::ours::CHILD, sessions, rounds)
        .and_then(|ours| run(live::plain::CHILD, sessions, rounds).map(|plain| (ours, plain)));
    let title = |what: &str| format!("{what}, {} live sessions", number(sessions as f64));
    let (ours, plain) = match ran {
        Ok(ran) => ran,
        Err(error) => return vec![Row::unmeasured(title("sockets"), "", error)],
    };
    let late = if sessions >= 10_000 { "at most 5" } else { "" };
    let latency = Row::new(title("key to On at the service, p99"), "ms", ours.late(0.99))
        .peer(PLAIN, plain.late(0.99))
        .note(format!("p50: ours {:.2} ms, plain {:.2} ms", ours.late(0.5), plain.late(0.5)));
    let latency = if late.is_empty() {
        latency
    } else {
        latency.target(late, |row| row.ours.map(|ms| ms <= 5.0))
    };
    let cpu = Row::new(title("processor time a session and second"), "us", ours.cpu())
        .peer(PLAIN, plain.cpu())
        .target("less than the plain client", |row| row.times(PLAIN).map(|times| times > 1.0));
    let memory = Row::new(title("resident memory a session"), "bytes", ours.memory())
        .peer(PLAIN, plain.memory())
        .target("less than the plain client", |row| row.times(PLAIN).map(|times| times > 1.0));
    let lost = Row::new(title("frames lost"), "", ours.missing())
        .peer(PLAIN, plain.missing())
        .note(ours.tally())
        .target("none, counted at both ends", |_| {
            all([Some(ours.missing() == 0.0), Some(ours.guests.lost == 0)])
        });
    vec![latency, cpu, memory, lost]
}

/// One kind of guests against the service.
struct Ran {
    sessions: usize,
    length: Duration,
    guests: GuestsTold,
    service: ServiceTold,
    /// From each first key to its On, sorted, in milliseconds.
    late: Vec<f64>,
}

fn run(guests: &str, sessions: usize, rounds: u32) -> Result<Ran, String> {
    let arguments = [sessions.to_string(), rounds.to_string()];
    let mut service = Conversation::start(live::service::CHILD, &arguments)?;
    let invitation: Invitation = service.hear()?;
    let mut crowd = Conversation::start(guests, &[])?;
    crowd.tell(&invitation)?;
    let guests: GuestsTold = crowd.hear()?;
    service.tell(())?;
    let told: ServiceTold = service.hear()?;
    crowd.end()?;
    service.end()?;
    let (first, last) = (guests.keys.first(), guests.keys.last());
    let length = first.zip(last).map_or(0, |(first, last)| last.at - first.at);
    Ok(Ran {
        sessions,
        length: Duration::from_nanos(length) + live::SETTLE,
        late: late(&guests.keys, &told.on),
        guests,
        service: told,
    })
}

/// The n-th On of a guest is that of its n-th burst.
fn late(keys: &[Moment], on: &[Moment]) -> Vec<f64> {
    let mut seen: BTreeMap<u32, std::collections::VecDeque<u64>> = BTreeMap::new();
    for moment in on {
        seen.entry(moment.guest).or_default().push_back(moment.at);
    }
    let mut late: Vec<_> = keys
        .iter()
        .filter_map(|key| {
            match seen.entry(key.guest) {
                Entry::Occupied(mut ons) => ons.get_mut().pop_front(),
                Entry::Vacant(_) => None,
            }
            .map(|on| on.saturating_sub(key.at) as f64 / 1e6)
        })
        .collect();
    late.sort_by(f64::total_cmp);
    late
}

impl Ran {
    fn late(&self, quantile: f64) -> f64 {
        let last = self.late.len().saturating_sub(1);
        self.late.get((last as f64 * quantile).ceil() as usize).copied().unwrap_or(f64::NAN)
    }

    /// In microseconds.
    fn cpu(&self) -> f64 {
        self.guests.cpu.as_secs_f64() * 1e6 / self.sessions as f64 / self.length.as_secs_f64()
    }

    fn memory(&self) -> f64 {
        self.guests.memory / self.sessions as f64
    }

    fn missing(&self) -> f64 {
        let Self { guests, service, .. } = self;
        let up = guests.frames_sent.abs_diff(service.frames_received);
        let down = service.texts_sent.abs_diff(guests.texts_received);
        let bursts = (guests.keys.len() as u64).abs_diff(service.on.len() as u64);
        (up + down + bursts) as f64
    }

    fn tally(&self) -> String {
        let Self { guests, service, .. } = self;
        format!(
            "up: {} sent, {} counted by the service; texts down: {} sent, {} received; {} keys opened a burst, {} Ons; {} sessions lost",
            guests.frames_sent,
            service.frames_received,
            service.texts_sent,
            guests.texts_received,
            guests.keys.len(),
            service.on.len(),
            guests.lost
        )
    }
}
