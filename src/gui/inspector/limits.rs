//! The ends of sliders that the user has chosen: kept in the document's `app` part, under `limits`.

use serde_json::{Map, Value, json};

use crate::device::ParamRange;
use crate::document::{Document, Edit};

/// Where they are kept.
const KEY: &str = "limits";

/// The ends chosen for the slider of this name, such as `quantum_dot.level`. What makes no sense is passed over: a
/// file may hold anything there.
pub(super) fn limits(document: &Document, name: &str, range: ParamRange) -> Option<[f64; 2]> {
    let ends = document.app.get(KEY)?.get(name)?.as_array()?;
    let [lo, hi] = ends.as_slice() else {
        return None;
    };
    let (lo, hi) = (lo.as_f64()?, hi.as_f64()?);
    (lo < hi && range.contains(lo) && range.contains(hi)).then_some([lo, hi])
}

/// The change that gives a slider these ends, or its usual ones.
pub(super) fn set_limits(document: &Document, name: &str, ends: Option<[f64; 2]>) -> Edit {
    let mut app = document.app.clone();
    let mut all = match app.remove(KEY) {
        Some(Value::Object(all)) => all,
        _ => Map::new(),
    };
    match ends {
        Some(ends) => {
            all.insert(name.to_owned(), json!(ends));
        }
        None => {
            all.remove(name);
        }
    }
    if !all.is_empty() {
        app.insert(KEY.to_owned(), Value::Object(all));
    }
    Edit::SetApp(app)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Platform;
    use crate::network::Network;

    #[test]
    fn nonsense_is_passed_over() {
        let mut document = Document::new(Network::new(Platform::Electronic));
        for nonsense in [
            json!(3),
            json!([1, 2]),
            json!({"level": "wide"}),
            json!({"level": [1]}),
            json!({"level": [2, 1]}),
            json!({"level": [1, null]}),
            json!({"level": [-1, 1]}),
        ] {
            document.app.insert(KEY.to_owned(), nonsense.clone());
            let found = limits(&document, "level", ParamRange::Positive);
            assert_eq!(found, None, "{nonsense}");
        }
    }

    #[test]
    fn ends_are_kept_and_taken_back() {
        let mut document = Document::new(Network::new(Platform::Electronic));
        document.app.insert("notes".to_owned(), json!([1]));
        let before = document.clone();
        let edit = set_limits(&document, "quantum_dot.level", Some([-2.5, 1.0]));
        document.apply(&edit).unwrap();
        let found = limits(&document, "quantum_dot.level", ParamRange::Real);
        assert_eq!(found, Some([-2.5, 1.0]));
        let edit = set_limits(&document, "quantum_dot.level", None);
        document.apply(&edit).unwrap();
        assert_eq!(document, before);
    }
}
