//! Where SQLite and PostgreSQL differ. Everything else speaks one SQL.

use sea_orm::{
    DbBackend, Value,
    sea_query::{ArrayType, Expr, ExprTrait, LikeExpr, SelectStatement},
};

/// `column` is one of `ids`: one parameter, however many there are.
pub fn in_ids(backend: DbBackend, column: Expr, ids: impl Iterator<Item = u32>) -> Expr {
    match backend {
        DbBackend::Postgres => {
            Expr::cust_with_exprs("$1 = ANY($2)", [column, Expr::val(array(ids))])
        }
        _ => Expr::cust_with_exprs(
            "? IN (SELECT value FROM json_each(?))",
            [column, Expr::val(json_list(ids))],
        ),
    }
}

/// Keys as one value of PostgreSQL.
pub(super) fn array(ids: impl Iterator<Item = u32>) -> Value {
    // They come from a counter that starts at 1 and stays below 2^31.
    let ids = ids.map(|id| Value::Int(Some(id.cast_signed()))).collect();
    Value::Array(ArrayType::Int, Some(Box::new(ids)))
}

/// `column` is one of `texts`: one parameter, however many there are.
pub fn in_texts(backend: DbBackend, column: Expr, texts: &[String]) -> Expr {
    match backend {
        DbBackend::Postgres => {
            let texts = texts.iter().map(|text| Value::from(text.as_str())).collect();
            let texts = Value::Array(ArrayType::String, Some(Box::new(texts)));
            Expr::cust_with_exprs("$1 = ANY($2)", [column, Expr::val(texts)])
        }
        _ => Expr::cust_with_exprs(
            "? IN (SELECT value FROM json_each(?))",
            [column, Expr::val(serde_json::Value::from(texts).to_string())],
        ),
    }
}

/// `column` is one of `numbers`: one parameter, however many there are.
pub fn in_numbers(backend: DbBackend, column: Expr, numbers: &[i64]) -> Expr {
    match backend {
        DbBackend::Postgres => {
            let numbers = numbers.iter().map(|number| Value::BigInt(Some(*number))).collect();
            let numbers = Value::Array(ArrayType::BigInt, Some(Box::new(numbers)));
            Expr::cust_with_exprs("$1 = ANY($2)", [column, Expr::val(numbers)])
        }
        _ => Expr::cust_with_exprs(
            "? IN (SELECT value FROM json_each(?))",
            [column, Expr::val(serde_json::Value::from(numbers).to_string())],
        ),
    }
}

/// `key` is the `owner` of one of `rows`, which select nothing yet.
///
/// SQLite finds the rows once, by what they are, and looks keys up among them: asked for each key,
/// it may scan all rows for every one. PostgreSQL joins, which needs no memory for all rows, and
/// still can under NOT and OR.
pub fn owns(backend: DbBackend, key: Expr, owner: Expr, mut rows: SelectStatement) -> Expr {
    match backend {
        DbBackend::Postgres => {
            rows.expr(Expr::val(1)).and_where(owner.eq(key));
            Expr::exists(rows)
        }
        _ => {
            rows.expr(owner);
            key.in_subquery(rows)
        }
    }
}

/// `rows` as they are joined with others otherwise than by contact: PostgreSQL finds them first, for
/// Citus joins what lies on several nodes only if it need not know that it does.
pub fn found_first(backend: DbBackend, mut rows: SelectStatement) -> SelectStatement {
    if backend == DbBackend::Postgres {
        rows.offset(0);
    }
    rows
}

fn json_list(ids: impl Iterator<Item = u32>) -> String {
    let mut list = String::from("[");
    for id in ids {
        if 1 < list.len() {
            list.push(',');
        }
        list += &id.to_string();
    }
    list.push(']');
    list
}

/// `first`, `first + 1` …, row by row in the order of `order`.
pub fn numbered(backend: DbBackend, first: i64, order: Expr) -> Expr {
    match backend {
        DbBackend::Postgres => Expr::cust_with_exprs(
            "$1 - 1 + ROW_NUMBER() OVER (ORDER BY $2)",
            [Expr::val(first), order],
        ),
        _ => Expr::cust_with_exprs(
            "? - 1 + ROW_NUMBER() OVER (ORDER BY ?)",
            [Expr::val(first), order],
        ),
    }
}

