//! Everything that can stand in somebody's way: each is brought about, read, and put right by its own button.
#![cfg(feature = "gui")]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot find its widget has failed"
)]

mod window;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use tempfile::TempDir;
use thermonet::document::{Disk, read};
use thermonet::gui::{App, Situation, Start};
use thermonet::network::Role;
use window::opened::{until, window};

/// A window and its folder, which goes when it goes.
struct Case {
    harness: Harness<'static, App>,
    folder: TempDir,
}

impl Case {
    /// A window with a file of this content.
    fn open(json: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("net.json"), json).unwrap();
        Self::reopen(folder)
    }

    /// A window on the file of a folder.
    fn reopen(folder: TempDir) -> Self {
        let start = Start {
            file: Some(folder.path().join("net.json")),
            ..Self::start(&folder)
        };
        Self::with(folder, start)
    }

    fn start(folder: &TempDir) -> Start {
        Start {
            state_folder: Some(folder.path().join("state")),
            ..Start::default()
        }
    }

    fn with(folder: TempDir, start: Start) -> Self {
        let harness = window(start);
        Self { harness, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn app(&self) -> &App {
        self.harness.state()
    }

    fn is_said(&self, situation: Situation) -> bool {
        self.app().situations().contains(&situation)
    }

    /// Waits until it is said.
    fn says(&mut self, situation: Situation) {
        self.until(&format!("{situation:?} is said"), |app| {
            app.situations().contains(&situation)
        });
    }

    /// Waits until it is said no more.
    fn is_cured(&mut self, situation: Situation) {
        self.until(&format!("{situation:?} is cured"), |app| {
            !app.is_computing() && !app.situations().contains(&situation)
        });
    }

    fn until(&mut self, what: &str, holds: impl Fn(&App) -> bool) {
        until(&mut self.harness, what, holds);
    }

    /// Clicks on what has this in its name.
    fn press(&mut self, label: &str) {
        self.harness.get_by_label_contains(label).click();
        self.harness.run_steps(4);
    }

    fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run_steps(3);
    }

    fn command(&mut self, key: Key) {
        self.key(Modifiers::COMMAND, key);
    }

    /// Moves a reservoir's value, so that the document differs from its file.
    fn change(&mut self) {
        self.key(Modifiers::NONE, Key::H);
        assert!(self.app().is_unsaved());
    }

    fn type_path(&mut self, path: &Path, button: &str) {
        self.harness
            .get_by_label("path")
            .set_text_value_accesskit(&path.display().to_string());
        self.harness.run_steps(2);
        self.harness.get_by_label(button).click();
        self.harness.run_steps(3);
    }

    fn drop_file(&mut self, path: PathBuf) {
        let dropped = std::sync::Arc::new(Dropped(path));
        self.harness.input_mut().dropped_files.push(dropped);
        self.harness.run_steps(3);
    }

    /// Opens the good file with the dialog that is up.
    fn open_good(&mut self) {
        let path = self.path("good.json");
        fs::write(&path, THREE).unwrap();
        self.type_path(&path, "Open");
        assert_eq!(self.app().document().network.name, "Three tanks");
    }
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl eframe::egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        fs::read(&self.0).map_err(|error| error.to_string())
    }
}

const THREE: &str = include_str!("../presets/three-tanks.json");
const FOLD: &str = include_str!("../presets/fold.json");

fn network(platform: &str, nodes: &str, edges: &str, rest: &str) -> String {
    format!(
        r#"{{"format":"thermonet/1","name":"Case","platform":"{platform}","nodes":[{nodes}],"edges":[{edges}]{rest}}}"#
    )
}

/// An input, an output, and a conductor between them.
fn wire(rest: &str) -> String {
    network(
        "electronic",
        r#"{"id":"x","role":"input","value":1},{"id":"y","role":"output","leak":1}"#,
        r#"{"id":"e","from":"x","to":"y","device":{"kind":"ohmic","conductance":1}}"#,
        rest,
    )
}

