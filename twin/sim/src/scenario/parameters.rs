//! `[parameters]` and `[matrix]`: one story told with several values.
//!
//! `"${level}"` is replaced wherever it stands within quotes. A text that is nothing else becomes the
//! parameter itself, so that a number stays a number.

use super::error::{ScenarioError, unknown};
use super::node::{Node, Value};

/// Most combinations of a matrix: more is a study, not a scenario.
const MAX_VARIANTS: usize = 1000;

/// A parameter and its value.
pub(super) type Parameter = (String, Value);

/// Parameters as they are written, and each combination of the matrix with its label.
pub(super) struct Parameters {
    defaults: Vec<Parameter>,
    /// Changed parameters of each combination; one without changes if there is no matrix.
    variants: Vec<Vec<Parameter>>,
}

impl Parameters {
    /// Takes both tables out of the document.
    pub fn take(root: &mut Node) -> Result<Parameters, ScenarioError> {
        let defaults = match root.take("parameters") {
            Some(table) => parameters(&table)?,
            None => Vec::new(),
        };
        let variants = match root.take("matrix") {
            Some(table) => product(&table, &defaults)?,
            None => vec![Vec::new()],
        };
        Ok(Parameters { defaults, variants })
    }

    /// The document with all parameters as they are written.
    pub fn usual(&self, root: &Node) -> Result<Node, ScenarioError> {
        replaced(root, &self.defaults)
    }

    /// The document of each combination with its label, `level=70 %, phase=l1`.
    pub fn all(&self, root: &Node) -> Result<Vec<(String, Node)>, ScenarioError> {
        let variant = |changed: &Vec<Parameter>| {
            let mut values = self.defaults.clone();
            for (name, value) in changed {
                let known = values.iter_mut().find(|(known, _)| known == name);
                known.expect("a matrix changes parameters").1 = value.clone();
            }
            let label: Vec<String> =
                changed.iter().map(|(name, value)| format!("{name}={}", written(value))).collect();
            Ok((label.join(", "), replaced(root, &values)?))
        };
        self.variants.iter().map(variant).collect()
    }
}

fn parameters(table: &Node) -> Result<Vec<Parameter>, ScenarioError> {
    let Value::Table(entries) = &table.value else {
        return Err(ScenarioError::new(table.line, "\"parameters\" is a table of keys"));
    };
    let parameter = |entry: &super::node::Entry| {
        plain(&entry.node)?;
        Ok((entry.key.clone(), entry.node.value.clone()))
    };
    entries.iter().map(parameter).collect()
}

fn plain(node: &Node) -> Result<(), ScenarioError> {
    match node.value {
        Value::Text(_) | Value::Whole(_) | Value::Number(_) | Value::Flag(_) => Ok(()),
        Value::List(_) | Value::Table(_) => {
            Err(ScenarioError::new(node.line, "a parameter is a text, a number, true or false"))
        }
    }
}

/// All combinations, the last parameter changing fastest.
fn product(table: &Node, known: &[Parameter]) -> Result<Vec<Vec<Parameter>>, ScenarioError> {
    let Value::Table(entries) = &table.value else {
        return Err(ScenarioError::new(table.line, "\"matrix\" is a table of keys"));
    };
    let mut variants: Vec<Vec<Parameter>> = vec![Vec::new()];
    for entry in entries {
        let names = known.iter().map(|(name, _)| name.as_str());
        if !names.clone().any(|name| name == entry.key) {
            return Err(ScenarioError::new(entry.line, unknown("parameter", &entry.key, names)));
        }
        let values = entry.node.items();
        if values.is_empty() {
            let message = format!("\"{}\" is a list of the values to run with", entry.key);
            return Err(ScenarioError::new(entry.line, message));
        }
        values.iter().try_for_each(plain)?;
        if variants.len() * values.len() > MAX_VARIANTS {
            let message = format!("this makes more than {MAX_VARIANTS} combinations");
            return Err(ScenarioError::new(entry.line, message));
        }
        let with = |variant: &Vec<Parameter>, value: &Node| {
            let mut variant = variant.clone();
            variant.push((entry.key.clone(), value.value.clone()));
            variant
        };
        variants = variants.iter().flat_map(|old| values.iter().map(|v| with(old, v))).collect();
    }
    Ok(variants)
}

/// A copy of the tree with the parameters put in.
fn replaced(node: &Node, parameters: &[Parameter]) -> Result<Node, ScenarioError> {
    let value = match &node.value {
        Value::Text(text) => put_in(text, parameters, node.line)?,
        Value::List(items) => {
            let items = items.iter().map(|item| replaced(item, parameters));
            Value::List(items.collect::<Result<_, _>>()?)
        }
        Value::Table(entries) => {
            let mut entries = entries.clone();
            for entry in &mut entries {
                entry.node = replaced(&entry.node, parameters)?;
            }
            Value::Table(entries)
        }
        plain => plain.clone(),
    };
    Ok(Node { line: node.line, value })
}

fn put_in(text: &str, parameters: &[Parameter], line: usize) -> Result<Value, ScenarioError> {
    let mut said = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, behind) = after.split_once('}').ok_or_else(|| {
            ScenarioError::new(line, "\"${\" begins the name of a parameter, and \"}\" ends it")
        })?;
        let names = parameters.iter().map(|(name, _)| name.as_str());
        let (_, value) = parameters
            .iter()
            .find(|(known, _)| known == name)
            .ok_or_else(|| ScenarioError::new(line, unknown("parameter", name, names)))?;
        if text.len() == name.len() + "${}".len() {
            return Ok(value.clone());
        }
        said += before;
        said += &written(value);
        rest = behind;
    }
    Ok(Value::Text(said + rest))
}

fn written(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Whole(whole) => whole.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::List(_) | Value::Table(_) => unreachable!("a parameter is plain"),
    }
}
