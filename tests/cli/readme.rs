//! The README claims nothing that is not so: its example runs, its file is read, its presets and commands are there.

use thermonet::document::presets::PRESETS;

use super::program::{Folder, answer, run};

const README: &str = include_str!("../../README.md");

/// The fenced blocks of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    README
        .split(&format!("\n```{language}\n"))
        .skip(1)
        .map(|rest| rest.split_once("\n```\n").unwrap().0)
        .collect()
}

#[test]
fn the_examples_print_what_they_are_said_to_print() {
    let examples = blocks("console");
    assert!(!examples.is_empty());
    for example in examples {
        let (line, output) = example.split_once('\n').unwrap();
        let args: Vec<&str> = line.split_whitespace().skip(2).collect();
        assert_eq!(run(&args).done().trim_end(), output, "{line}");
    }
}

#[test]
fn the_file_is_a_network_that_settles() {
    let folder = Folder::new();
    let [file] = blocks("json")[..] else {
        panic!("one example of a file")
    };
    let path = folder.file("example.json", file);
    let path = path.to_str().unwrap();
    assert_eq!(answer(&["check", path])["notes"], serde_json::json!([]));
    assert_eq!(answer(&["solve", path])["outcome"], "settled");
}

#[test]
fn every_preset_and_every_command_is_listed() {
    for preset in PRESETS {
        assert!(
            README.contains(&format!("\n| {} | ", preset.title)),
            "{}",
            preset.title
        );
    }
    let help = run(&["--help"]).done();
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    for line in commands.lines().take_while(|line| !line.is_empty()) {
        // A line that goes on with the description of the last command starts further in.
        let name = line.strip_prefix("  ").unwrap().split(' ').next().unwrap();
        if !matches!(name, "" | "help") {
            assert!(README.contains(&format!("\n| `{name} ")), "{name}");
        }
    }
}
