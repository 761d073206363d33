//! The bare insert loop on PostgreSQL: the same rows in all the same tables, prepared statements, one commit per push
//! body, on as many connections as the server writes with, and nothing else.

use std::thread;
use std::time::Instant;

use postgres::{Client, NoTls};
use sync_server::store::{Database, Store};

use crate::fault::Fault;

/// Connections at a time.
const WRITERS: usize = 8;

/// Rows of one table as text, and the statement that takes one.
struct Rows {
    insert: String,
    rows: Vec<Vec<Option<String>>>,
}

/// The transaction from which rows count as added.
pub(crate) fn mark(url: &str) -> Result<i64, Fault> {
    let sql = "SELECT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)";
    Ok(Client::connect(url, NoTls)?.query_one(sql, &[])?.get(0))
}

/// The rows that were written since `mark`.
pub(crate) struct Added(Vec<Rows>);

/// Reads them.
pub(crate) fn added(url: &str, mark: i64) -> Result<Added, Fault> {
    let mut client = Client::connect(url, NoTls)?;
    let tables = "SELECT CAST(relname AS TEXT) FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND NOT relispartition AND relkind IN ('r', 'p') AND relname NOT IN ('schema_version', 'server')";
    let names: Vec<String> = client.query(tables, &[])?.iter().map(|row| row.get(0)).collect();
    let tables = names.iter().map(|name| rows_since(&mut client, name, mark));
    Ok(Added(tables.collect::<Result<_, _>>()?))
}

fn rows_since(client: &mut Client, table: &str, mark: i64) -> Result<Rows, Fault> {
    let columns = "SELECT CAST(attname AS TEXT), format_type(atttypid, atttypmod) FROM pg_attribute
        WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum";
    let columns: Vec<(String, String)> = client
        .query(columns, &[&table])?
        .iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect();
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let read: Vec<String> = names.iter().map(|name| format!("CAST({name} AS TEXT)")).collect();
    let marks = columns.iter().enumerate();
    let marks: Vec<String> = marks
        .map(|(n, (_, kind))| format!("CAST(CAST(${} AS TEXT) AS {kind})", n + 1))
        .collect();
    let sql = format!(
        "SELECT {} FROM {table} WHERE CAST(CAST(xmin AS TEXT) AS BIGINT) >= {mark}",
        read.join(", ")
    );
    let rows = client.query(&sql, &[])?;
    Ok(Rows {
        // A row that was written twice stands in it once.
        insert: format!(
            "INSERT INTO {table} ({}) VALUES ({}) ON CONFLICT DO NOTHING",
            names.join(", "),
            marks.join(", ")
        ),
        rows: rows
            .iter()
            .map(|row| (0..row.len()).map(|column| row.get(column)).collect())
            .collect(),
    })
}

/// Brings an empty database to the server's own tables, without a row.
pub(crate) fn prepare(url: &str) -> Result<(), Fault> {
    let parsed = url.parse().map_err(|_odd| Fault::Arguments)?;
    drop(Store::open(&Database::Postgres(parsed), 1)?);
    Ok(())
}

impl Added {
    /// Inserts all rows with one commit for each of `pushes` equal parts; returns the seconds it took.
    pub(crate) fn insert(&self, url: &str, pushes: usize) -> Result<f64, Fault> {
        let mut clients = (0..WRITERS)
            .map(|_| Client::connect(url, NoTls))
            .collect::<Result<Vec<_>, _>>()?;
        let began = Instant::now();
        thread::scope(|scope| {
            let writers: Vec<_> = clients
                .iter_mut()
                .enumerate()
                .map(|(n, client)| scope.spawn(move || self.write(client, (n..pushes).step_by(WRITERS), pushes)))
                .collect();
            writers
                .into_iter()
                .try_for_each(|writer| writer.join().unwrap_or(Err(Fault::Client)))
        })?;
        Ok(began.elapsed().as_secs_f64())
    }

    fn write(&self, client: &mut Client, pushes: impl Iterator<Item = usize>, all: usize) -> Result<(), Fault> {
        let inserts = self.0.iter().map(|table| client.prepare(&table.insert));
        let inserts: Vec<_> = inserts.collect::<Result<_, _>>()?;
        for push in pushes {
            let mut tx = client.transaction()?;
            for (table, insert) in self.0.iter().zip(&inserts) {
                let part = |n: usize| table.rows.len() * n / all;
                for row in &table.rows[part(push)..part(push + 1)] {
                    let values: Vec<&(dyn postgres::types::ToSql + Sync)> = row
                        .iter()
                        .map(|value| value as &(dyn postgres::types::ToSql + Sync))
                        .collect();
                    tx.execute(insert, &values)?;
                }
            }
            tx.commit()?;
        }
        Ok(())
    }
}
