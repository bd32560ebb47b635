//! A database as text, so that two can be compared whole.

use rusqlite::{Connection, types::Value};

/// Every table, index and trigger: the text that made it, and what SQLite made of it.
pub(crate) fn schema(db: &Connection) -> String {
    let mut lines = Vec::new();
    for row in rows(
        db,
        "SELECT type, name, tbl_name, sql FROM sqlite_master
         WHERE name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type DESC, name",
    ) {
        lines.push(readable(row.last().unwrap()));
    }
    for table in tables(db) {
        for pragma in ["table_info", "foreign_key_list", "index_list"] {
            for row in rows(db, &format!("SELECT * FROM pragma_{pragma}('{table}')")) {
                lines.push(format!("{pragma} {table}: {}", row.join(" | ")));
            }
        }
    }
    lines.join("\n")
}

/// The text that made each table, index and trigger, one column to a line.
pub(crate) fn statements(db: &Connection) -> String {
    let sql = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
               ORDER BY tbl_name, type DESC, name";
    rows(db, sql)
        .iter()
        .map(|row| readable(&row[0]))
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// Every row of every table.
pub(crate) fn data(db: &Connection) -> String {
    tables(db)
        .iter()
        .map(|table| table_data(db, table, "*"))
        .collect()
}

/// The named columns of every row of one table, sorted.
pub(crate) fn table_data(db: &Connection, table: &str, columns: &str) -> String {
    let rows = rows(db, &format!("SELECT {columns} FROM {table}"));
    let mut lines: Vec<_> = rows
        .iter()
        .map(|row| format!("{table}: {}\n", row.join(" | ")))
        .collect();
    lines.sort();
    lines.concat()
}

pub(crate) fn tables(db: &Connection) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
               ORDER BY name";
    rows(db, sql).into_iter().flatten().collect()
}

pub(crate) fn columns(db: &Connection, table: &str) -> Vec<String> {
    rows(
        db,
        &format!("SELECT name FROM pragma_table_info('{table}')"),
    )
    .into_iter()
    .flatten()
    .collect()
}

fn readable(sql: &str) -> String {
    let mut text = sql.replace(" ( ", " (\n  ").replace(" )", "\n)");
    for part in [" \"", " PRIMARY KEY (", " FOREIGN KEY"] {
        text = text.replace(&format!(",{part}"), &format!(",\n {part}"));
    }
    text
}

fn rows(db: &Connection, sql: &str) -> Vec<Vec<String>> {
    let mut statement = db.prepare(sql).unwrap();
    let width = statement.column_count();
    let read = |row: &rusqlite::Row<'_>| (0..width).map(|n| row.get(n).map(text)).collect();
    statement
        .query_map([], read)
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

fn text(value: Value) -> String {
    match value {
        Value::Null => "NULL".into(),
        Value::Text(text) => text,
        other => format!("{other:?}"),
    }
}
