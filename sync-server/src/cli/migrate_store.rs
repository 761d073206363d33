//! `migrate-store`: moves a street from SQLite to PostgreSQL, its photos too where they shall lie elsewhere.

use std::path::{Path, PathBuf};

use clap::Args;
use domain::Epoch;

use super::backup::{no_database, photos_missing};
use super::start::{failed, hold, refused};
use super::{Stop, say};
use crate::blobs::{Files, Photos};
use crate::clock::{Clock as _, Ids as _, RandomIds, SystemClock};
use crate::config::parse;
use crate::places::Places;
use crate::store::{Copied, Database, Missing, Store, StoreError, Url, blobs, copy_all, server};

/// From where to where.
#[derive(Debug, Clone, Args)]
pub(super) struct Asked {
    /// The data folder of the stopped server 已停止的服务器的数据目录
    #[arg(long, value_name = "FOLDER")]
    from: PathBuf,
    /// Where its photos lie, when not in that folder: a folder, or `s3://bucket/folder` 照片不在该目录时的位置
    #[arg(long, value_name = "FOLDER|URL")]
    from_photos: Option<String>,
    /// An empty database: `postgres://user@host/name` 空的 PostgreSQL 数据库
    #[arg(long, value_name = "URL")]
    to: String,
    /// PEM file with the authority that signed PostgreSQL's certificate 数据库证书颁发机构
    #[arg(long, value_name = "FILE")]
    to_ca: Option<PathBuf>,
    /// New place of the photos: a folder, or `s3://bucket/folder`; they stay where they are without it 照片的新位置
    #[arg(long, value_name = "FOLDER|URL")]
    to_photos: Option<String>,
    /// So many photos are lost, as the refusal has told; phones that still keep them send them again 已丢失的照片张数（见拒绝时的提示），仍留有的手机会重新发送
    #[arg(long, value_name = "N", default_value_t = 0)]
    forget_photos: usize,
}

/// Moves everything. May be repeated after a failure: until the last step the source stays as it is.
pub(super) fn run(asked: &Asked) -> Result<(), Stop> {
    let mut from = Places::in_folder(&asked.from);
    if let Some(text) = &asked.from_photos {
        from.photos = place_of_photos("--from-photos", text)?;
    }
    let (to, url) = target(asked, &from)?;
    let file = asked.from.join("xunge.db");
    if !file.is_file() {
        return Err(no_database(file.display()));
    }
    let _hold = hold(&from)?;
    let store = Store::open(&from.database, 1).map_err(|error| refused(&from, &error))?;
    if store
        .read_blocking(|tx| Ok(server::is_moved(tx)?))
        .map_err(|failure| failed(&failure))?
    {
        return Err(refused(&from, &StoreError::Moved));
    }
    let missing = photos(asked, &store, &from, &to)?;
    let copied = everything(&file, &url, &missing).map_err(|error| refused(&to, &error))?;
    let now = SystemClock.now();
    let marked = store.write_blocking(move |tx| Ok(server::set_moved(tx, now)?));
    marked.map_err(|failure| failed(&failure))?;
    report(&copied, &missing, &to);
    Ok(())
}

fn target(asked: &Asked, from: &Places) -> Result<(Places, Url), Stop> {
    let Some(Database::Postgres(url)) = parse::database(&asked.to, asked.to_ca.clone()) else {
        let (zh, en) = (
            "应为 postgres://用户@主机/数据库名",
            "must be postgres://user@host/name",
        );
        return Err(Stop::new(
            "database_invalid",
            &format!("--to {zh}"),
            &format!("--to {en}"),
        ));
    };
    let photos = match &asked.to_photos {
        None => from.photos.clone(),
        Some(text) => place_of_photos("--to-photos", text)?,
    };
    let database = Database::Postgres(url.clone());
    let folder = from.folder.clone();
    Ok((
        Places {
            database,
            photos,
            folder,
        },
        url,
    ))
}

fn place_of_photos(flag: &str, text: &str) -> Result<Photos, Stop> {
    parse::photos(text).ok_or_else(|| {
        let (zh, en) = (
            "应为文件夹，或 s3://桶/文件夹",
            "must be a folder, or s3://bucket/folder",
        );
        Stop::new("photos_invalid", &format!("{flag} {zh}"), &format!("{flag} {en}"))
    })
}

/// Copies the photo files, each checked by its hash, or only checks them where they stay. Returns those that are not there or
/// damaged.
fn photos(asked: &Asked, store: &Store, from: &Places, to: &Places) -> Result<Vec<Missing>, Stop> {
    let open = |places: &Places| Files::open(&places.photos).map_err(|error| refused(places, &error.into()));
    let (source, target) = (open(from)?, open(to)?);
    let named = store
        .read_blocking(|tx| Ok(blobs::all(tx)?))
        .map_err(|failure| failed(&failure))?;
    let all = named.len();
    let filled = target.fill(named, Some(&source));
    let (_came, missing) = filled.map_err(|error| refused(to, &error.into()))?;
    if missing.len() > asked.forget_photos {
        return Err(photos_missing(&from.photos, missing.len(), all));
    }
    let names = missing.into_iter().map(|(street, sha256)| (street.0, sha256.0));
    Ok(names.collect())
}

fn everything(file: &Path, to: &Url, missing: &[Missing]) -> Result<Vec<Copied>, StoreError> {
    let connection = rusqlite::Connection::open(file)?;
    // One snapshot for every table.
    connection.execute_batch("BEGIN")?;
    copy_all(&connection, to, Epoch(RandomIds.uuid()), missing)
}

fn report(copied: &[Copied], missing: &[Missing], to: &Places) {
    for table in copied.iter().filter(|table| table.rows > 0) {
        say(&format!("{:20} {:>10}", table.table, table.rows));
    }
    let rows: u64 = copied.iter().map(|table| table.rows).sum();
    say(&format!("已迁移并核对 Moved and compared: {rows}"));
    for (_street, sha256) in missing {
        say(&format!(
            "照片缺失或损坏，手机会重新发送 Photo missing or damaged, phones send it again: {sha256}"
        ));
    }
    say(&format!(
        "现在用以下参数启动服务器 Start the server with\n  --database {} --photos {}",
        to.database, to.photos
    ));
}