/// The same of molecules.
fn pipe(rest: &str) -> String {
    network(
        "chemical",
        r#"{"id":"x","role":"input","value":1},{"id":"y","role":"output","leak":1}"#,
        r#"{"id":"e","from":"x","to":"y","device":{"kind":"diffusion","rate":1}}"#,
        rest,
    )
}

const DATA: &str = r#","task":{"inputs":["x"],"outputs":["y"],"data":"rows.csv"}"#;

#[test]
fn every_situation_is_told_and_its_remedy_cures_it() {
    for situation in Situation::ALL {
        eprintln!("{situation:?}");
        let walk: fn() = match situation {
            Situation::Island => island,
            Situation::Oscillates => oscillates,
            Situation::Slow => slow,
            Situation::Frozen => frozen,
            Situation::Balanced => balanced,
            Situation::HiddenFuel => hidden_fuel,
            Situation::Formula => formula,
            Situation::NoInput => no_input,
            Situation::NoOutput => no_output,
            Situation::NoTask => no_task,
            Situation::RowOutOfRange => row_out_of_range,
            Situation::DataFile => data_file,
            Situation::Task => task,
            Situation::Training => training,
            Situation::Diverged => diverged,
            Situation::Unreadable => unreadable,
            Situation::Malformed => malformed,
            Situation::Newer => newer,
            Situation::Unwritable => unwritable,
            Situation::DiskFull => disk_full,
            Situation::ChangedOnDisk => changed_on_disk,
            Situation::OlderThanFile => older_than_file,
            Situation::BrokenAutosave => broken_autosave,
            Situation::NotKept => not_kept,
            Situation::Clipboard => clipboard,
            Situation::Refused => refused,
            Situation::NoPreset => no_preset,
        };
        walk();
    }
}

fn island() {
    let mut case = Case::open(&network(
        "electronic",
        r#"{"id":"x","role":"input","value":1},{"id":"y","role":"output","leak":1},
           {"id":"p","role":"hidden","initial":2},{"id":"q","role":"hidden"}"#,
        r#"{"id":"e","from":"x","to":"y","device":{"kind":"ohmic","conductance":1}},
           {"id":"f","from":"p","to":"q","device":{"kind":"ohmic","conductance":1}}"#,
        "",
    ));
    case.says(Situation::Island);
    case.press("p and q reach neither a clamp nor ground");
    case.press("Show it");
    assert_eq!(case.app().selected().nodes.len(), 2);
    case.press("Technical");
    case.harness
        .get_by_label_contains("1 island(s); stored total 2");
    case.press("Give p a leak of 0.1");
    case.is_cured(Situation::Island);
    assert_eq!(case.app().undo_name(), Some("leak of p"));
}

fn oscillates() {
    let mut case = Case::open(include_str!("cli/oscillator.json"));
    case.says(Situation::Oscillates);
    case.press("it oscillates with period");
    case.press("Take the NDC out of");
    case.is_cured(Situation::Oscillates);
    assert_eq!(case.app().undo_name(), Some("take the NDC out"));
}

/// Two oscillators of different periods in one file: the whole never repeats itself.
fn slow() {
    let one = include_str!("cli/oscillator.json");
    let mut whole: serde_json::Value = serde_json::from_str(one).unwrap();
    for list in ["nodes", "edges"] {
        let mut all = whole[list].as_array().unwrap().clone();
        for mut other in whole[list].as_array().unwrap().clone() {
            for key in ["id", "from", "to"] {
                if let Some(id) = other[key].as_str() {
                    other[key] = format!("{id}2").into();
                }
            }
            if let Some(capacity) = other["capacity"].as_f64() {
                other["capacity"] = (capacity * 0.618_033_988_75).into();
            }
            all.push(other);
        }
        whole[list] = all.into();
    }
    let mut case = Case::open(&whole.to_string());
    case.says(Situation::Slow);
    case.press("still moving when the effort was spent");
    case.harness.get_by_label("Begin where it had come to");
    case.press("Take the NDC out of");
    case.is_cured(Situation::Slow);
}

