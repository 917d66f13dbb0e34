//! The same segments as values of redb: bytes on disk, and opening again after an end that was not clean.

use std::fs;
use std::path::Path;
use std::time::Instant;

use perfdesk::store::history::{FrameKind, Index, scan};
use redb::{Database, ReadableDatabase, ReadableTableMetadata, TableDefinition};

const SEGMENTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("segments");

/// Puts each frame of a file under its number, a transaction each as a writer would.
pub fn compare(file: &Path) {
    let bytes = fs::read(file).expect("the file");
    let frames = scan(file).expect("the file").frames;
    let folder = file.parent().expect("a folder");
    let path = folder.join("segments.redb");
    let database = Database::create(&path).expect("a database");
    let start = Instant::now();
    for (frame, number) in frames.iter().zip(0..) {
        let value = &bytes[frame.offset as usize..(frame.offset + frame.len) as usize];
        let transaction = database.begin_write().expect("a transaction");
        transaction.open_table(SEGMENTS).expect("the table").insert(number, value).expect("inserted");
        transaction.commit().expect("committed");
    }
    let took = start.elapsed().as_secs_f64() * 1e3;
    let len = fs::metadata(&path).expect("the database").len();
    let n = frames.iter().filter(|frame| frame.kind == FrameKind::Segment).count();
    println!(
        "  redb, the same {n} segments as values: {len} bytes, {:.2} times, in {took:.0} ms",
        len as f64 / bytes.len() as f64
    );
    // The file as it stands while the database is open is what a crash leaves behind.
    let crashed = folder.join("crashed.redb");
    fs::copy(&path, &crashed).expect("copied");
    drop(database);
    let start = Instant::now();
    let database = Database::open(&crashed).expect("the database");
    let table = database.begin_read().expect("a transaction").open_table(SEGMENTS).expect("the table");
    let n_values = table.len().expect("its length");
    let took = start.elapsed().as_secs_f64() * 1e3;
    println!("  redb, opened after an unclean end: {took:.1} ms, {n_values} values");
    let start = Instant::now();
    let (index, _) = Index::open(folder, true).expect("an index");
    let took = start.elapsed().as_secs_f64() * 1e3;
    println!("  segment files, opened after any end: {took:.1} ms, {} files", index.files().len());
}
