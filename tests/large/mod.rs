//! Large networks, as files: what window and frames are measured and tested with.

use serde_json::{Value, json};

/// Currents of dots differ from edge to edge; so does where they turn over.
fn dot(k: usize) -> Value {
    let share = (k as f64 * 0.618_033_988_75).fract();
    json!({
        "kind": "quantum_dot", "tunnel_rate": 0.05 + 0.1 * share, "level": 2.0 - 4.0 * share,
        "shift": 0.3 + 0.5 * (k % 3) as f64
    })
}

/// A lattice of dots, `columns` by `rows`, with as many edges as are asked for: to the right and down, then along the
/// diagonals and to the next but one. The first column is inputs that never rest, the last one outputs.
pub(crate) fn lattice(columns: usize, rows: usize, edges: usize) -> String {
    let id = |column: usize, row: usize| format!("n{column}_{row}");
    let mut nodes = Vec::new();
    let mut links = Vec::new();
    for column in 0..columns {
        for row in 0..rows {
            let at = [180.0 * column as f64, 130.0 * row as f64];
            let id = id(column, row);
            nodes.push(if column == 0 {
                let signal = json!({
                    "shape": "sine", "amplitude": 2.0, "period": 3.0 + row as f64, "phase": 0.0
                });
                json!({"id": id, "role": "input", "value": 3.0, "signal": signal, "at": at})
            } else {
                let role = if column + 1 == columns {
                    "output"
                } else {
                    "hidden"
                };
                json!({"id": id, "role": role, "leak": 0.1, "at": at})
            });
        }
    }
    let ways = [(1, 0), (0, 1), (1, 1), (2, 0), (0, 2), (2, 1), (1, 2)];
    'ways: for (right, down) in ways {
        for column in 0..columns.saturating_sub(right) {
            for row in 0..rows.saturating_sub(down) {
                if links.len() == edges {
                    break 'ways;
                }
                let k = links.len();
                links.push(json!({
                    "id": format!("e{k}"), "from": id(column, row), "to": id(column + right, row + down),
                    "device": dot(k)
                }));
            }
        }
    }
    assert_eq!(links.len(), edges, "the lattice has room for its edges");
    json!({
        "format": "thermonet/1", "name": "Lattice", "platform": "electronic", "nodes": nodes, "edges": links
    })
    .to_string()
}

/// A network of dots in layers, each fully joined to the next, with a task of so many rows: classes for the outputs.
pub(crate) fn layered(layers: [usize; 3], rows: usize) -> String {
    let roles = ["input", "hidden", "output"];
    let id = |layer: usize, k: usize| format!("{}{k}", ["x", "h", "y"][layer]);
    let mut nodes = Vec::new();
    let mut links = Vec::new();
    for (layer, &count) in layers.iter().enumerate() {
        for k in 0..count {
            nodes.push(if layer == 0 {
                let value = 2.0 * ((k * 7 % 10) as f64 / 10.0);
                json!({"id": id(layer, k), "role": roles[layer], "value": value})
            } else {
                json!({"id": id(layer, k), "role": roles[layer], "leak": 0.5})
            });
        }
    }
    for layer in 0..2 {
        for from in 0..layers[layer] {
            for to in 0..layers[layer + 1] {
                let k = links.len();
                links.push(json!({
                    "id": format!("e{k}"), "from": id(layer, from), "to": id(layer + 1, to), "device": dot(k)
                }));
            }
        }
    }
    let rows: Vec<Value> = (0..rows)
        .map(|row| {
            let input: Vec<f64> = (0..layers[0])
                .map(|k| ((k * 13 + row * 29) % 17) as f64 / 8.0)
                .collect();
            json!({"in": input, "class": row % layers[2]})
        })
        .collect();
    let names =
        |layer: usize| -> Vec<String> { (0..layers[layer]).map(|k| id(layer, k)).collect() };
    json!({
        "format": "thermonet/1", "name": "Digits", "platform": "electronic", "nodes": nodes, "edges": links,
        "task": {
            "inputs": names(0), "outputs": names(2), "loss": "softmax_cross_entropy", "rows": rows
        },
        "training": {"rule": "implicit", "optimizer": "adam", "rate": 0.01, "steps": 100_000, "seed": 0}
    })
    .to_string()
}
