//! The networks that come with the program: every file is embedded, sound, and written as the program writes it.

use std::collections::BTreeSet;
use std::path::Path;

use thermonet::document::presets::{PRESETS, preset};
use thermonet::document::{read, write};

#[test]
fn every_file_is_embedded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("presets");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let embedded: BTreeSet<String> = PRESETS
        .iter()
        .map(|of| format!("{}.json", of.name))
        .collect();
    assert_eq!(files, embedded);
}

#[test]
fn every_preset_is_sound() {
    for of in PRESETS {
        let loaded = of
            .load()
            .unwrap_or_else(|error| panic!("{}: {error}", of.name));
        assert!(loaded.notes.is_empty(), "{}: {:?}", of.name, loaded.notes);
        let network = &loaded.document.network;
        assert_eq!(network.name, of.title, "{}", of.name);
        assert!(
            network.description.len() > 60,
            "{}: says too little",
            of.name
        );
    }
    assert!(preset("latch").is_some());
    assert!(preset("no such preset").is_none());
}

#[test]
fn every_preset_is_written_as_it_stands() {
    for of in PRESETS {
        let document = of.load().unwrap().document;
        let written = String::from_utf8(write(&document)).unwrap();
        assert_eq!(written, of.source, "{}", of.name);
        assert_eq!(
            read(written.as_bytes()).unwrap().document,
            document,
            "{}",
            of.name
        );
    }
}
