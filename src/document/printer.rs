//! Prints a JSON tree for people: what fits on a line stays on it, the rest is broken open.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// The widest line of a list or object that is not broken open: a device with five parameters still fits.
const WIDTH: usize = 160;

/// The text of a tree, ending in a line break. The outermost object is always broken open.
pub(super) fn print(root: &Map<String, Value>) -> String {
    let mut out = String::new();
    object(&mut out, root, 0);
    out.push('\n');
    out
}

fn value(out: &mut String, tree: &Value, depth: usize) {
    let start = out.len();
    if inline(out, tree, start + WIDTH) {
        return;
    }
    out.truncate(start);
    match tree {
        Value::Object(map) => object(out, map, depth),
        Value::Array(items) => open_list(out, items, depth),
        scalar => write_scalar(out, scalar),
    }
}

fn object(out: &mut String, map: &Map<String, Value>, depth: usize) {
    out.push('{');
    for (i, (key, item)) in map.iter().enumerate() {
        open_line(out, i, depth + 1);
        write_key(out, key);
        value(out, item, depth + 1);
    }
    if !map.is_empty() {
        close_line(out, depth);
    }
    out.push('}');
}

fn open_list(out: &mut String, items: &[Value], depth: usize) {
    out.push('[');
    for (i, item) in items.iter().enumerate() {
        open_line(out, i, depth + 1);
        value(out, item, depth + 1);
    }
    close_line(out, depth);
    out.push(']');
}

fn open_line(out: &mut String, position: usize, depth: usize) {
    if position > 0 {
        out.push(',');
    }
    out.push('\n');
    indent(out, depth);
}

fn close_line(out: &mut String, depth: usize) {
    out.push('\n');
    indent(out, depth);
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}

/// Prints on one line; false as soon as the text is longer than `limit`, or a list of objects is met: such lists are
/// open even when short, so that adding an element changes one line.
fn inline(out: &mut String, tree: &Value, limit: usize) -> bool {
    match tree {
        Value::Array(items) if items.iter().any(Value::is_object) => return false,
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                if !inline(out, item, limit) {
                    return false;
                }
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (i, (key, item)) in map.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                write_key(out, key);
                if !inline(out, item, limit) {
                    return false;
                }
            }
            out.push('}');
        }
        scalar => write_scalar(out, scalar),
    }
    out.len() <= limit
}

fn write_key(out: &mut String, key: &str) {
    write_scalar(out, &Value::from(key));
    out.push_str(": ");
}

/// Writes a scalar as serde_json prints it: text escaped, numbers in the fewest digits that read back the same.
fn write_scalar(out: &mut String, scalar: &Value) {
    // Writing to a string does not fail.
    let _ = write!(out, "{scalar}");
}
