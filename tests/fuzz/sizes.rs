//! Files far larger, deeper or wider than any network: read or refused, within the effort of their length.

use std::fmt::Write as _;

use thermonet::document::{Rejected, read, write};

use super::hostile::Watchdog;

/// Elements in a file that nobody draws by hand.
const MANY: usize = 100_000;

const HEAD: &str = "{\"format\": \"thermonet/1\", \"platform\": \"electronic\", ";

fn file(nodes: &str, edges: &str, rest: &str) -> String {
    format!("{HEAD}\"nodes\": [{nodes}], \"edges\": [{edges}]{rest}}}")
}

fn listed(count: usize, item: impl Fn(usize) -> String) -> String {
    let mut list = String::new();
    for k in 0..count {
        let _ = write!(list, "{}{}", if k > 0 { "," } else { "" }, item(k));
    }
    list
}

/// Refused within the watchdog's patience; a message stays a message, and the list of them a list.
fn refused(what: &str, text: &str) {
    let watchdog = Watchdog::new();
    watchdog.begin(what);
    let Rejected { problems, .. } = read(text.as_bytes()).expect_err(what);
    assert!(
        !problems.is_empty() && problems.len() <= 1001,
        "{what}: {}",
        problems.len()
    );
    assert!(
        problems
            .iter()
            .all(|problem| !problem.place.is_empty() && problem.to_string().len() < 10_000)
    );
}

fn accepted(what: &str, text: &str) {
    let watchdog = Watchdog::new();
    watchdog.begin(what);
    let loaded = read(text.as_bytes()).unwrap_or_else(|error| panic!("{what}: {error}"));
    let written = write(&loaded.document);
    let again = read(&written).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(write(&again.document) == written, "{what}");
}

fn hidden(k: usize) -> String {
    format!("{{\"id\": \"h{k}\", \"role\": \"hidden\"}}")
}

fn wire(k: usize, from: usize, to: usize) -> String {
    format!(
        "{{\"id\": \"e{k}\", \"from\": \"h{from}\", \"to\": \"h{to}\", \
         \"device\": {{\"kind\": \"ohmic\", \"conductance\": 1}}}}"
    )
}

#[test]
fn a_hundred_thousand_reservoirs_are_read() {
    let nodes = listed(MANY, hidden);
    let edges = listed(MANY, |k| wire(k, k, (k + 1) % MANY));
    accepted("a ring", &file(&nodes, &edges, ""));
    let star = listed(MANY, |k| wire(k, 0, 1 + k % (MANY - 1)));
    accepted("a star", &file(&nodes, &star, ""));
    // Half of them stand in the column where the others are going to be put.
    let column = listed(MANY, |k| {
        let at = if k % 2 == 0 {
            format!(", \"at\": [180, {}]", 65 * k)
        } else {
            String::new()
        };
        format!("{{\"id\": \"h{k}\", \"role\": \"hidden\"{at}}}")
    });
    accepted("a column", &file(&column, "", ""));
    let heap = listed(MANY, |k| {
        let at = if k % 2 == 0 { ", \"at\": [0, 0]" } else { "" };
        format!("{{\"id\": \"h{k}\", \"role\": \"hidden\"{at}}}")
    });
    accepted("a heap", &file(&heap, "", ""));
}

#[test]
fn a_hundred_thousand_faults_are_told_in_a_list_of_some_length() {
    let nodes = listed(MANY, hidden);
    let dangling = listed(MANY, |k| wire(k, MANY + k, MANY + k + 1));
    refused("dangling edges", &file(&nodes, &dangling, ""));
    let one_id = listed(MANY, |_| hidden(0));
    refused("one id", &file(&one_id, "", ""));
    let unknown = listed(MANY, |k| format!("\"nodez{k}\": 1"));
    refused("unknown fields", &format!("{HEAD}{unknown}}}"));
    let twice = listed(MANY, |_| "\"name\": \"a\"".to_owned());
    refused("one field", &format!("{HEAD}{twice}}}"));
    let nowhere = listed(MANY, |k| format!("\"h{}\"", MANY + k));
    let rest = format!(
        ", \"task\": {{\"inputs\": [{nowhere}], \"outputs\": [{nowhere}], \"trainable\": [{nowhere}], \"rows\": [{{\"in\": [1], \"out\": [2]}}]}}"
    );
    refused("a task", &file(&nodes, "", &rest));
    let rows = listed(MANY, |k| format!("{{\"in\": [{k}], \"out\": []}}"));
    let rest =
        format!(", \"task\": {{\"inputs\": [\"h0\"], \"outputs\": [\"h1\"], \"rows\": [{rows}]}}");
    refused("rows", &file(&nodes, "", &rest));
}

#[test]
fn a_line_of_a_hundred_megabytes_is_read_or_refused() {
    let long = "x".repeat(100 << 20);
    accepted(
        "a long name",
        &format!("{HEAD}\"name\": \"{long}\", \"nodes\": [], \"edges\": []}}"),
    );
    refused("a long key", &format!("{HEAD}\"{long}\": 1}}"));
    refused("a long word", &long);
    refused(
        "a long number",
        &format!("{HEAD}\"ground\": {}}}", "1".repeat(100 << 20)),
    );
    let numbers = "0,".repeat(10 << 20);
    refused("a long list", &format!("{HEAD}\"ground\": [{numbers}0]}}"));
}

#[test]
fn a_million_brackets_do_not_exhaust_the_stack() {
    for open in ["[", "{\"a\":", "[{\"a\":"] {
        refused("brackets", &open.repeat(1_000_000));
        refused(
            "brackets in a file",
            &format!("{HEAD}\"app\": {}", open.repeat(1_000_000)),
        );
    }
    for formula in [
        "(", "-", "sin(", "x^", "x+", "1/(", "!", "((((x", "+ -", "a(", "{", "{x}",
    ] {
        for length in [1_000_000 / formula.len(), 1_999 / formula.len()] {
            let formula = formula.repeat(length);
            let task = format!(
                ", \"task\": {{\"inputs\": [\"x\"], \"outputs\": [\"y\"], \"function\": {{\"expr\": \"{formula}\", \
                 \"from\": 0, \"to\": 1, \"samples\": 5}}}}"
            );
            let nodes = "{\"id\": \"x\", \"role\": \"input\", \"value\": 1}, {\"id\": \"y\", \"role\": \"output\"}";
            // Whether a formula can be computed is asked of it when the task is: never a crash.
            if let Ok(loaded) = read(file(nodes, "", &task).as_bytes()) {
                let system = thermonet::system::System::new(&loaded.document.network);
                let task = loaded.document.task.as_ref().expect("the file has a task");
                let _ = thermonet::learn::objective::Objective::new(
                    &loaded.document.network,
                    &system,
                    task,
                    None,
                );
            }
        }
    }
}