/// `prefix` and `number` in at least `width` digits, with zeros in front.
pub fn padded(backend: DbBackend, prefix: &str, width: i32, number: Expr) -> Expr {
    match backend {
        // Its lpad cuts off what is longer.
        DbBackend::Postgres => Expr::cust_with_exprs(
            "$1 || LPAD(($2)::text, GREATEST($3, LENGTH(($2)::text)), '0')",
            [Expr::val(prefix), number, Expr::val(width)],
        ),
        _ => Expr::cust_with_exprs(
            "? || PRINTF('%0*d', ?, ?)",
            [Expr::val(prefix), Expr::val(width), number],
        ),
    }
}

/// So many times a whole number as there are rows in the group, however much that is. SQLite goes on in
/// floating point by itself where no whole number holds it.
pub fn times_count(backend: DbBackend, number: Expr) -> Expr {
    let count = Expr::cust("COUNT(*)");
    match backend {
        DbBackend::Postgres => number.cast_as("numeric").mul(count),
        _ => number.mul(count),
    }
}

/// `column` starts with `prefix`, to the letter. A range, so that an index on the column serves
/// on both databases, and case matters on both: SQLite's LIKE ignores it.
pub fn starts_with(column: Expr, prefix: &str) -> Expr {
    let from = column.clone().gte(prefix);
    match after_all_with(prefix) {
        Some(end) => from.and(column.lt(end)),
        None => from,
    }
}

/// The least text that comes after every text with `prefix`, in the order of code points.
fn after_all_with(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // Skips over the surrogates, which no text contains.
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

/// `column` contains `part`, to the letter.
pub fn contains(backend: DbBackend, column: Expr, part: &str) -> Expr {
    match backend {
        DbBackend::Postgres => Expr::cust_with_exprs("strpos($1, $2) > 0", [column, part.into()]),
        _ => Expr::cust_with_exprs("instr(?, ?) > 0", [column, part.into()]),
    }
}

/// `column` ends with `suffix`, to the letter.
pub fn ends_with(backend: DbBackend, column: Expr, suffix: &str) -> Expr {
    let count = i32::try_from(suffix.chars().count()).unwrap_or(i32::MAX);
    match backend {
        DbBackend::Postgres => Expr::cust_with_exprs(
            "right($1, $2) = $3",
            [column, Expr::val(count), Expr::val(suffix)],
        ),
        _ if suffix.is_empty() => column.is_not_null(),
        _ => Expr::cust_with_exprs(
            "substr(?, -?) = ?",
            [column, Expr::val(count), Expr::val(suffix)],
        ),
    }
}

/// The contact is found by all of `words`, each the beginning of one of its own. The words are
/// cut and folded by the caller: letters and digits only, so they need no quoting.
pub fn has_words(backend: DbBackend, words: &[String]) -> Expr {
    match backend {
        DbBackend::Postgres => {
            let query: Vec<String> = words.iter().map(|word| format!("'{word}':*")).collect();
            Expr::cust_with_values(
                "array_to_tsvector(string_to_array(contact.search_text, ' ')) @@ $1::tsquery",
                [query.join(" & ")],
            )
        }
        _ => {
            let query: Vec<String> = words.iter().map(|word| format!("\"{word}\"*")).collect();
            Expr::cust_with_values(
                "contact.id IN (SELECT rowid FROM contact_search WHERE contact_search MATCH ?)",
                [query.join(" AND ")],
            )
        }
    }
}

/// `pattern` with LIKE's wildcards, matched to the letter, with `\` before what is meant as such.
pub fn like(backend: DbBackend, column: Expr, pattern: &str) -> Expr {
    match backend {
        DbBackend::Postgres => column.like(LikeExpr::new(pattern).escape('\\')),
        // SQLite's LIKE ignores the case of ASCII letters; GLOB does not.
        _ => Expr::cust_with_exprs("? GLOB ?", [column, Expr::val(glob(pattern))]),
    }
}

/// The GLOB pattern that means what the LIKE pattern means.
fn glob(pattern: &str) -> String {
    let mut glob = String::new();
    let mut escaped = false;
    for char in pattern.chars() {
        match char {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            '%' if !escaped => glob.push('*'),
            '_' if !escaped => glob.push('?'),
            '*' | '?' | '[' => glob.extend(['[', char, ']']),
            _ => glob.push(char),
        }
        escaped = false;
    }
    glob
}
