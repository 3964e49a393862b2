//! The report as text, and as the table of PERFORMANCE.md.
//!
//! Owns: columns and how a number is written. Must not know: what the rows are about.

use crate::row::Row;

pub fn print(rows: &[Row]) {
    for row in rows {
        let verdict = match (row.ours, row.met) {
            (None, _) => "not measured",
            (_, Some(true)) => "met",
            (_, Some(false)) => "NOT MET",
            (_, None) => "not known",
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

/// Between these the whole run writes its table.
const BEGIN: &str = "<!-- written by the report: begin -->\n";
const END: &str = "<!-- written by the report: end -->\n";

/// `document` with `table` in its place; `None` if it has no place for it.
pub fn put_into(document: &str, table: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some([before, BEGIN, table, END, after].concat())
}

pub fn markdown(rows: &[Row], machine: &str) -> String {
    let mut table = format!("{machine}\n\n");
    table += "| what | ours | beside it (times ours) | limit | target | met |\n|---|---|---|---|---|---|\n";
    for row in rows {
        let with_unit =
            |value: f64| format!("{} {}", number(value), row.unit).trim_end().to_owned();
        let peers = row.peers.iter().map(|(name, value)| {
            let times = row.times(name).map(|times| format!(" ({times:.2}x)")).unwrap_or_default();
            format!("{name}: {}{times}", number(*value))
        });
        let limit = row.limit.zip(row.times("limit"));
        let met = match (row.ours, row.met, row.target.is_empty()) {
            (None, ..) => "not measured",
            (_, Some(true), _) => "yes",
            (_, Some(false), _) => "**no**",
            (_, None, false) => "not known",
            (_, None, true) => "",
        };
        let cells = [
            row.what.clone(),
            row.ours.map(with_unit).unwrap_or_default(),
            peers.collect::<Vec<_>>().join("<br>"),
            limit
                .map(|(limit, times)| format!("{} ({times:.2}x)", number(limit)))
                .unwrap_or_default(),
            row.target.clone(),
            met.into(),
        ];
        table += &["| ", &cells.join(" | "), " |\n"].concat();
    }
    let notes: Vec<_> = rows.iter().filter(|row| !row.notes.is_empty()).collect();
    if !notes.is_empty() {
        table += "\n";
    }
    for row in notes {
        table += &["- ", &row.what, ": ", &row.notes.join("; "), ".\n"].concat();
    }
    table
}

fn times(row: &Row, name: &str) -> String {
    row.times(name).map(|times| format!("   {times:.2}x")).unwrap_or_default()
}

/// With as many digits as say something.
pub fn number(value: f64) -> String {
    if value.fract().abs() < 1e-9 && value < 1_000.0 {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_the_place_of_the_one_before_and_nothing_else() {
        let document = format!("before\n{BEGIN}old\n{END}after\n");
        let written = put_into(&document, "new\n").expect("there is a place");
        assert_eq!(written, format!("before\n{BEGIN}new\n{END}after\n"));
        assert_eq!(put_into("no place", "new\n"), None);
    }

    #[test]
    fn what_was_not_measured_is_neither_met_nor_missed() {
        let rows = [
            Row::new("a", "ns", 2.0).peer("b", 5.0).target("at most 1", |_| Some(false)),
            Row::unmeasured("c", "ns", "no tool").target("at most 1", |_| Some(true)),
        ];
        let table = markdown(&rows, "machine");
        assert!(table.contains("| a | 2 ns | b: 5 (2.50x) |  | at most 1 | **no** |"), "{table}");
        assert!(table.contains("| c |  |  |  | at most 1 | not measured |"), "{table}");
        assert!(table.contains("- c: not measured: no tool."), "{table}");
    }

    #[test]
    fn numbers_have_as_many_digits_as_say_something() {
        assert_eq!([4.08, 280.4, 1_234_567.0, 8.0].map(number), ["4.1", "280", "1,234,567", "8"]);
    }
}
