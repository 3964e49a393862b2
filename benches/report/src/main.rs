//! Every figure that the project claims, measured beside what one would otherwise use, in one run.
//!
//! `cargo run --release --manifest-path benches/report/Cargo.toml -- [--quick] [ROW...]`

mod child;
mod crowd;
mod heap;
mod measure;
mod peers;
mod plot;
mod row;
mod rows;
mod table;
mod wheel;

use measure::Effort;
pub(crate) use webmessaging_benches::scenes;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [flag, name, rest @ ..] = &arguments[..]
        && flag == child::FLAG
    {
        assert_eq!(name, rows::fleet::CHILD);
        child::answer(rows::fleet::run_child(rest[0].parse().expect("a number")));
        return;
    }
    let effort =
        if arguments.iter().any(|a| a == "--quick") { Effort::QUICK } else { Effort::FULL };
    let on = |name: &str| {
        let mut names = arguments.iter().filter(|a| !a.starts_with("--")).peekable();
        names.peek().is_none() || names.any(|a| a == name)
    };
    let mut all = Vec::new();
    if on("keystroke") {
        all.extend(rows::keystroke::rows(effort));
    }
    if on("decode") {
        all.extend(rows::decode::rows(effort));
    }
    if on("receipt") {
        all.extend(rows::receipt::rows(effort));
    }
    if on("memory") {
        all.extend(rows::memory::rows());
    }
    if on("fleet") {
        let (rows, points) = rows::fleet::rows(effort);
        all.extend(rows);
        for point in points {
            println!("{point:?}");
        }
    }
    table::print(&all);
}
