//! The scripts of the repository: each has its transcript, and everyone tells the same.

use std::fs;
use std::path::PathBuf;

use webmessaging_testkit::{Drive, EndpointDrive, Script, SessionDrive, TokioDrive};

/// Every script, by name.
fn scripts() -> Vec<(String, Script)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/scripts");
    let mut scripts: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let script = Script::parse(fs::read(&path).unwrap());
            (name.clone(), script.unwrap_or_else(|error| panic!("{name}: {error}")))
        })
        .collect();
    scripts.sort_by(|one, other| one.0.cmp(&other.0));
    assert!(scripts.len() > 30, "only {} scripts found", scripts.len());
    scripts
}

#[test]
fn transcripts_are_as_they_were_reviewed() {
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        for (name, script) in scripts() {
            let transcript = SessionDrive.run(&script).unwrap();
            insta::assert_snapshot!(name, transcript.to_string());
        }
    });
}

#[test]
fn session_and_endpoint_tell_the_same() {
    for (name, script) in scripts() {
        let typed = SessionDrive.run(&script).unwrap().comparable();
        let bytes = EndpointDrive.run(&script).unwrap().comparable();
        assert_eq!(typed.to_string(), bytes.to_string(), "{name}");
    }
}

/// What a driver decides by itself, so that a script can't tell it otherwise: when the peer answers
/// a ping, and that a dial which is given up is over at once.
const NOT_FOR_TOKIO: [&str; 2] = ["disconnect_while_dialing", "receipts_peer_alive"];

#[test]
fn session_and_tokio_driver_tell_the_same() {
    for (name, script) in scripts() {
        let typed = SessionDrive.run(&script).unwrap().comparable();
        match TokioDrive.run(&script) {
            _ if NOT_FOR_TOKIO.contains(&&*name) => {}
            Ok(driven) => assert_eq!(typed.to_string(), driven.comparable().to_string(), "{name}"),
            Err(error) => panic!("{name}: {error}"),
        }
    }
}

#[test]
fn a_script_gives_the_same_every_time() {
    for (name, script) in scripts() {
        assert_eq!(EndpointDrive.run(&script), EndpointDrive.run(&script), "{name}");
    }
}
