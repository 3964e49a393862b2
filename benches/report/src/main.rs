//! Every figure that the project claims, measured beside what one would otherwise use, in one run.
//!
//! `cargo run --release --manifest-path benches/report/Cargo.toml -- [--quick] [ROW...]`

mod heap;
mod measure;
mod peers;
mod row;
mod rows;
#[path = "../../scenes.rs"]
mod scenes;
mod table;

use measure::Effort;

fn main() {
    let effort = Effort::FULL;
    let mut all = Vec::new();
    all.extend(rows::keystroke::rows(effort));
    all.extend(rows::decode::rows(effort));
    all.extend(rows::receipt::rows(effort));
    all.extend(rows::memory::rows());
    table::print(&all);
}
