//! `backup` and `restore`: copies elsewhere, and the way back.

use std::path::{Path, PathBuf};

use clap::Args;

use super::start::{hold, refused};
use super::{Stop, say};
use crate::backup::{BackupError, begin_in_place, is_on_another_machine, restore as put_back, take};
use crate::blobs::Photos;
use crate::clock::{Clock as _, SystemClock};
use crate::config::Config;
use crate::places::Places;
use crate::store::Database;

/// Where to.
#[derive(Debug, Clone, Args)]
pub(super) struct Asked {
    /// Folder on another machine, mounted here 另一台机器上的目录（已挂载）
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
    /// The folder is no network share, but something else carries it to another machine 不是网络共享，另有程序把它传到别的机器
    #[arg(long)]
    carried_off: bool,
}

/// Where from.
#[derive(Debug, Clone, Args)]
pub(super) struct Wanted {
    /// Folder with copies 备份所在目录
    #[arg(
        long,
        value_name = "FOLDER",
        required_unless_present = "in_place",
        conflicts_with = "in_place"
    )]
    from: Option<PathBuf>,
    /// Which copy; the newest one when absent 备份名称，默认最新
    #[arg(long, value_name = "NAME", requires = "from")]
    copy: Option<String>,
    /// The database was put back by other means 数据库已用其他方式恢复
    #[arg(long)]
    in_place: bool,
    /// So many photos are lost, as the refusal has told; phones that still keep them send them again 已丢失的照片张数（见拒绝时的提示），仍留有的手机会重新发送
    #[arg(long, value_name = "N", default_value_t = 0)]
    forget_photos: usize,
}

/// Copies once.
pub(super) fn backup(config: &Config, asked: &Asked) -> Result<(), Stop> {
    let places = &config.places;
    let counts = asked.carried_off || is_elsewhere(places, &asked.to).map_err(|error| stopped(places, &error))?;
    let taken = take(places, &asked.to, counts, SystemClock.now()).map_err(|error| stopped(places, &error))?;
    say(&format!(
        "{} +{} 张照片 photos",
        asked.to.join(taken.name).display(),
        taken.photos
    ));
    for sha256 in &taken.missing {
        say(&format!("照片缺失或损坏 photo missing or damaged: {sha256}"));
    }
    if !taken.missing.is_empty() {
        return Err(Stop::new(
            "photos_missing",
            "备份不完整，手机继续保留全部内容",
            "the copy is not whole; phones go on keeping everything",
        ));
    }
    if !counts {
        say(
            "该目录不是另一台机器的共享，不算异机备份，手机继续保留全部内容 The folder is no share of another machine: phones \
             go on keeping everything (--carried-off when something carries it to another machine)",
        );
    }
    Ok(())
}

/// True when the copies outlive this machine.
pub(super) fn is_elsewhere(places: &Places, to: &Path) -> Result<bool, BackupError> {
    match &places.database {
        Database::File(_) => Ok(is_on_another_machine(to)?),
        Database::Postgres(_) => Err(BackupError::NotAFile),
    }
}

/// Puts a copy back.
pub(super) fn restore(config: &Config, asked: &Wanted) -> Result<(), Stop> {
    let (places, now) = (&config.places, SystemClock.now());
    let _hold = hold(places)?;
    let lost = asked.forget_photos;
    let missing = match &asked.from {
        Some(from) => {
            let back =
                put_back(places, from, asked.copy.as_deref(), lost, now).map_err(|error| stopped(places, &error))?;
            say(&format!(
                "{} → {} +{} 张照片 photos",
                back.name, places.database, back.photos
            ));
            if let Some(before) = back.before {
                say(&format!("原数据库 The database that was there: {}", before.display()));
            }
            back.missing
        }
        None => begin_in_place(places, lost, now).map_err(|error| stopped(places, &error))?,
    };
    for sha256 in missing {
        say(&format!(
            "照片缺失，手机会重新发送 photo missing, phones send it again: {sha256}"
        ));
    }
    say("新的历史已开始，手机会重新发送其保留的内容 A new history begins: phones send again what they keep");
    Ok(())
}

/// Why nothing was copied or put back.
pub(super) fn stopped(places: &Places, error: &BackupError) -> Stop {
    match error {
        BackupError::Store(error) => refused(places, error),
        BackupError::File(error) => Stop(format!(
            "[data_unusable] {}: 文件无法读写 / a file cannot be read or written ({error})",
            places.database
        )),
        BackupError::NotAFile => Stop::new(
            "not_a_file",
            "PostgreSQL 请用其自带的备份工具，恢复后运行 restore --in-place",
            "back up PostgreSQL by its own means; after restoring it run restore --in-place",
        ),
        BackupError::NoCopy => Stop::new("not_found", "没有这个备份", "there is no such copy"),
        BackupError::Damaged => Stop::new(
            "copy_damaged",
            "备份已损坏，未使用",
            "the copy is damaged and was not used",
        ),
        BackupError::NoDatabase => no_database(&places.database),
        BackupError::PhotosMissing { missing, named } => photos_missing(&places.photos, *missing, *named),
    }
}

/// There is nothing where the database should lie.
pub(super) fn no_database(place: impl std::fmt::Display) -> Stop {
    Stop(format!("[not_found] {place}: 没有数据库 / there is no database"))
}

/// Photos that are lost, or only out of reach: a person has to look.
pub(super) fn photos_missing(place: &Photos, missing: usize, named: usize) -> Stop {
    Stop(format!(
        "[photos_missing] {place}: {named} 张照片中有 {missing} 张读不到，没有恢复或迁移任何内容；请检查照片位置是否正确、是否已\
         挂载，确已丢失时再加 --forget-photos {missing} / {missing} of {named} photos cannot be read, and nothing was put back or \
         moved; see that their place is the right one and in reach, and add --forget-photos {missing} only where they are lost"
    ))
}
