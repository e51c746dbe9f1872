//! The numbers behind the training plots.

use super::coach::{Coach, Curve};
use super::pick::Pick;
use super::question::Question;
use super::response_plot::decode;
use crate::export::csv::{Cell, Table};
use crate::learn::objective::Goal;
use crate::network::{Network, Node};

/// The loss at each step, of the last run or of both of a comparison, then of earlier ones; and the monotone floor.
pub(crate) fn loss_table(coach: &Coach) -> Table {
    let shown: Vec<(&Curve, bool)> = coach.shown().collect();
    let floor = coach
        .question()
        .and_then(|question| question.floor_in_user_units());
    let mut earlier = 0;
    let names = shown.iter().map(|(curve, is_last)| {
        let twin = if curve.is_monotone {
            " without NDC"
        } else {
            ""
        };
        if *is_last {
            format!("loss{twin}")
        } else {
            earlier += 1;
            format!("loss{twin}, {earlier} run(s) before")
        }
    });
    let names: Vec<String> = names.collect();
    let mut table = Table::new(
        std::iter::once("step".to_owned())
            .chain(names)
            .chain(std::iter::once("monotone floor".to_owned())),
    );
    let steps = shown.iter().map(|(curve, _)| curve.record.losses.len());
    for step in 0..steps.max().unwrap_or(0) {
        let losses = shown.iter().map(|(curve, _)| {
            let loss = curve.record.losses.get(step);
            loss.map(|&loss| curve.question.loss_in_user_units(loss))
                .into()
        });
        table.push(
            std::iter::once(Cell::from(step as f64))
                .chain(losses)
                .chain(std::iter::once(floor.into())),
        );
    }
    table
}

/// What the network answers, point by point, then what it should: in the units of the task. Where it does not settle
/// there is no answer.
pub(crate) fn response_table(network: &Network, coach: &Coach) -> Table {
    let Some(question) = coach.seen_question() else {
        return Table::default();
    };
    let pick = coach.pick().within(question);
    let title = |keys: &[crate::network::NodeKey], k: usize| {
        let node = keys.get(k).and_then(|&key| network.node(key));
        node.map_or("?", Node::title).to_owned()
    };
    let task = &question.task;
    let inputs: Vec<String> = pick.along().map(|k| title(&task.inputs, k)).collect();
    let output = title(&task.outputs, pick.output);
    let mut table = Table::new(
        std::iter::once("what".to_owned())
            .chain(inputs)
            .chain(std::iter::once(output)),
    );
    let is_comparison = coach.is_comparison();
    let names = if is_comparison {
        ["with NDC", "without NDC"].as_slice()
    } else {
        ["response"].as_slice()
    };
    for (k, name) in names.iter().enumerate() {
        answers(&mut table, name, coach, k, question, pick);
    }
    for row in targets(question, pick) {
        table.push(std::iter::once(Cell::from("target")).chain(row.into_iter().map(Cell::from)));
    }
    table
}

fn answers(
    table: &mut Table,
    name: &str,
    coach: &Coach,
    k: usize,
    question: &Question,
    pick: Pick,
) {
    let Some((response, false)) = coach.responder(k).response() else {
        return;
    };
    let Some(&slot) = response.outputs.get(pick.output) else {
        return;
    };
    let decode = decode(question);
    let [columns, rows] = response.size();
    for j in 0..rows {
        for i in 0..columns {
            let at = response.axes.iter().zip([i, j]);
            let at = at.map(|(axis, k)| Cell::from(axis.at(k)));
            let answer = response.state(slot, i, j).map(|x| decode.invert(x));
            table.push(
                std::iter::once(Cell::from(name))
                    .chain(at)
                    .chain(std::iter::once(answer.into())),
            );
        }
    }
}

/// The rows of the task that the picture shows: inputs, then the target.
pub(super) fn targets(question: &Question, pick: Pick) -> Vec<Vec<f64>> {
    let decode = decode(question);
    let held = pick.held(question);
    let examples = question.objective.examples().iter();
    examples
        .filter(|example| Pick::shows(&held, example))
        .filter_map(|example| {
            let Goal::States(goal) = &example.goal else {
                return None;
            };
            let mut row = Vec::new();
            for k in pick.along() {
                row.push(question.task.encode.invert(*example.inputs.get(k)?));
            }
            row.push(decode.invert(*goal.get(pick.output)?));
            Some(row)
        })
        .collect()
}
