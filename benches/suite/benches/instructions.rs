//! Instructions per operation of the core's hot paths: the same on a busy machine as on an idle one.
//!
//! ```text
//! cargo bench --bench instructions             compare; fails if one is over 5 % worse
//! cargo bench --bench instructions -- --write  make these counts the baseline
//! ```
//!
//! Counts depend on the compiler, so each version has a baseline of its own; one without any passes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use webmessaging_benches::baseline::{self, Baseline, Verdict, compare};
use webmessaging_benches::{cases, count};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    // Cargo adds `--bench` to what it was given.
    let arguments: Vec<_> =
        arguments.iter().map(String::as_str).filter(|argument| *argument != "--bench").collect();
    let done = match arguments[..] {
        [] => check(),
        ["--write"] => write(),
        ["--case", name] => {
            run(name);
            Ok(true)
        }
        _ => Err("usage: cargo bench --bench instructions -- [--write]".into()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// One case, for valgrind to count.
fn run(name: &str) {
    if let Some(case) = cases::all().into_iter().find(|case| case.name == name) {
        count::counted(&mut (case.prepare)());
    }
}

fn check() -> Result<bool, Failure> {
    let compiler = baseline::compiler()?;
    let path = Baseline::path(&folder(), &compiler);
    let old = Baseline::read(&path)?;
    let new = counts()?;
    println!("instructions per operation, {compiler}");
    println!("{:<44} {:>10} {:>10} {:>9}", "", "old", "new", "change");
    let mut worse = 0;
    for (case, new) in &new {
        let before = old.as_ref().and_then(|old| old.get(case));
        let (percent, verdict) = compare(before, *new);
        let before = before.map_or_else(|| "-".into(), |before| format!("{before:.1}"));
        let percent = percent.map_or_else(|| "-".into(), |percent| format!("{percent:+.1} %"));
        let remark = match verdict {
            Verdict::New | Verdict::Same => "",
            Verdict::Better => "  better",
            Verdict::Worse => "  WORSE",
        };
        println!("{case:<44} {before:>10} {new:>10.1} {percent:>9}{remark}");
        worse += usize::from(verdict == Verdict::Worse);
    }
    if old.is_none() {
        println!(
            "NOTICE: nothing was compared: this compiler has no baseline at {}.",
            path.display()
        );
        println!("To make one: cargo bench --bench instructions -- --write");
    }
    if worse > 0 {
        println!(
            "{worse} worse by more than 5 %. If that is the price of something: --write, and say of what."
        );
    }
    Ok(worse == 0)
}

fn write() -> Result<bool, Failure> {
    let compiler = baseline::compiler()?;
    let path = Baseline::path(&folder(), &compiler);
    Baseline::new(compiler, counts()?).write(&path)?;
    println!("{} written", path.display());
    Ok(true)
}

#[allow(clippy::cast_precision_loss, reason = "counts are far below what a double holds exactly")]
fn counts() -> Result<BTreeMap<String, f64>, count::CountError> {
    let profiles = std::env::temp_dir().join("webmessaging-instructions");
    let mut counts = BTreeMap::new();
    for case in cases::all() {
        let instructions = count::instructions(&case, &profiles)?;
        let each = instructions as f64 / case.operations as f64;
        counts.insert(case.name, (each * 10.0).round() / 10.0);
    }
    eprintln!("profiles, for callgrind_annotate: {}", profiles.display());
    Ok(counts)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("instructions")
}
