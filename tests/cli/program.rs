//! Runs the program and keeps what it said.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What one run of the program left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The program with these arguments, in the project's folder. It has no display: a window would be an error.
pub(crate) fn command(args: &[impl AsRef<OsStr>]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thermonet"));
    command
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .stdin(Stdio::null());
    command
}

/// Runs the program with these arguments.
pub(crate) fn run(args: &[impl AsRef<OsStr>]) -> Ran {
    let output = command(args).output().unwrap();
    Ran {
        code: output.status.code().expect("ended by a signal"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ran {
    /// Done: exit 0, nothing on stderr. Returns stdout.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{self:?}");
        self.stdout
    }

    /// The object on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let value: Value = serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("{error}: {self:?}");
        });
        assert!(value.is_object(), "{value}");
        value
    }

    /// Failed: exit 1, and one line on stderr that holds all these parts. Returns stdout.
    #[track_caller]
    pub(crate) fn failed(&self, parts: &[&str]) -> &str {
        assert_eq!(self.code, 1, "{self:?}");
        let line = self.stderr.strip_suffix('\n').unwrap();
        assert!(
            line.starts_with("thermonet: ") && !line.chars().any(char::is_control),
            "{self:?}"
        );
        for part in parts {
            assert!(line.contains(part), "'{part}' is not in: {line}");
        }
        &self.stdout
    }

    /// Wrong usage: exit 2, nothing on stdout, and these parts on stderr.
    #[track_caller]
    pub(crate) fn misused(&self, parts: &[&str]) {
        assert_eq!((self.code, self.stdout.as_str()), (2, ""), "{self:?}");
        for part in parts {
            assert!(self.stderr.contains(part), "'{part}' is not in: {self:?}");
        }
    }
}

/// Done, with `--json`: the object.
#[track_caller]
pub(crate) fn answer(args: &[&str]) -> Value {
    let mut args = args.to_vec();
    args.push("--json");
    let ran = run(&args);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    ran.json()
}

/// The keys of an object, sorted.
#[track_caller]
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    keys
}

/// The numbers of a list.
#[track_caller]
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    let items = value.as_array().unwrap();
    items.iter().map(|item| item.as_f64().unwrap()).collect()
}

/// A folder for files of one test, removed with it.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Writes a file; its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Writes a network with these reservoirs and edges; its path.
    pub(crate) fn network(&self, platform: &str, nodes: &Value, edges: &Value) -> String {
        let network = serde_json::json!({
            "format": "thermonet/1", "platform": platform, "nodes": nodes, "edges": edges,
        });
        let path = self.file("network.json", network.to_string());
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}