fn frozen() {
    let mut case = Case::open(&network(
        "electronic",
        r#"{"id":"x","role":"input","value":5},{"id":"y","role":"output"}"#,
        r#"{"id":"e","from":"x","to":"y","device":{"kind":"quantum_dot","tunnel_rate":1,"level":90,"shift":0,"tracking":0}}"#,
        "",
    ));
    case.says(Situation::Frozen);
    case.press("nearly frozen");
    case.press("Give y a leak of 0.1");
    case.is_cured(Situation::Frozen);
}

/// Between two rails, through two dots that fall: like a pencil on its tip.
fn balanced() {
    let dot =
        r#""device":{"kind":"quantum_dot","tunnel_rate":1,"level":-4,"shift":1,"tracking":1}"#;
    let mut case = Case::open(&network(
        "electronic",
        r#"{"id":"hi","role":"bias","value":12},{"id":"lo","role":"bias","value":-12},{"id":"y","role":"output"}"#,
        &format!(
            r#"{{"id":"e","from":"hi","to":"y",{dot}}},{{"id":"f","from":"y","to":"lo",{dot}}}"#
        ),
        "",
    ));
    case.says(Situation::Balanced);
    case.press("unstable balance");
    case.press("Begin with y at 0.01");
    case.is_cured(Situation::Balanced);
}

fn hidden_fuel() {
    let enzyme =
        |k: u8| format!(r#""device":{{"kind":"enzyme","v_max":1,"k_m":1,"k_p":1,"k_eq":{k}}}"#);
    let mut case = Case::open(&network(
        "chemical",
        r#"{"id":"x","role":"input","value":1},{"id":"y","role":"output","leak":0}"#,
        &format!(
            r#"{{"id":"e","from":"x","to":"y",{}}},{{"id":"f","from":"x","to":"y",{}}}"#,
            enzyme(2),
            enzyme(5)
        ),
        "",
    ));
    case.says(Situation::HiddenFuel);
    case.press("by a hidden fuel of 0.916 k_BT per turn");
    case.press("Set k_eq of");
    case.is_cured(Situation::HiddenFuel);
}

fn formula() {
    let mut case = Case::open(&network(
        "electronic",
        r#"{"id":"x","role":"input","value":1},{"id":"y","role":"output","leak":1}"#,
        r#"{"id":"e","from":"x","to":"y","device":{"kind":"custom","formula":"g*(b-a)","parameters":{"g":0.2}}}"#,
        "",
    ));
    case.says(Situation::Formula);
    case.press("The formula of e: breaks the second law");
    case.press("Show it");
    case.press("Technical");
    case.harness.get_by_label_contains("g*(b-a)");
    case.press("Give e the formula");
    case.is_cured(Situation::Formula);
}

fn no_input() {
    let mut case = Case::open(&network(
        "electronic",
        r#"{"id":"r","role":"bias","value":1},{"id":"y","role":"output","leak":1}"#,
        r#"{"id":"e","from":"r","to":"y","device":{"kind":"ohmic","conductance":1}}"#,
        "",
    ));
    case.key(Modifiers::NONE, Key::G);
    assert!(case.is_said(Situation::NoInput));
    case.harness
        .get_by_label_contains("No reservoir is an input");
    case.press("Make r an input");
    case.is_cured(Situation::NoInput);
    case.key(Modifiers::NONE, Key::G);
    assert!(!case.is_said(Situation::NoInput));
    let network = &case.app().document().network;
    assert_eq!(network.node_by_id("r").unwrap().role, Role::Input);
}

fn no_output() {
    let mut case = Case::open(&network(
        "electronic",
        r#"{"id":"x","role":"input","value":1},{"id":"y","role":"hidden","leak":1}"#,
        r#"{"id":"e","from":"x","to":"y","device":{"kind":"ohmic","conductance":1}}"#,
        "",
    ));
    case.key(Modifiers::NONE, Key::C);
    assert!(case.is_said(Situation::NoOutput));
    case.harness
        .get_by_label_contains("No reservoir is an output");
    case.press("Make y an output");
    case.is_cured(Situation::NoOutput);
    case.key(Modifiers::NONE, Key::C);
    assert!(!case.is_said(Situation::NoOutput));
}

fn no_task() {
    let mut case = Case::open(&wire(""));
    case.key(Modifiers::NONE, Key::G);
    assert!(case.is_said(Situation::NoTask));
    case.harness.get_by_label("The network has no task.");
    case.press("Choose a task…");
    case.harness.get_by_label("sine").click();
    case.harness.run_steps(3);
    case.is_cured(Situation::NoTask);
    case.key(Modifiers::NONE, Key::Escape);
    case.key(Modifiers::NONE, Key::G);
    case.until("it is trained", |app| !app.training_losses().is_empty());
    assert!(case.app().situations().is_empty());
}

fn with_rows(json: &str, rows: &str) -> Case {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("net.json"), json).unwrap();
    fs::write(folder.path().join("rows.csv"), rows).unwrap();
    Case::reopen(folder)
}

