//! Work that nobody waits for any more: it ends early, and what is gone on with later is as if it had not been tried.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use thermonet::document::Document;
use thermonet::document::presets::preset;
use thermonet::interrupt::Interrupt;
use thermonet::learn::objective::Objective;
use thermonet::learn::trainer::{Plan, Status, Trainer};
use thermonet::learn::{Function, Optimizer, Rule, Source, Training};
use thermonet::solve::steady::{self, Options, Outcome, Reason};
use thermonet::system::System;

/// Is raised when it is asked for the `n`-th time, and from then on.
fn at_the(n: usize) -> (Interrupt, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let interrupt = Interrupt::when(move || count.fetch_add(1, Ordering::Relaxed) + 1 >= n);
    (interrupt, asked)
}

/// The sine with so many rows that its steps are long ones.
fn sine() -> Document {
    let mut document = preset("sine").unwrap().load().unwrap().document;
    let task = document.task.as_mut().unwrap();
    let Source::Function(function) = &task.source else {
        panic!("the sine is given as a function");
    };
    task.source = Source::Function(Function {
        samples: 101,
        ..function.clone()
    });
    document
}

fn trainer(document: &Document, rule: Rule, optimizer: Optimizer) -> Trainer {
    let system = System::new(&document.network);
    let task = document.task.as_ref().unwrap();
    let objective = Objective::new(&document.network, &system, task, None).unwrap();
    let plan = Plan {
        training: Training {
            rule,
            optimizer,
            rate: 0.01,
            ..Training::default()
        },
        seed: Some(5),
        monotone: false,
    };
    Trainer::new(&document.network, task, objective, plan).unwrap()
}

#[test]
fn an_interrupted_step_can_be_taken_again_to_the_bit() {
    let document = sine();
    for (rule, optimizer, steps) in [
        (Rule::Implicit, Optimizer::Adam, 45),
        (Rule::AsymmetricEp, Optimizer::Sgd, 3),
        (Rule::Spsa, Optimizer::Adam, 3),
        (Rule::FiniteDifference, Optimizer::Adam, 2),
        (Rule::Implicit, Optimizer::LevenbergMarquardt, 3),
    ] {
        let mut whole = trainer(&document, rule, optimizer);
        let mut pieces = trainer(&document, rule, optimizer);
        let mut interrupted = 0;
        for step in 0..steps {
            assert_eq!(whole.step().unwrap(), Status::Running);
            // In the beginning, the middle and the end of a step, and so late that it is not reached.
            for n in [1, 2, 7, 40, 150 + 37 * step, 300] {
                let (interrupt, _) = at_the(n);
                pieces.set_interrupt(interrupt);
                if pieces.losses().len() > step {
                    break;
                }
                let taken = pieces.losses().len();
                match pieces.step().unwrap() {
                    Status::Interrupted => {
                        interrupted += 1;
                        assert_eq!(pieces.losses().len(), taken);
                    }
                    status => assert_eq!(status, Status::Running),
                }
            }
            pieces.set_interrupt(Interrupt::default());
            if pieces.losses().len() == step {
                assert_eq!(pieces.step().unwrap(), Status::Running);
            }
        }
        assert!(
            interrupted >= steps,
            "{rule:?} {optimizer:?}: {interrupted}"
        );
        assert_eq!(whole.losses(), pieces.losses(), "{rule:?} {optimizer:?}");
    }
}

#[test]
fn the_end_of_a_training_can_be_interrupted_and_asked_for_again() {
    let mut trainer = trainer(&sine(), Rule::Implicit, Optimizer::Adam);
    for _ in 0..3 {
        let _ = trainer.step().unwrap();
    }
    let (never, asked_in_all) = at_the(usize::MAX);
    let trained = trainer.clone().finish_unless(&never).unwrap();
    let (interrupt, asked) = at_the(50);
    assert!(trainer.clone().finish_unless(&interrupt).is_none());
    // What is left asks once for each row, instead of once for each step of its motion.
    let [asked, asked_in_all] = [asked, asked_in_all].map(|count| count.load(Ordering::Relaxed));
    assert!(3 * asked < asked_in_all, "{asked} of {asked_in_all}");
    assert_eq!(trained.best_loss, trainer.finish().best_loss);
}

#[test]
fn a_search_for_the_steady_state_ends_at_the_next_step() {
    let document = preset("xor").unwrap().load().unwrap().document;
    let system = System::new(&document.network);
    for is_unique in [false, true] {
        let (interrupt, asked) = at_the(4);
        let options = Options {
            is_unique,
            interrupt,
            ..Options::default()
        };
        let found = steady::solve(&system, &options);
        assert_eq!(found.outcome, Outcome::Unsettled(Reason::Slow));
        assert!(found.steps < 8, "{}", found.steps);
        assert!(asked.load(Ordering::Relaxed) < 12);
    }
}
