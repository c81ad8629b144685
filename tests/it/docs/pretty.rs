//! JSON as people write it: on one line what fits there.

use async_graphql::Value;

/// Characters of a line.
const WIDTH: usize = 100;

pub(super) fn pretty(value: &Value) -> String {
    let mut text = String::new();
    push(&mut text, value, 0);
    text
}

fn push(text: &mut String, value: &Value, depth: usize) {
    let line = one_line(value);
    let before = text.chars().rev().take_while(|char| *char != '\n').count();
    if before + line.chars().count() < WIDTH {
        text.push_str(&line);
        return;
    }
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (format!("{name:?}: ", name = name.as_str()), value))
            .collect(),
        Value::List(items) => items.iter().map(|item| (String::new(), item)).collect(),
        _ => return text.push_str(&line),
    };
    let (open, close) = if matches!(value, Value::Object(_)) { ('{', '}') } else { ('[', ']') };
    text.push(open);
    for (index, (name, part)) in parts.iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&"  ".repeat(depth + 1));
        text.push_str(name);
        push(text, part, depth + 1);
    }
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
    text.push(close);
}

fn one_line(value: &Value) -> String {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("\"{name}\": {}", one_line(value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::List(items) => {
            format!("[{}]", items.iter().map(one_line).collect::<Vec<_>>().join(", "))
        }
        value => serde_json::to_string(value).unwrap(),
    }
}

#[test]
fn what_fits_on_a_line_stands_on_one() {
    let long = format!("{{\"a\":[1,2],\"b\":{{\"c\":\"{}\",\"d\":{{}}}}}}", "x".repeat(90));
    let value: Value = serde_json::from_str(&long).unwrap();
    let expected = format!(
        "{{\n  \"a\": [1, 2],\n  \"b\": {{\n    \"c\": \"{}\",\n    \"d\": {{}}\n  }}\n}}",
        "x".repeat(90)
    );
    assert_eq!(pretty(&value), expected);
}