fn row_out_of_range() {
    let mut case = with_rows(&pipe(DATA), "x,y\n1,0.2\n0,0.1\n-1,0.3\n");
    case.says(Situation::RowOutOfRange);
    case.press("A row of the task is outside the states there are");
    case.harness.get_by_label("task.rows[1]");
    case.press("Shift the inputs into range");
    case.is_cured(Situation::RowOutOfRange);
    assert_eq!(case.app().training_problem(), None);
}

fn data_file() {
    let mut case = with_rows(&wire(DATA), "x,y\n1,0.2\n0,none\n");
    case.says(Situation::DataFile);
    case.press("The rows in rows.csv cannot be used");
    case.harness
        .get_by_label("line 3, column 'y': 'none' is not a number");
    fs::write(case.path("rows.csv"), "x,y\n1,0.2\n0,0.1\n").unwrap();
    case.press("Read it again");
    case.is_cured(Situation::DataFile);
    assert_eq!(case.app().training_problem(), None);
    assert!(!case.app().is_unsaved());
}

fn task() {
    let mut case = Case::open(&wire(
        r#","task":{"inputs":["x"],"outputs":["y"],"function":{"expr":"1/x","from":-1,"to":1,"samples":3}}"#,
    ));
    case.says(Situation::Task);
    case.press("The task cannot be computed");
    case.harness
        .get_by_label("'1/x' has no finite value at x = 0");
    case.press("Choose a task…");
    case.harness.get_by_label("sine").click();
    case.harness.run_steps(3);
    case.is_cured(Situation::Task);
}

fn training() {
    let mut case = Case::open(&wire(
        r#","task":{"inputs":["x"],"outputs":["y"],"rows":[{"in":[1],"out":[0.4]}]},
           "training":{"rule":"spsa","optimizer":"levenberg_marquardt","steps":20}"#,
    ));
    case.until("the task is read", |app| !app.is_computing());
    case.key(Modifiers::NONE, Key::G);
    case.says(Situation::Training);
    case.press("The training cannot go on");
    case.harness.get_by_label("training.optimizer");
    case.press("Use Adam, and train");
    case.is_cured(Situation::Training);
    case.until("it is trained", |app| !app.training_losses().is_empty());
}

