//! JSON trees that can be written in any order and with anything put in.

use serde_json::{Map, Value};

/// In a tree, stands for a number beyond all floats.
pub(crate) const HUGE: &str = "\u{1}huge";

/// Draws numbers from a seed.
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Writes the tree with the members of each object in an order that is drawn.
pub(crate) fn write_shuffled(tree: &Value, draw: &mut Draw) -> String {
    match tree {
        Value::Object(members) => {
            let mut parts: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{}:{}", quoted(name), write_shuffled(value, draw)))
                .collect();
            for last in (1..parts.len()).rev() {
                parts.swap(last, draw.below(last + 1));
            }
            format!("{{{}}}", parts.join(","))
        }
        Value::Array(elements) => {
            let parts: Vec<_> = elements.iter().map(|value| write_shuffled(value, draw)).collect();
            format!("[{}]", parts.join(","))
        }
        Value::String(text) if text == HUGE => "1e999".into(),
        other => other.to_string(),
    }
}

pub(crate) fn write(tree: &Value) -> String {
    write_shuffled(tree, &mut Draw(0))
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Is shown an object and the names that lead to it.
type Visit<'v> = dyn FnMut(&[String], &mut Map<String, Value>) + 'v;

/// Shows every object in the tree, the inner ones first.
pub(crate) fn each_object(tree: &mut Value, visit: &mut Visit<'_>) {
    walk(tree, &mut Vec::new(), visit);
}

fn walk(tree: &mut Value, path: &mut Vec<String>, visit: &mut Visit<'_>) {
    match tree {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                path.push(name.clone());
                walk(value, path, visit);
                path.pop();
            }
            visit(path, members);
        }
        Value::Array(elements) => {
            for value in elements {
                walk(value, path, visit);
            }
        }
        _ => {}
    }
}

/// All texts in the tree that hold `part`.
pub(crate) fn texts_with<'a>(tree: &'a Value, part: &str, found: &mut Vec<&'a str>) {
    match tree {
        Value::Object(members) => {
            members.values().for_each(|value| texts_with(value, part, found));
        }
        Value::Array(elements) => elements.iter().for_each(|value| texts_with(value, part, found)),
        Value::String(text) if text.contains(part) => found.push(text),
        _ => {}
    }
}
