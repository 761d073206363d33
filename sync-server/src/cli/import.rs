//! `import`: a street's grids, base map and households from files, on the server's own machine.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use domain::{ErrorCode, StreetId};

use super::start::{ensure_street, failed, open};
use super::{Stop, say};
use crate::config::Config;
use crate::import::{ImportCode, ImportProblem, Imported, Refused, basemap, grids, households};
use crate::intake::push::Carried;
use crate::office::Office;
use crate::server::Server;
use crate::store::streets;
use crate::{Failure, bundle};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum What {
    /// Grids as polygons.
    Grids,
    /// Roads, buildings and water to draw under them.
    Basemap,
    /// Households and who lives there.
    Households,
    /// What a phone exported because it could not reach the server.
    Bundle,
}

/// The largest file, in bytes: a table of a hundred thousand households is a tenth of it.
const MAX_BYTES: u64 = 128 * 1024 * 1024;

/// Takes the content of a file for a street.
type Take = fn(&Server, &StreetId, &[u8], bool) -> Result<Imported, Refused>;

/// Takes the file, or says everything that is wrong with it and changes nothing.
pub(super) fn import(config: &Config, what: What, file: &Path, dry_run: bool) -> Result<(), Stop> {
    match what {
        What::Bundle => carry(config, file, dry_run),
        What::Grids => fill(config, file, dry_run, |server, street, bytes, dry_run| {
            grids::take(server, street, text(bytes)?, dry_run)
        }),
        What::Basemap => fill(config, file, dry_run, |server, street, bytes, dry_run| {
            basemap::take(server, street.clone(), text(bytes)?, dry_run)
        }),
        What::Households => fill(config, file, dry_run, households::take),
    }
}

fn fill(config: &Config, file: &Path, dry_run: bool, take: Take) -> Result<(), Stop> {
    let bytes = read(file).map_err(|code| wrong(file, &[ImportProblem::new(code, "")]))?;
    let (server, street) = first_street(config)?;
    match take(&server, &street, &bytes, dry_run) {
        Ok(done) => {
            say(&outcome(done, dry_run));
            Ok(())
        }
        Err(Refused::File(problems)) => Err(wrong(file, &problems)),
        Err(Refused::Server(failure)) => Err(failed(&failure)),
    }
}

fn text(bytes: &[u8]) -> Result<&str, Refused> {
    std::str::from_utf8(bytes)
        .map_err(|_other| Refused::File(vec![ImportProblem::new(ImportCode::NotGeojson, "GeoJSON")]))
}

/// Takes what a phone of any street here exported.
fn carry(config: &Config, path: &Path, dry_run: bool) -> Result<(), Stop> {
    let file = File::open(path).map_err(|_why| wrong(path, &[ImportProblem::new(ImportCode::FileUnreadable, "")]))?;
    let server = open(config, Office::default())?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| failed(&error.into()))?;
    let done = runtime.block_on(async {
        if dry_run {
            let head = bundle::check(&server, file).await?;
            let records = Carried {
                new: head.mutations,
                ..Carried::default()
            };
            return Ok((records, head.photos.len()));
        }
        let taken = bundle::take(&server, None, None, file).await?;
        let photos = usize::try_from(taken.photos.new).unwrap_or(usize::MAX);
        Ok((taken.records, photos))
    });
    let (Carried { new, again, left, .. }, photos) = done.map_err(|failure: Failure| not_carried(&failure))?;
    say(&if dry_run {
        format!(
            "检查通过，未写入：{new} 条记录，{photos} 个照片文件 / Nothing is wrong, nothing was written: {new} records, {photos} photo files"
        )
    } else {
        format!(
            "已导入：新增 {new} 条记录、{photos} 个照片文件，已有 {again} 条 / Imported: {new} records and {photos} photo files, {again} records again"
        )
    });
    if left > 0 {
        say(&format!(
            "{left} 条留在手机上，请它们的作者在那台手机上登录 / {left} records stay on the phone: their author has to sign in on it"
        ));
    }
    Ok(())
}

/// Why nothing of an export was taken.
const REFUSED: [(ErrorCode, &str, &str, &str); 4] = [
    (
        ErrorCode::BundleDamaged,
        "bundle_damaged",
        "这不是完整的导出文件，未导入任何内容",
        "this is not a whole export; nothing was taken",
    ),
    (
        ErrorCode::BundleForeign,
        "bundle_foreign",
        "该文件不是给这台服务器的，或这台服务器不认识导出它的手机，未导入任何内容",
        "the file was made for another server, or by a phone that is not known here; nothing was taken",
    ),
    (
        ErrorCode::DeviceRevoked,
        "device_revoked",
        "导出它的手机已停用，未导入任何内容",
        "the phone that made it was revoked; nothing was taken",
    ),
    (
        ErrorCode::TooLarge,
        "too_large",
        "文件内容太多，未导入任何内容",
        "the file holds too much; nothing was taken",
    ),
];

fn not_carried(failure: &Failure) -> Stop {
    let code = if let Failure::Refused(error) = failure {
        Some(error.code)
    } else {
        None
    };
    match REFUSED.iter().find(|(known, ..)| Some(*known) == code) {
        Some((_, name, zh, en)) => Stop::new(name, zh, en),
        None => failed(failure),
    }
}

fn first_street(config: &Config) -> Result<(Server, StreetId), Stop> {
    let server = open(config, Office::default())?;
    ensure_street(&server)?;
    let street = server
        .store
        .read_blocking(|tx| Ok(streets::all(tx)?.into_iter().next()));
    let street = street.map_err(|failure| failed(&failure))?.map(|street| street.id);
    let Some(street) = street else {
        return Err(Stop::new("not_found", "没有街道", "there is no street"));
    };
    Ok((server, street))
}

/// The whole file; no more of a larger one than shows that it is larger.
fn read(file: &Path) -> Result<Vec<u8>, ImportCode> {
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(|_why| ImportCode::FileUnreadable)?;
    let read = opened.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    match read {
        Ok(size) if size as u64 > MAX_BYTES => Err(ImportCode::OutOfRange),
        Ok(_) => Ok(bytes),
        Err(_why) => Err(ImportCode::FileUnreadable),
    }
}

fn outcome(Imported { new, again }: Imported, dry_run: bool) -> String {
    if dry_run {
        format!(
            "检查通过，未写入：新增 {new}，更新 {again} / Nothing is wrong, nothing was written: {new} new, {again} again"
        )
    } else {
        format!("已导入：新增 {new}，更新 {again} / Imported: {new} new, {again} again")
    }
}

fn wrong(file: &Path, problems: &[ImportProblem]) -> Stop {
    const SHOWN: usize = 50;
    let mut lines = vec![format!(
        "{}: {} 处问题，未写入任何内容 / problems, nothing was written",
        file.display(),
        problems.len()
    )];
    lines.extend(problems.iter().take(SHOWN).map(ToString::to_string));
    if problems.len() > SHOWN {
        lines.push("…".to_owned());
    }
    Stop(lines.join("\n"))
}
