//! Mutated network files: none brings the reader down, none is accepted that cannot be written and read back, and each
//! that is refused is told where.
//!
//! `cargo test` tries 20,000. A million take about half an hour on one processor:
//!
//! ```sh
//! THERMONET_FUZZ_FILES=1000000 cargo test --test fuzz -- mutated --nocapture
//! ```
//!
//! `THERMONET_FUZZ_SEED` begins another series, `THERMONET_FUZZ_FIRST` goes on from a file of it: each file depends on
//! the seed and its own number alone. A file that fails is written into the folder for temporary files, and its name
//! told.

#[path = "../hostile/mod.rs"]
mod hostile;
mod mutate;
mod sizes;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use hostile::{Watchdog, number};
use mutate::Corpus;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use thermonet::document::{Document, Loaded, Rejected, read, write};
use thermonet::learn::Task;
use thermonet::learn::objective::Objective;
use thermonet::physics::certificates::Certificates;
use thermonet::physics::dissipation::Dissipation;
use thermonet::physics::fuel::driven_cycles;
use thermonet::physics::noise;
use thermonet::solve::multistart;
use thermonet::solve::relax::Options as RelaxOptions;
use thermonet::solve::steady::{self, Options};
use thermonet::system::System;

/// One in so many accepted files is solved, too.
const SOLVED: u64 = 40;

/// What a process that reads one small file after the other may have held at most, in MiB.
const MOST_MEMORY: u64 = 1500;

#[derive(Debug, Default)]
struct Tally {
    accepted: u64,
    refused: u64,
    solved: u64,
    settled: u64,
}

#[test]
fn mutated_files_are_read_back_or_refused_with_a_place() {
    let files = number("THERMONET_FUZZ_FILES", 20_000);
    let seed = number("THERMONET_FUZZ_SEED", 1);
    let first = number("THERMONET_FUZZ_FIRST", 0);
    let corpus = Corpus::new();
    let watchdog = Watchdog::new();
    let mut tally = Tally::default();
    for n in first..first + files {
        // A large odd number spreads the seeds of neighbouring files over the whole range.
        let own = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ n;
        let mut rng = ChaCha8Rng::seed_from_u64(own);
        let bytes = corpus.mutated(&mut rng);
        watchdog.begin(format!("file {n} of seed {seed}"));
        let examined = catch_unwind(AssertUnwindSafe(|| examine(&bytes, &mut tally)));
        if let Err(panic) = examined {
            let path = std::env::temp_dir().join(format!("thermonet-fuzz-{seed}-{n}.json"));
            let _ = std::fs::write(&path, &bytes);
            eprintln!("file {n} of seed {seed}, kept as {}", path.display());
            resume_unwind(panic);
        }
        if n % 50_000 == 49_999 {
            eprintln!(
                "{} files: {tally:?}, peak {:?} MiB",
                n + 1 - first,
                peak_memory()
            );
        }
    }
    eprintln!("{tally:?}, peak {:?} MiB", peak_memory());
    // A mutator that breaks everything, or nothing, tests little.
    assert!(
        tally.accepted > files / 10 && tally.refused > files / 3,
        "{tally:?}"
    );
    assert!(peak_memory().is_none_or(|peak| peak < MOST_MEMORY));
}

fn examine(bytes: &[u8], tally: &mut Tally) {
    match read(bytes) {
        Ok(Loaded { document, notes }) => {
            assert!(notes.iter().all(|note| !note.place.is_empty()));
            tally.accepted += 1;
            let written = write(&document);
            let again = read(&written)
                .unwrap_or_else(|error| panic!("what was written is refused: {error}"));
            assert!(
                write(&again.document) == written,
                "what was read back is written differently"
            );
            let system = System::new(&document.network);
            let _ = system.flow(system.initial());
            if tally.accepted.is_multiple_of(SOLVED) && system.free_count() <= 60 {
                tally.solved += 1;
                tally.settled += u64::from(analyse(&document, &system));
            }
        }
        Err(Rejected { problems, .. }) => {
            tally.refused += 1;
            assert!(!problems.is_empty());
            for problem in &problems {
                let parts = [&problem.place, &problem.problem, &problem.remedy];
                assert!(parts.iter().all(|part| !part.is_empty()), "{problem:?}");
                assert!(
                    problem.to_string().len() < 10_000,
                    "a message of a page: {}",
                    problem.place
                );
            }
        }
    }
}

/// All that the window works out of a network by itself, with less effort for each. Returns whether it settles.
fn analyse(document: &Document, system: &System) -> bool {
    let options = Options {
        max_steps: 300,
        relax: RelaxOptions {
            relative: 1e-4,
            absolute: 1e-5,
        },
        ..Options::default()
    };
    let state = steady::solve(system, &options);
    let inputs = document.task.as_ref().map(Task::encoded_inputs);
    let mut certificates = Certificates::new(system, &inputs.unwrap_or_default());
    let _ = driven_cycles(system);
    let _ = Dissipation::at(system, &state.flow);
    if state.is_settled() {
        assert!(state.x.iter().all(|x| x.is_finite()));
        let variances = noise::variances(system, &state.flow);
        assert!(variances.is_none_or(|variances| variances.iter().all(|v| v.is_finite())));
        multistart::refute_unique(system, &state, &mut certificates);
    }
    if let Some(task) = &document.task {
        let _ = Objective::new(&document.network, system, task, None);
    }
    state.is_settled()
}

/// The most memory that this process has held so far, in MiB, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}
