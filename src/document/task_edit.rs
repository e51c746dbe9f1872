//! What becomes of a task when the reservoirs and devices it names go away or change their part.

use super::check::{self, End};
use crate::learn::{Row, Source, Target, Task};
use crate::network::{Network, NodeKey, Role};

/// The task without a reservoir: its column leaves every row. `None` if no input, output or row is left.
pub(super) fn without_node(task: Task, key: NodeKey) -> Option<Task> {
    without_end(task, key, End::Input).and_then(|task| without_end(task, key, End::Output))
}

/// The task without a reservoir at the ends that do not suit its new role.
pub(super) fn without_unsuited(task: Task, key: NodeKey, role: Role) -> Option<Task> {
    let end = if role.is_clamped() {
        End::Output
    } else {
        End::Input
    };
    without_end(task, key, end)
}

/// The task without the trainables whose element or parameter is gone. A list that loses its last one is no list any
/// more: training nothing is hardly meant.
pub(super) fn without_lost_trainables(mut task: Task, network: &Network) -> Task {
    if let Some(list) = &mut task.trainable {
        let before = list.len();
        list.retain(|&item| check::trainable_exists(item, network));
        if list.is_empty() && before > 0 {
            task.trainable = None;
        }
    }
    task
}

fn without_end(mut task: Task, key: NodeKey, end: End) -> Option<Task> {
    let list = match end {
        End::Input => &mut task.inputs,
        End::Output => &mut task.outputs,
    };
    let Some(column) = list.iter().position(|&listed| listed == key) else {
        return Some(task);
    };
    list.remove(column);
    if list.is_empty() {
        return None;
    }
    if let Source::Rows(rows) = &mut task.source {
        let kept: Vec<Row> = std::mem::take(rows)
            .into_iter()
            .filter_map(|row| without_column(row, column, end))
            .collect();
        if kept.is_empty() {
            return None;
        }
        *rows = kept;
    }
    Some(task)
}

/// The row without a column; `None` if that was its class.
fn without_column(mut row: Row, column: usize, end: End) -> Option<Row> {
    match (&mut row.target, end) {
        (_, End::Input) => {
            row.input.remove(column);
        }
        (Target::Values(values), End::Output) => {
            values.remove(column);
        }
        (Target::Class(class), End::Output) if *class == column => return None,
        (Target::Class(class), End::Output) if *class > column => *class -= 1,
        (Target::Class(_), End::Output) => {}
    }
    Some(row)
}