/// No start has an answer for every row; and a loss that is no number.
fn diverged() {
    let mut whole: serde_json::Value =
        serde_json::from_str(include_str!("cli/oscillator.json")).unwrap();
    whole["nodes"][0]["role"] = "input".into();
    whole["task"] = serde_json::json!({
        "inputs": ["hi"], "outputs": ["q"], "trainable": ["e1.tunnel_rate"], "rows": [{"in": [6], "out": [0.5]}]
    });
    // Its response takes a while, which nobody waits for.
    let mut case = Case::open(&wire(""));
    let path = case.path("oscillator.json");
    fs::write(&path, whole.to_string()).unwrap();
    case.drop_file(path);
    case.says(Situation::Oscillates);
    case.key(Modifiers::NONE, Key::G);
    case.says(Situation::Diverged);
    case.press("The training found no parameters to begin with");
    case.harness.get_by_label("task.rows[0]");
    case.harness.get_by_label("reaches no steady state");
    case.press("Technical");
    case.harness
        .get_by_label_contains("0 updates, 0 new starts; rate");
    case.press("Take the NDC out, and train");
    case.is_cured(Situation::Diverged);
    case.until("it is trained", |app| {
        app.training_losses()
            .first()
            .is_some_and(|losses| !losses.is_empty())
    });

    let mut case = Case::open(&wire(
        r#","task":{"inputs":["x"],"outputs":["y"],"rows":[{"in":[1],"out":[0.4]},{"in":[2],"out":[1e200]}]}"#,
    ));
    case.until("the task is read", |app| !app.is_computing());
    case.key(Modifiers::NONE, Key::G);
    case.says(Situation::Diverged);
    case.press("The training found no parameters to begin with");
    case.harness.get_by_label("task.rows[1]");
    case.press("Scale the targets, and train");
    case.is_cured(Situation::Diverged);
    case.until("it is trained", |app| {
        app.training_losses()
            .first()
            .is_some_and(|losses| !losses.is_empty())
    });
    let losses = case.app().training_losses();
    assert!(losses[0].iter().all(|loss| loss.is_finite()));
}

fn unreadable() {
    let mut case = Case::open(&wire(""));
    case.command(Key::O);
    let path = case.path("gone.json");
    case.type_path(&path, "Open");
    assert!(case.is_said(Situation::Unreadable));
    case.harness.get_by_label("gone.json could not be opened");
    case.harness.get_by_label("there is no such file");
    case.press("Open another…");
    case.open_good();
    case.is_cured(Situation::Unreadable);
}

fn malformed() {
    let mut case = Case::open(&wire(""));
    let path = case.path("broken.json");
    fs::write(
        &path,
        "{\n  \"format\": \"thermonet/1\"\n  \"nodes\": []\n}",
    )
    .unwrap();
    case.drop_file(path);
    assert!(case.is_said(Situation::Malformed));
    case.harness
        .get_by_label("broken.json is not a network this program can open");
    case.harness.get_by_label("line 3, column 3");
    case.press("Open another…");
    case.open_good();
    case.is_cured(Situation::Malformed);
}

fn newer() {
    let mut case = Case::open(&wire(""));
    let path = case.path("new.json");
    fs::write(&path, wire("").replace("thermonet/1", "thermonet/7")).unwrap();
    case.drop_file(path);
    assert!(case.is_said(Situation::Newer));
    case.harness
        .get_by_label("new.json was written by a newer thermonet");
    case.press("Open another…");
    case.open_good();
    case.is_cured(Situation::Newer);
}

fn unwritable() {
    let mut case = Case::open(&wire(""));
    case.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    let path = case.path("no/such/folder/a.json");
    case.type_path(&path, "Save");
    assert!(case.is_said(Situation::Unwritable));
    case.harness.get_by_label("there is no such folder");
    case.press("Save elsewhere…");
    let path = case.path("b.json");
    case.type_path(&path, "Save");
    assert!(path.exists());
    case.is_cured(Situation::Unwritable);
}

