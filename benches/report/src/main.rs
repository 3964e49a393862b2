//! Every figure that the project claims, measured beside what one would otherwise use, in one run.

mod child;
mod heap;
mod live;
mod machine;
mod measure;
mod node;
mod options;
mod peers;
mod plot;
mod row;
mod rows;
mod table;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use options::{Options, ROWS, USAGE};
use plot::Point;
use row::Row;
pub(crate) use webmessaging_benches::scenes;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [help] if help == "--help" || help == "-h" => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        [flag, name, rest @ ..] if flag == child::FLAG => finish(play(name, rest)),
        _ => finish(Options::parse(&arguments).and_then(|options| report(&options))),
    }
}

fn finish(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// One of the processes that the report starts.
fn play(name: &str, arguments: &[String]) -> Result<(), String> {
    match name {
        rows::fleet::CHILD => rows::fleet::play(arguments),
        live::service::CHILD => rows::sockets::serve(arguments),
        live::ours::CHILD => live::play(live::ours::live),
        live::plain::CHILD => live::play(live::plain::live),
        _ => Err(format!("there is no child {name}")),
    }
}

fn report(options: &Options) -> Result<(), String> {
    // Before the report itself keeps it busy.
    let machine = machine::described();
    println!("{machine}");
    let mut all = Vec::new();
    let mut plotted = Vec::new();
    // Once for both that need it.
    let script = if options.wants("keystroke") || options.wants("browser") {
        eprintln!("JavaScript ...");
        node::run(options.effort)
    } else {
        Err("not asked for".into())
    };
    for name in ROWS.into_iter().filter(|name| options.wants(name)) {
        eprintln!("{name} ...");
        let (rows, points) = measure_row(name, options, &script);
        all.extend(rows);
        plotted.extend(points);
    }
    table::print(&all);
    if options.is_whole() {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let json = serde_json::to_string_pretty(&all).map_err(|error| error.to_string())?;
        write(&folder.join("report.json"), &(json + "\n"))?;
        let document = folder.join("../PERFORMANCE.md");
        let text =
            fs::read_to_string(&document).map_err(|error| format!("PERFORMANCE.md: {error}"))?;
        let table = table::markdown(&all, &machine);
        let text =
            table::put_into(&text, &table).ok_or("PERFORMANCE.md has no place for the table")?;
        write(&document, &text)?;
        write(&folder.join("fleet.svg"), &plot::svg(&plotted))?;
    }
    Ok(())
}

fn measure_row(
    name: &str,
    options: &Options,
    script: &Result<node::Told, String>,
) -> (Vec<Row>, Vec<Point>) {
    let effort = options.effort;
    let rows = match name {
        "keystroke" => rows::keystroke::rows(effort, script),
        "decode" => rows::decode::rows(effort),
        "receipt" => rows::receipt::rows(effort),
        "memory" => rows::memory::rows(),
        "fleet" => return rows::fleet::rows(effort),
        "browser" => rows::browser::rows(script),
        "sockets" => rows::sockets::rows(effort),
        "simulator" => rows::simulator::rows(effort),
        _ => unreachable!("options name rows that there are"),
    };
    (rows, Vec::new())
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    eprintln!("{} written", path.display());
    Ok(())
}
