//! The report as text.
//!
//! Owns: columns and how a number is written. Must not know: what the rows are about.

use crate::row::Row;

pub fn print(rows: &[Row]) {
    for row in rows {
        let verdict = match (row.ours, row.met) {
            (None, _) => "not measured",
            (_, Some(true)) => "met",
            (_, Some(false)) => "NOT MET",
            (_, None) => "",
        };
        println!("\n{}", row.what);
        if let Some(ours) = row.ours {
            println!("    {:<44} {:>14} {}", "ours", number(ours), row.unit);
        }
        for (peer, value) in &row.peers {
            println!("    {peer:<44} {:>14} {}{}", number(*value), row.unit, times(row, peer));
        }
        if let Some(limit) = row.limit {
            println!(
                "    {:<44} {:>14} {}{}",
                "limit",
                number(limit),
                row.unit,
                times(row, "limit")
            );
        }
        for note in &row.notes {
            println!("    {note}");
        }
        if !row.target.is_empty() {
            println!("    target: {}: {verdict}", row.target);
        }
    }
}

fn times(row: &Row, name: &str) -> String {
    row.times(name).map(|times| format!("   {times:.2}x")).unwrap_or_default()
}

/// With as many digits as say something.
pub fn number(value: f64) -> String {
    if value == value.trunc() && value < 1_000.0 {
        format!("{value}")
    } else if value < 100.0 {
        format!("{value:.1}")
    } else {
        grouped(value)
    }
}

fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