/// No room for the file, and none for what is kept beside the program: the work stays, and goes elsewhere.
fn disk_full() {
    let folder = tempfile::tempdir().unwrap();
    let (full, free) = (folder.path().join("full"), folder.path().join("free"));
    fs::create_dir(&full).unwrap();
    fs::create_dir(&free).unwrap();
    let path = full.join("net.json");
    fs::write(&path, FOLD).unwrap();
    let start = Start {
        file: Some(path.clone()),
        disk: Disk { full: Some(full) },
        ..Case::start(&folder)
    };
    let mut case = Case::with(folder, start);
    case.change();
    case.command(Key::S);
    assert!(case.is_said(Situation::DiskFull));
    case.harness
        .get_by_label("The disk is full: the network was not saved; it is still here, unchanged");
    case.harness.get_by_label(&path.display().to_string());
    case.press("Technical");
    case.harness.get_by_label_contains("StorageFull");
    assert_eq!(fs::read_to_string(&path).unwrap(), FOLD);
    case.press("Try again");
    assert!(case.is_said(Situation::DiskFull) && case.app().is_unsaved());
    case.press("Save elsewhere…");
    let elsewhere = free.join("net.json");
    case.type_path(&elsewhere, "Save");
    assert!(elsewhere.exists() && !case.app().is_unsaved());
    case.is_cured(Situation::DiskFull);

    let folder = tempfile::tempdir().unwrap();
    let start = Case::start(&folder);
    let start = Start {
        preset: Some("fold".to_owned()),
        disk: Disk {
            full: start.state_folder.clone(),
        },
        ..start
    };
    let mut case = Case::with(folder, start);
    case.change();
    case.says(Situation::DiskFull);
    case.harness
        .get_by_label_contains("The disk is full, so unsaved changes cannot be kept");
    case.press("Save elsewhere…");
    let path = case.path("safe.json");
    case.type_path(&path, "Save");
    assert!(path.exists());
    case.is_cured(Situation::DiskFull);
}

/// Somebody else saves the file that is open here.
fn changed_on_disk() {
    let other = FOLD.replace("\"Fold\"", "\"Fold of another\"");
    for remedy in ["Save over it", "Open net.json"] {
        let mut case = Case::open(FOLD);
        let path = case.path("net.json");
        case.change();
        fs::write(&path, &other).unwrap();
        // It is noticed without being asked for, and once.
        case.says(Situation::ChangedOnDisk);
        case.press("Dismiss");
        case.harness.run_steps(150);
        assert!(!case.is_said(Situation::ChangedOnDisk));
        case.command(Key::S);
        assert!(case.is_said(Situation::ChangedOnDisk));
        assert_eq!(fs::read_to_string(&path).unwrap(), other);
        case.press(remedy);
        case.is_cured(Situation::ChangedOnDisk);
        let saved = fs::read(&path).unwrap();
        if remedy == "Save over it" {
            assert_eq!(read(&saved).unwrap().document.network.name, "Fold");
            // What this window wrote itself is no change of somebody else.
            case.change();
            case.command(Key::S);
            assert!(!case.app().is_unsaved() && case.app().situations().is_empty());
        } else {
            assert_eq!(case.app().document().network.name, "Fold of another");
            case.press("Bring back");
            assert_eq!(case.app().document().network.name, "Fold");
            assert!(case.app().is_unsaved());
            // What is brought back still does not go over the other's work unasked.
            case.command(Key::S);
            assert!(case.is_said(Situation::ChangedOnDisk));
            assert_eq!(fs::read_to_string(&path).unwrap(), other);
        }
    }
}

fn older_than_file() {
    let mut case = Case::open(FOLD);
    case.change();
    let Case { harness, folder } = case;
    drop(harness);
    let path = folder.path().join("net.json");
    fs::write(&path, FOLD.replace("\"Fold\"", "\"Fold of another\"")).unwrap();
    let later = SystemTime::now() + Duration::from_mins(1);
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(later).unwrap();
    let start = Case::start(&folder);
    let mut case = Case::with(folder, start);
    assert!(case.is_said(Situation::OlderThanFile));
    // Saving does not go over what is newer.
    case.command(Key::S);
    assert!(case.is_said(Situation::ChangedOnDisk));
    case.key(Modifiers::NONE, Key::Escape);
    case.press("Open net.json");
    case.is_cured(Situation::OlderThanFile);
    assert_eq!(case.app().document().network.name, "Fold of another");
}

fn broken_autosave() {
    let mut case = Case::open(FOLD);
    case.change();
    let Case { harness, folder } = case;
    drop(harness);
    let autosave = folder.path().join("state/autosave");
    let kept = |end: &str| {
        let mut entries = fs::read_dir(&autosave)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        entries
            .find(|path| path.to_string_lossy().ends_with(end))
            .unwrap()
    };
    fs::write(kept(".json"), "{ half a fi").unwrap();
    let start = Case::start(&folder);
    let mut case = Case::with(folder, start);
    assert!(case.is_said(Situation::BrokenAutosave));
    case.harness
        .get_by_label("Unsaved work of an earlier run could not be read");
    fs::write(kept(".broken"), THREE).unwrap();
    case.press("Open it when it is repaired…");
    case.harness.get_by_label("Open").click();
    case.harness.run_steps(3);
    assert_eq!(case.app().document().network.name, "Three tanks");
    case.is_cured(Situation::BrokenAutosave);
}

