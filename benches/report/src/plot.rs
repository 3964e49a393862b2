//! The cost of an input against the number of sessions, as a picture.
//!
//! Owns: how it looks, in light and dark. Must not know: where the points come from.

use std::fmt::Write as _;

#[derive(Clone, Copy, Debug)]
pub struct Point {
    pub sessions: usize,
    pub nanoseconds: f64,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 72.0;
const RIGHT: f64 = 44.0;
const TOP: f64 = 48.0;
const BOTTOM: f64 = 56.0;

/// The rule of the target: how much more an input may cost at the most sessions than at a thousand.
const ALLOWED: f64 = 2.5;

const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#333}.title{font-weight:600;font-size:15px}\
.grid{stroke:#ddd}.line{fill:none;stroke:#1a63c7;stroke-width:2}.dot{fill:#1a63c7}\
.allowed{stroke:#b3541e;stroke-dasharray:6 4}.allowed-text{fill:#b3541e}.ground{fill:#fff}\
@media(prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#444}.line{stroke:#7db2ff}\
.dot{fill:#7db2ff}.allowed{stroke:#f0a070}.allowed-text{fill:#f0a070}.ground{fill:#1b1b1b}}";

/// Sessions on a logarithmic axis, from 1 on; nanoseconds on a linear one, from 0 on.
pub fn svg(points: &[Point]) -> String {
    let allowed = points.iter().find(|point| point.sessions == 1_000);
    let allowed = allowed.map(|point| point.nanoseconds * ALLOWED);
    let highest = points.iter().map(|point| point.nanoseconds).chain(allowed).fold(1.0, f64::max);
    let step = step(highest);
    let top = (highest / step).ceil() * step;
    let most = points.iter().map(|point| decades(point.sessions)).fold(1.0, f64::max);
    let x = |sessions: usize| LEFT + decades(sessions) / most * (WIDTH - LEFT - RIGHT);
    let y = |nanoseconds: f64| HEIGHT - BOTTOM - nanoseconds / top * (HEIGHT - TOP - BOTTOM);

    let mut svg = String::new();
    let mut draw = |line: String| {
        svg.push_str(&line);
        svg.push('\n');
    };
    draw(format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="Cost of an input against the number of sessions">"#
    ));
    draw(format!(r#"<style>{STYLE}</style><rect class="ground" width="100%" height="100%"/>"#));
    draw(format!(
        r#"<text class="title" x="{LEFT}" y="26">Cost of an input in one process, one core</text>"#
    ));
    let mut level = 0.0;
    while level <= top {
        let (y, right) = (y(level), WIDTH - RIGHT);
        draw(format!(r#"<line class="grid" x1="{LEFT}" x2="{right}" y1="{y:.1}" y2="{y:.1}"/>"#));
        let (at, below) = (LEFT - 8.0, y + 4.0);
        draw(format!(r#"<text x="{at}" y="{below:.1}" text-anchor="end">{level:.0} ns</text>"#));
        level += step;
    }
    if let Some(allowed) = allowed {
        let (left, right, y) = (LEFT, WIDTH - RIGHT, y(allowed));
        draw(format!(
            r#"<line class="allowed" x1="{left:.1}" x2="{right}" y1="{y:.1}" y2="{y:.1}"/>"#
        ));
        let above = y - 6.0;
        draw(format!(
            r#"<text class="allowed-text" x="{left:.1}" y="{above:.1}">{ALLOWED} times the cost at 1,000</text>"#
        ));
    }
    let mut path = String::new();
    for point in points {
        let (x, y) = (x(point.sessions), y(point.nanoseconds));
        // A String takes every write.
        let _ = write!(path, "{x:.1},{y:.1} ");
        let below = HEIGHT - BOTTOM + 22.0;
        let sessions = crate::table::number(point.sessions as f64);
        draw(format!(r#"<text x="{x:.1}" y="{below}" text-anchor="middle">{sessions}</text>"#));
        draw(format!(r#"<circle class="dot" cx="{x:.1}" cy="{y:.1}" r="4"/>"#));
        let above = y - 10.0;
        draw(format!(
            r#"<text x="{x:.1}" y="{above:.1}" text-anchor="middle">{:.0}</text>"#,
            point.nanoseconds
        ));
    }
    draw(format!(r#"<polyline class="line" points="{}"/>"#, path.trim_end()));
    let (middle, bottom) = (LEFT + (WIDTH - LEFT - RIGHT) / 2.0, HEIGHT - 12.0);
    draw(format!(r#"<text x="{middle}" y="{bottom}" text-anchor="middle">sessions</text>"#));
    svg.push_str("</svg>\n");
    svg
}

fn decades(sessions: usize) -> f64 {
    (sessions.max(1) as f64).log10()
}

/// So that there are four to eight lines.
fn step(highest: f64) -> f64 {
    let decade = 10_f64.powf((highest / 4.0).log10().floor());
    [5.0, 2.0, 1.0]
        .map(|times| times * decade)
        .into_iter()
        .find(|step| highest / step >= 4.0)
        .unwrap_or(decade)
}