fn not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = folder.path().join("a file");
    fs::write(&blocked, "not a folder").unwrap();
    let start = Start {
        preset: Some("fold".to_owned()),
        state_folder: Some(blocked),
        ..Start::default()
    };
    let mut case = Case::with(folder, start);
    assert!(case.is_said(Situation::NotKept));
    case.harness
        .get_by_label("Unsaved work will not survive a crash");
    case.press("Save elsewhere…");
    let path = case.path("safe.json");
    case.type_path(&path, "Save");
    assert!(path.exists());
    case.is_cured(Situation::NotKept);
}

fn clipboard() {
    let mut case = Case::open(&wire(""));
    case.harness
        .event(Event::Paste("a shopping list".to_owned()));
    case.harness.run_steps(3);
    assert!(case.is_said(Situation::Clipboard));
    case.harness.get_by_label("The clipboard holds no network");
    case.harness
        .get_by_label("It holds 15 characters of something else.");
    case.press("Open a file…");
    case.open_good();
    case.is_cured(Situation::Clipboard);
}

fn refused() {
    let mut case = Case::open(&network(
        "electronic",
        r#"{"id":"p","role":"hidden","leak":1}"#,
        "",
        "",
    ));
    let path = case.path("rows.csv");
    fs::write(&path, "x,y\n1,1\n").unwrap();
    case.drop_file(path);
    assert!(case.is_said(Situation::Refused));
    case.harness.get_by_label("The data need an input");
    // One role after the other, and then the file is taken.
    case.press("Make p an input");
    assert!(case.is_said(Situation::Refused));
    case.harness.get_by_label("The data need an output");
    case.press("New output");
    case.is_cured(Situation::Refused);
    assert!(case.app().document().task.is_some());

    // An id that is taken.
    let mut case = Case::open(&wire(""));
    case.press("reservoir y");
    case.harness.get_by_label("edit id").click();
    case.harness.run_steps(3);
    case.command(Key::A);
    case.harness.event(Event::Text("x".to_owned()));
    case.harness.run_steps(2);
    case.key(Modifiers::NONE, Key::Enter);
    assert!(case.is_said(Situation::Refused));
    case.harness.get_by_label("The change was not made");
    case.press("Technical");
    case.harness.get_by_label_contains("RenameNode");
    assert!(!case.app().is_unsaved());
    case.press("Call it x1");
    case.is_cured(Situation::Refused);
    assert!(case.app().document().network.node_by_id("x1").is_some());
    assert_eq!(case.app().undo_name(), Some("rename y"));
}

fn no_preset() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start {
        preset: Some("lach".to_owned()),
        ..Case::start(&folder)
    };
    let mut case = Case::with(folder, start);
    assert!(case.is_said(Situation::NoPreset));
    case.harness.get_by_label("There is no preset called lach");
    case.press("Technical");
    case.harness.get_by_label_contains("xor, ");
    case.press("Open Latch");
    assert_eq!(case.app().document().network.name, "Latch");
    case.is_cured(Situation::NoPreset);
}

/// Two documents whose revisions are counted alike are two all the same.
#[test]
fn another_document_has_its_own_task() {
    let mut case = Case::open(&wire(
        r#","task":{"inputs":["x"],"outputs":["y"],"rows":[{"in":[1],"out":[0.4]}]}"#,
    ));
    case.until("the task is read", |app| !app.is_computing());
    let path = case.path("other.json");
    fs::write(
        &path,
        wire(r#","task":{"inputs":["x"],"outputs":["y"],"data":"nowhere.csv"}"#),
    )
    .unwrap();
    case.drop_file(path);
    case.says(Situation::DataFile);
}
